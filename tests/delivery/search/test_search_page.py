"""One search box over all: whatever somebody has in hand leads to the rows it belongs to."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Click, Conversion, ReceivedPostback
from delivery.models import Kind, Receiver, SentPostback
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

SEARCH = "/admin/search/"
LINK = "http://receiver.test/p?c=ext+1&s=lead&r=0"


@pytest.fixture
def postback(rule: PostbackRule, saved: Saved) -> SentPostback:
    """Of a lead with a tid."""
    saved(status="lead", tid="T-100")
    SentPostback.objects.update(url=LINK)
    return SentPostback.objects.get()


def search(client: Client, text: str) -> str:
    response = client.get(SEARCH, {"q": text})
    assert response.status_code == 200
    return response.content.decode()


def address(row: object) -> str:
    meta = row._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])  # type: ignore[attr-defined]


def test_the_box_stands_above_every_page(admin_client: Client, postback: SentPostback) -> None:
    for url in ("/admin/", "/admin/campaigns/click/", address(postback), SEARCH):
        assert 'role="search" action="/admin/search/"' in admin_client.get(url).content.decode()


def test_the_login_page_has_none(client: Client, db: None) -> None:
    assert 'role="search"' not in client.get("/admin/login/").content.decode()


@pytest.mark.parametrize("what", ["subid", "SUBID", "external_id"])
def test_an_id_of_a_click_finds_all_that_came_of_it(
    admin_client: Client, click: Click, postback: SentPostback, what: str
) -> None:
    text = {"subid": click.subid, "SUBID": click.subid.upper(), "external_id": "ext 1"}[what]
    found = search(admin_client, text)

    assert postback.conversion
    for row in (click, postback.conversion, postback):
        assert f'href="{address(row)}"' in found


def test_a_tid_finds_the_conversion_and_its_postbacks(admin_client: Client, postback: SentPostback) -> None:
    found = search(admin_client, "T-100")

    assert postback.conversion
    assert f'href="{address(postback.conversion)}"' in found
    assert f'href="{address(postback)}"' in found


def test_part_of_an_id_finds_nothing(admin_client: Client, postback: SentPostback) -> None:
    assert "Nothing was found for" in search(admin_client, "T-10")


@pytest.mark.parametrize("by", ["task_key", "number"])
def test_what_names_one_postback_opens_it(admin_client: Client, postback: SentPostback, by: str) -> None:
    text = postback.task_key if by == "task_key" else f"#{postback.pk}"

    assert admin_client.get(SEARCH, {"q": text})["Location"] == address(postback)


def test_a_link_from_a_receivers_log_leads_to_the_very_postback(
    admin_client: Client, postback: SentPostback, saved: Saved
) -> None:
    saved(postback.conversion, status="sale")
    SentPostback.objects.exclude(pk=postback.pk).update(url=LINK.replace("lead", "sale"))

    assert admin_client.get(SEARCH, {"q": LINK})["Location"] == address(postback)


def test_a_link_that_was_written_otherwise_leads_to_the_same_rows(admin_client: Client, postback: SentPostback) -> None:
    found = search(admin_client, "http://receiver.test/p?s=lead&c=ext%201")

    assert f'href="{address(postback)}"' in found
    assert f'href="{address(Receiver.objects.get())}"' in found


def test_a_click_link_leads_to_its_campaign(admin_client: Client, campaign: Campaign) -> None:
    link = "http://tracker.test/c/shoes?external_id=nobody"

    assert admin_client.get(SEARCH, {"q": link})["Location"] == address(campaign)


def test_a_host_leads_to_its_receiver(admin_client: Client, postback: SentPostback) -> None:
    assert admin_client.get(SEARCH, {"q": "receiver.test"})["Location"] == address(Receiver.objects.get())


@pytest.mark.parametrize("text", ["p?c=", "/p", "s=le", "receiver.test/p"])
def test_any_other_part_of_a_link_is_refused_in_words(admin_client: Client, postback: SentPostback, text: str) -> None:
    assert "parts of rendered links are not indexed" in search(admin_client, text)


def test_names_are_found_by_a_part(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    found = search(admin_client, "o")

    assert f'href="{address(campaign)}"' in found
    assert ">to MGID</a>" in found


def test_what_a_network_told_of_nobodys_click_is_found(client: Client, admin_client: Client, postback_url: str) -> None:
    client.get(postback_url, {"subid": "nobodys-click", "status": "lead", "tid": "T-9"})
    (received,) = ReceivedPostback.objects.all()

    for text in ("nobodys-click", "T-9"):
        assert admin_client.get(SEARCH, {"q": text})["Location"] == address(received)


def test_a_test_without_a_conversion_is_found(admin_client: Client, postback: SentPostback, click: Click) -> None:
    SentPostback.objects.update(kind=Kind.TEST, conversion=None, change=None)

    assert f'href="{address(postback)}"' in search(admin_client, click.subid)


def test_of_many_rows_the_newest_are_shown_and_the_list_has_them_all(admin_client: Client, campaign: Campaign) -> None:
    Click.objects.bulk_create(Click(campaign=campaign, subid=f"s{n}", external_id="same") for n in range(25))

    found = search(admin_client, "same")
    assert found.count('href="/admin/campaigns/click/') - found.count('href="/admin/campaigns/click/"') == 21
    assert 'href="/admin/campaigns/click/?q=same"' in found


def test_each_sees_what_he_may(client: Client, postback: SentPostback, click: Click) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    client.force_login(user)
    assert "Nothing was found for" in search(client, click.subid)

    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_sentpostback", "view_conversion"]))
    SentPostback.objects.update(url=LINK + "&key=K1LL", url_template="http://receiver.test/p?key=K1LL")
    found = search(client, click.subid)
    assert f'href="{address(postback)}"' in found
    assert address(click) not in found
    assert "K1LL" not in found


def test_nobody_searches_who_has_not_logged_in(client: Client, postback: SentPostback) -> None:
    assert client.get(SEARCH, {"q": "T-100"})["Location"].startswith("/admin/login/")


def test_foreign_text_is_escaped(admin_client: Client, postback: SentPostback) -> None:
    hostile = "<script>alert(1)</script>"
    Click.objects.update(external_id=hostile)
    SentPostback.objects.update(rule_name=hostile, url=hostile)

    assert "<script>alert" not in search(admin_client, hostile)
