"""The frame: menu, overview, and the pages of one row."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from campaigns.admin.slots import Page, slots
from campaigns.models import ConversionStatus, Installation


@pytest.fixture
def page_below(db: None) -> Iterator[Page]:
    """A page that stands below the list of sources, for those who may see sources."""
    before = list(slots.pages)
    page = Page("Where they fell", "admin:campaigns_source_add", ("Maintenance", "Logs"), 5, "campaigns.view_source")
    slots.pages[:] = [page]
    yield page
    slots.pages[:] = before


def test_the_menu_has_its_groups_and_the_logs_below_maintenance(admin_client: Client) -> None:
    menu = admin_client.get("/admin/").context["menu"]

    assert [group.label for group in menu.groups] == ["Traffic", "Maintenance", "People"]
    logs = menu.group("Maintenance").group("Logs")
    assert "Received postbacks" in [entry.label for entry in logs.entries]


def test_traffic_stands_in_the_order_of_the_work(admin_client: Client) -> None:
    traffic = admin_client.get("/admin/").context["menu"].group("Traffic")

    labels = [entry.label for entry in traffic.entries]
    assert labels == ["Campaigns", "Sources", "Clicks", "Conversions", "Conversion statuses"]


def test_the_trail_leads_to_the_page(admin_client: Client) -> None:
    html = admin_client.get("/admin/campaigns/receivedpostback/").content.decode()

    trail = re.search(r'class="trail">(.*?)</nav>', html, re.DOTALL)
    assert trail
    assert re.findall(r">([A-Z][\w ]+)<", trail[1]) == ["Overview", "Maintenance", "Logs", "Received postbacks"]


def test_the_menu_holds_what_one_may_see(client: Client, db: None) -> None:
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_click"))
    client.force_login(user)

    menu = client.get("/admin/").context["menu"]

    assert [entry.label for group in menu.groups for entry in group.entries] == ["Clicks"]


def test_a_page_without_a_model_stands_in_the_menu(admin_client: Client, page_below: Page) -> None:
    logs = admin_client.get("/admin/").context["menu"].group("Maintenance").group("Logs")

    assert [entry.label for entry in logs.entries][:2] == ["Where they fell", "S2S postbacks"]


def test_a_page_below_a_list_is_the_current_one(admin_client: Client, page_below: Page) -> None:
    menu = admin_client.get(reverse(page_below.url_name)).context["menu"]

    assert [entry.label for entry in menu.all_entries() if entry.is_current] == ["Where they fell"]
    assert menu.trail()[:3] == ["", "Maintenance", "Logs"]


def test_a_page_is_in_the_menu_of_those_who_may_see_it(client: Client, page_below: Page) -> None:
    client.force_login(User.objects.create_user("reader", password="x", is_staff=True))

    assert client.get("/admin/").context["menu"].groups == []


def test_the_overview_shows_where_networks_report(admin_client: Client) -> None:
    html = admin_client.get("/admin/").content.decode()

    assert f'data-copy="{Installation.objects.current().postback_url}"' in html


@pytest.mark.parametrize("path", ["", "campaigns/campaign/add/", "campaigns/click/", "campaigns/source/add/"])
def test_no_script_or_style_stands_in_a_page(admin_client: Client, path: str) -> None:
    html = admin_client.get(f"/admin/{path}").content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_the_installation_is_one_page(admin_client: Client) -> None:
    page = admin_client.get("/admin/campaigns/installation/", follow=True)

    assert Installation.objects.current().postback_url in page.content.decode()
    assert "gets a 404" in page.content.decode()
    assert admin_client.post("/admin/campaigns/installation/add/").status_code == 403


def test_a_built_in_status_is_neither_deleted_nor_renamed(admin_client: Client) -> None:
    sale = ConversionStatus.objects.get(name="sale")
    url = f"/admin/campaigns/conversionstatus/{sale.pk}"

    admin_client.post(f"{url}/change/", {"name": "sold", "label": "Verkauf", "position": "1"})

    sale.refresh_from_db()
    assert (sale.name, sale.label) == ("sale", "Verkauf")
    assert admin_client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403


def test_a_status_of_ones_own_is_added_and_deleted(admin_client: Client) -> None:
    admin_client.post("/admin/campaigns/conversionstatus/add/", {"name": "ftd", "label": "FTD", "position": "9"})
    own = ConversionStatus.objects.get(name="ftd")

    admin_client.post(f"/admin/campaigns/conversionstatus/{own.pk}/delete/", {"post": "yes"})

    assert not ConversionStatus.objects.filter(name="ftd").exists()
