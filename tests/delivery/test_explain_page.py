"""The page that says why it was not sent, and the ways to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Source, Visitor
from delivery.models import Receiver, SentPostback
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


def test_the_verdict_comes_first(admin_client: Client, rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="rejected")

    said = page(admin_client, click.subid)
    assert '<h2 class="headline">Not sent: the rule does not tick “rejected”</h2>' in said


def test_of_several_verdicts_the_worst_with_the_name_of_its_rule(
    admin_client: Client, campaign: Campaign, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    PostbackRule.objects.create(campaign=campaign, name="<b>CRM", url="http://crm.test/", statuses=["sale"])
    saved(status="lead")
    assert "&lt;b&gt;CRM: not sent: the rule does not tick “lead”</h2>" in page(admin_client, click.subid)

    SentPostback.objects.update(state="failed", code=403, duration_ms=5, error="HTTP 403")

    assert "to MGID: failed: the receiver answered HTTP 403</h2>" in page(admin_client, click.subid)


@pytest.mark.parametrize(
    ("status", "changes", "tab"),
    [
        ("rejected", {}, "s2s-postbacks"),
        ("sale", {"enabled": False}, "s2s-postbacks"),
        ("sale", {"paused": True}, "general"),
        ("sale", {"external_id": ""}, "parameters"),
    ],
)
def test_each_advice_leads_to_where_it_is_followed(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved, status: str, changes: dict[str, Any], tab: str
) -> None:
    PostbackRule.objects.update(enabled=changes.get("enabled", True))
    Campaign.objects.update(paused=changes.get("paused", False))
    Click.objects.update(external_id=changes.get("external_id", "e"))
    click.refresh_from_db()

    saved(status=status)

    url = f"/admin/campaigns/campaign/{rule.campaign_id}/change/#{tab}"
    assert f'<a class="mend" href="{url}">' in page(admin_client, click.subid)


def test_a_receiver_on_hold_is_a_link_away(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    saved(status="sale")
    receiver = Receiver.objects.get()
    receiver.hold()

    said = page(admin_client, click.subid)
    assert f'<a class="mend" href="/admin/delivery/receiver/{receiver.pk}/change/">Open the receiver</a>' in said


def test_without_any_rule_it_says_so_with_a_link_to_add_one(admin_client: Client, click: Click, saved: Saved) -> None:
    url = f"/admin/campaigns/campaign/{click.campaign_id}/change/#s2s-postbacks"
    assert "Neither the campaign nor its source has an S2S postback." in page(admin_client, click.subid)

    saved(status="sale")

    said = page(admin_client, click.subid)
    assert "Not sent: neither the campaign nor its source had an S2S postback then</h2>" in said
    assert f'<a class="mend" href="{url}">Open S2S Postbacks</a>' in said


def test_a_conversion_has_its_page_with_its_own_section_first(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    saved(status="lead", tid="first")
    second = saved(status="rejected", tid="second")

    said = admin_client.get(reverse("explain-conversion", args=[second.pk])).content.decode()
    assert said.index("tid second") < said.index("tid first")
    assert "Not sent: the rule does not tick “rejected”</h2>" in said
    assert admin_client.get(reverse("explain-conversion", args=[second.pk + 1])).status_code == 404


def test_tests_that_were_sent_with_the_click_are_named(admin_client: Client, rule: PostbackRule, click: Click) -> None:
    test = SentPostback.objects.create(
        task_key="t", kind="test", subid=click.subid, method="GET", url_template="http://receiver.test/"
    )

    said = page(admin_client, click.subid)
    assert "Tests sent with this click" in said
    assert f'href="/admin/delivery/sentpostback/{test.pk}/change/">#{test.pk}</a>' in said


def test_a_received_postback_leads_to_it(admin_client: Client, click: Click, postback_url: str) -> None:
    admin_client.get(postback_url, {"subid": click.subid, "status": "sale"})

    said = admin_client.get(f"/admin/campaigns/receivedpostback/{ReceivedPostback.objects.get().pk}/change/")
    assert f'href="{reverse("explain", args=[click.subid])}">Why was it not sent?</a>' in said.content.decode()
