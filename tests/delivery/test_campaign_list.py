"""The list of campaigns tells what came in and went out in the last day, and leads there."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from campaigns.models import Campaign
from delivery.models import SentPostback

LIST = "/admin/campaigns/campaign/"


@pytest.fixture
def row(admin_client):
    """The cells of a campaign's row, by their columns."""

    def look(campaign, client=admin_client):
        html = client.get(LIST).content.decode()
        found = next(part for part in html.split("<tr>") if f"{LIST}{campaign.pk}/change/" in part)
        cells = re.findall(r'<t[dh] class="field-([\w ]+?)(?: nowrap)?">(.*?)</t[dh]>', found, re.DOTALL)
        return dict(cells)

    return look


def text(cell):
    return re.sub(r"<[^>]+>", "", cell).strip()


@pytest.fixture
def made(campaign):
    """Makes a postback of the campaign, as it ended."""

    def make(state, **fields):
        number = SentPostback.objects.count()
        row = {"campaign": campaign, "source": campaign.source, "method": "GET", "task_key": f"k{number}"}
        SentPostback.objects.create(**row | {"state": state} | fields)

    return make


def test_a_campaign_counts_conversions_and_what_was_sent_and_has_failed(campaign, saved, made, row):
    saved(status="lead")
    saved(status="sale", tid="2")
    for state in ("sent", "failed", "failed", "queued"):
        made(state, code={"sent": 200, "failed": 403}.get(state))

    cells = row(campaign)

    assert [text(cells[f"figure_{name}"]) for name in ("conversions", "sent", "failed")] == ["2", "1", "2"]


def test_what_is_older_and_what_is_anothers_is_not_counted(campaign, made, row):
    made("sent", created=timezone.now() - timedelta(days=2))
    made("sent", campaign=Campaign.objects.create(name="Boots", alias="boots"))

    assert text(row(campaign)["figure_sent"]) == "0"


def test_numbers_and_links_lead_to_their_rows(admin_client, campaign, saved, made, row):
    conversion = saved(status="lead")
    made("failed", code=500)
    cells = row(campaign)

    def page(cell, name=""):
        url = re.findall(rf'href="([^"]+)">{name}', cell)[0].replace("&amp;", "&")
        return admin_client.get(url).content.decode()

    assert f"/admin/campaigns/conversion/{conversion.pk}/change/" in page(cells["figure_conversions"])
    assert f"/admin/delivery/sentpostback/{SentPostback.objects.get().pk}/change/" in page(cells["figure_failed"])
    assert f"/admin/delivery/sentpostback/{SentPostback.objects.get().pk}/change/" in page(
        cells["elsewhere"], "S2S postbacks"
    )
    assert conversion.click.subid in page(cells["elsewhere"], "Clicks")


def test_who_may_not_see_the_log_sees_no_figure_of_it(client, campaign, made, row):
    made("sent")
    user = User.objects.create_user("u", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_campaign"))
    client.force_login(user)

    cells = row(campaign, client)

    assert "figure_conversions" in cells
    assert "figure_sent" not in cells


def test_a_campaign_is_found_by_its_name(admin_client, campaign):
    Campaign.objects.create(name="Boots", alias="boots")

    html = admin_client.get(f"{LIST}?q=boo").content.decode()

    assert "Boots" in html
    assert "Shoes</a>" not in html


def test_a_page_of_campaigns_costs_no_more_statements_than_one(admin_client, campaign, django_assert_max_num_queries):
    for number in range(60):
        Campaign.objects.create(name=f"c{number}", alias=f"c{number}")

    with django_assert_max_num_queries(14):
        admin_client.get(LIST)


def test_an_empty_list_is_no_trouble(admin_client, db):
    assert admin_client.get(LIST).status_code == 200
