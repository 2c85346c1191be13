"""The page that says why it was not sent, and the ways to it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Click, Conversion, Source, Visitor
from delivery.models import SentPostback
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

FORM = "/admin/explain/"


def page(client: Client, subid: str) -> str:
    response = client.get(reverse("explain", args=[subid]))
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_each_cause_and_what_to_change(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    saved(status="rejected")

    said = page(admin_client, click.subid)
    assert "0 sent, 0 queued, 0 failed, 1 not sent." in said
    assert '<span class="label label-warn">Not sent</span>' in said
    assert "The rule does not tick “rejected”." in said
    assert "Tick “rejected” in the rule&#x27;s statuses." in said


def test_it_links_to_postback_rule_conversion_and_click(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    conversion = saved(status="lead")

    said = page(admin_client, click.subid)
    for url in (
        f"/admin/delivery/sentpostback/{SentPostback.objects.get().pk}/change/",
        f"/admin/campaigns/campaign/{rule.campaign_id}/change/#s2s-postbacks",
        f"/admin/campaigns/conversion/{conversion.pk}/change/",
        f"/admin/campaigns/click/{click.pk}/change/",
    ):
        assert f'href="{url}"' in said


def test_a_rule_of_the_source_leads_to_the_source(
    admin_client: Client, source: Source, click: Click, saved: Saved
) -> None:
    PostbackRule.objects.create(source=source, url="http://receiver.test/s", statuses=["lead"])
    saved(status="lead")

    assert f"/admin/campaigns/source/{source.pk}/change/#s2s-postbacks" in page(admin_client, click.subid)


def test_received_postbacks_are_listed_and_linked(admin_client: Client, click: Click, postback_url: str) -> None:
    admin_client.get(postback_url, {"subid": click.subid, "status": "strange"})

    said = page(admin_client, click.subid)
    assert "Unknown status “strange”" in said
    assert "/admin/campaigns/receivedpostback/" in said


def test_foreign_text_is_escaped(admin_client: Client, campaign: Campaign) -> None:
    click = Click.objects.record(campaign, {"external_id": "<script>alert(1)</script>"}, Visitor())

    assert "<script>alert" not in page(admin_client, click.subid)
    assert "<script>alert" not in page(admin_client, "<script>alert(1)</script>")


@pytest.mark.parametrize("text", ["nobody", "a b", "a/b", "ä?&#", "%00", "..x", "{subid}"])
def test_any_subid_has_a_page(admin_client: Client, db: None, text: str) -> None:
    assert "No click has the subid" in page(admin_client, text)


def test_the_form_alone(admin_client: Client, db: None) -> None:
    response = admin_client.get(FORM)

    assert response.status_code == 200
    assert 'name="q"' in response.content.decode()


@pytest.mark.parametrize("given", ["subid", "external_id", "tid"])
def test_the_form_takes_each_of_the_three(admin_client: Client, click: Click, saved: Saved, given: str) -> None:
    saved(status="lead", tid="T-1")
    text = {"subid": click.subid.upper(), "external_id": click.external_id, "tid": "T-1"}[given]

    assert admin_client.get(FORM, {"q": text}).headers["Location"] == reverse("explain", args=[click.subid])


def test_several_clicks_of_one_external_id_are_offered(admin_client: Client, campaign: Campaign) -> None:
    clicks = [Click.objects.record(campaign, {"external_id": "ext"}, Visitor()) for _number in range(2)]

    said = admin_client.get(FORM, {"q": "ext"}).content.decode()

    for click in clicks:
        assert f'href="{reverse("explain", args=[click.subid])}"' in said


@pytest.mark.parametrize("text", ["nobody", "\x00", "..", "x" * 5000])
def test_the_form_takes_any_text(admin_client: Client, db: None, text: str) -> None:
    assert "No click has the subid" in admin_client.get(FORM, {"q": text}).content.decode()


def test_every_click_and_conversion_leads_to_it(admin_client: Client, click: Click, saved: Saved) -> None:
    conversion = saved(status="lead")

    pages = {
        f"/admin/campaigns/click/{click.pk}/change/": reverse("explain", args=[click.subid]),
        f"/admin/campaigns/conversion/{conversion.pk}/change/": reverse("explain-conversion", args=[conversion.pk]),
    }
    for url, why in pages.items():
        said = admin_client.get(url).content.decode()
        assert f'<a href="{why}">Why was it not sent?</a>' in said
        assert f'<a href="/admin/delivery/sentpostback/?q={click.subid}">S2S postbacks</a>' in said


def test_it_needs_the_permission(client: Client, click: Click) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(reverse("explain", args=[click.subid])).status_code == 403
    assert client.get(FORM).status_code == 403


def test_strangers_are_asked_to_log_in(client: Client, click: Click) -> None:
    assert "/login/" in client.get(reverse("explain", args=[click.subid])).headers["Location"]
