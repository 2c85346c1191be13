"""Why was it not sent? What there is to say of a click itself, and of what is no subid."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, Click, Conversion, Visitor
from delivery.explain import Explanation, explain
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db


def hints(explanation: Explanation) -> str:
    return "\n".join(f"{hint.text} -> {hint.advice}" for hint in explanation.hints)


def test_a_click_without_external_id(campaign: Campaign) -> None:
    click = Click.objects.record(campaign, {}, Visitor())

    said = hints(explain(click.subid))
    assert "this click has no external_id: the traffic came to a link without “external_id={click_id}”" in said
    assert "paste the campaign's link, complete, into the ad network" in said


def test_the_hint_names_the_parameter_of_the_campaign(campaign: Campaign) -> None:
    campaign.parameters = [{"parameter": "external_id", "name": "cid", "token": "[ID]"}]
    campaign.save()
    click = Click.objects.record(campaign, {}, Visitor())

    assert "a link without “cid=[ID]”" in hints(explain(click.subid))


def test_a_token_that_was_not_filled_in(campaign: Campaign) -> None:
    click = Click.objects.record(campaign, {"external_id": "{click_id}"}, Visitor())

    assert "external_id is “{click_id}”: the ad network did not fill in its token" in hints(explain(click.subid))


def test_a_click_that_nobody_reported(click: Click, postback_url: str) -> None:
    explanation = explain(click.subid)

    assert explanation.summary == "This click has no conversion, so there was nothing to send."
    assert "no network has reported a conversion of this click" in hints(explanation)
    assert f"{postback_url}?subid={{subid}}&status={{status}}" in hints(explanation)
    assert explanation.received == []


def test_a_click_whose_reports_were_refused(click: Click, client: Client, postback_url: str) -> None:
    client.get(postback_url, {"subid": click.subid, "status": "lead", "payout": "much"})
    client.get(postback_url, {"subid": click.subid, "status": "strange"})

    explanation = explain(click.subid)

    assert "the network reported it, and no conversion came of it" in hints(explanation)
    newest, oldest = explanation.received
    assert "Unknown status “strange”" in newest.reason
    assert "payout" in oldest.reason


def test_an_unknown_subid(db: None) -> None:
    explanation = explain("nobody")

    assert explanation.click is None
    assert explanation.summary == "No click has the subid “nobody”."
    assert "check that the network sends back our subid" in hints(explanation)


def test_an_unknown_subid_that_a_network_named(client: Client, postback_url: str) -> None:
    client.get(postback_url, {"subid": "nobody", "status": "lead"})

    (received,) = explain("Nobody").received
    assert received.reason.startswith("SubID not found: nobody")


def test_no_subid_at_all(db: None) -> None:
    assert explain("  ").summary == "No subid was given."


def test_an_external_id_by_mistake(campaign: Campaign) -> None:
    click = Click.objects.record(campaign, {"external_id": "Ext-1A"}, Visitor())

    explanation = explain("Ext-1A")

    assert explanation.meant == [click.subid]
    assert f"it is an external_id, the source's click id; the click's subid is {click.subid}" in hints(explanation)
    assert "hand {subid} over to the network, not {external_id}" in hints(explanation)


def test_a_tid_by_mistake(click: Click, saved: Saved) -> None:
    saved(status="lead", tid="T-9")

    explanation = explain("T-9")

    assert explanation.meant == [click.subid]
    assert "it is a tid, the network's transaction id" in hints(explanation)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 10000, "a/b?c=%00", "..", "{subid}"])
def test_any_text_can_be_asked_for(db: None, text: str) -> None:
    assert explain(text).click is None


def test_capitals_and_blanks_do_no_harm(click: Click) -> None:
    assert explain(f" {click.subid.upper()} ").click == click


def test_each_conversion_of_a_click_has_its_own_sections(rule: PostbackRule, click: Click, saved: Saved) -> None:
    first = saved(status="lead", tid="1")
    saved(status="lead", tid="2")
    saved(first, status="sale")

    titles = [section.title.partition(", 2")[0] for section in explain(click.subid).sections]
    assert titles == ["#1 lead, tid 1", "#2 sale, tid 1", "#1 lead, tid 2"]


def test_many_changes_cost_no_more_questions(
    rule: PostbackRule, click: Click, saved: Saved, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        saved(status="lead", tid=str(number))

    with django_assert_max_num_queries(8):
        explain(click.subid)


def test_only_the_newest_of_very_many_changes(
    rule: PostbackRule, click: Click, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.explain.explanation.CHANGES_AT_MOST", 2)
    for number in range(3):
        saved(status="lead", tid=str(number))

    explanation = explain(click.subid)

    assert [section.title[:14] for section in explanation.sections] == ["#1 lead, tid 1", "#1 lead, tid 2"]
    assert "only the newest 2 changes are shown" in hints(explanation)
