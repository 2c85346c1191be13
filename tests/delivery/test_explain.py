"""Why was it not sent? One test for each thing that a rule can have said against it."""

from collections.abc import Callable

import pytest
from responses import RequestsMock

from campaigns.models import Campaign, Click, Conversion, Source
from delivery.explain import Line, Outcome, explain
from delivery.models import SentPostback
from postbacks.models import PostbackRule, SwitchedOff

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

RECEIVER = "http://receiver.test/p"


def lines(click: Click) -> list[Line]:
    return [line for section in explain(click.subid).sections for line in section.lines]


def only(click: Click) -> Line:
    (line,) = lines(click)
    return line


def test_the_status_is_not_ticked(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="rejected")

    line = only(click)
    assert (line.outcome, line.text) == (Outcome.NOT_SENT, "not sent: status not ticked")
    assert line.causes[0].text == "the rule does not tick “rejected”"
    assert line.causes[0].advice == "tick “rejected” in the rule's statuses"
    assert line.rule_id == rule.pk


def test_the_rule_is_disabled(rule: PostbackRule, click: Click, saved: Saved) -> None:
    PostbackRule.objects.update(enabled=False)

    saved(status="lead")

    line = only(click)
    assert line.text == "not sent: rule disabled"
    assert line.causes[0].advice == "enable the rule"


def test_the_rule_is_switched_off_for_this_campaign(
    source: Source, campaign: Campaign, click: Click, saved: Saved
) -> None:
    rule = PostbackRule.objects.create(source=source, name="source's", url=RECEIVER, statuses=["lead"])
    SwitchedOff.objects.create(rule=rule, campaign=campaign)

    saved(status="lead")

    line = only(click)
    assert line.text == "not sent: switched off for this campaign"
    assert line.causes[0].advice == "switch it on in the campaign's S2S Postbacks tab"


def test_the_rule_was_added_after_the_conversion(campaign: Campaign, click: Click, saved: Saved) -> None:
    saved(status="lead")

    PostbackRule.objects.create(campaign=campaign, name="late", url=RECEIVER, statuses=["lead"])

    assert only(click).text == "not sent: added after the conversion"
    assert "from now on" in only(click).causes[0].text


def test_the_campaign_has_got_another_source(campaign: Campaign, click: Click, saved: Saved) -> None:
    other = Source.objects.create(name="Other")
    PostbackRule.objects.create(source=other, name="theirs", url=RECEIVER, statuses=["lead"])
    saved(status="lead")

    Campaign.objects.update(source=other)

    assert only(click).text == "not sent: it was not a rule of this campaign then"


def test_there_was_no_rule(click: Click, saved: Saved) -> None:
    saved(status="lead")

    line = only(click)
    assert line.text == "not sent: there was no rule"
    assert line.causes[0].advice == "add one in the campaign's S2S Postbacks tab"


def test_already_sent_for_this_status(
    rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock
) -> None:
    http.get(RECEIVER)
    conversion = saved(status="lead")
    send()

    saved(conversion, status="sale")
    saved(conversion, status="lead")

    third, first = lines(click)[2], SentPostback.objects.earliest("pk")
    assert (third.outcome, third.text) == (Outcome.NOT_SENT, "not sent: already sent for this status (#1)")
    assert third.postback == first.pk
    assert "tick “again”" in third.causes[0].advice


def test_a_rule_that_sends_again_has_a_postback_for_each_change(rule: PostbackRule, click: Click, saved: Saved) -> None:
    PostbackRule.objects.update(again=True)
    conversion = saved(status="lead")

    saved(conversion, status="sale")
    saved(conversion, status="lead")

    assert [line.outcome for line in lines(click)] == [Outcome.QUEUED] * 3


def test_the_first_is_not_taken_for_a_repetition_when_again_is_unticked(
    rule: PostbackRule, click: Click, saved: Saved
) -> None:
    PostbackRule.objects.update(again=True)
    conversion = saved(status="lead")
    PostbackRule.objects.update(again=False)

    saved(conversion, status="sale")
    saved(conversion, status="lead")

    assert [line.outcome for line in lines(click)] == [Outcome.QUEUED] * 3


def test_the_campaign_was_paused(campaign: Campaign, rule: PostbackRule, click: Click, saved: Saved) -> None:
    Campaign.objects.update(paused=True)
    click.refresh_from_db()

    saved(status="lead")

    assert only(click).text == "not sent: campaign paused"
    assert [hint.text for hint in explain(click.subid).hints] == ["the campaign is paused now"]


def test_the_same_as_another_rule(source: Source, rule: PostbackRule, click: Click, saved: Saved) -> None:
    PostbackRule.objects.create(source=source, name="double", url=rule.url, statuses=["lead"])

    saved(status="lead")

    double = next(line for line in lines(click) if line.rule == "double")
    assert double.text == "not sent: same as another rule"
    assert double.causes[0].text == "same method and URL as the rule “to MGID”, which goes instead"


def test_all_causes_and_not_the_first(source: Source, campaign: Campaign, click: Click, saved: Saved) -> None:
    rule = PostbackRule.objects.create(source=source, name="no", url=RECEIVER, statuses=["sale"], enabled=False)
    SwitchedOff.objects.create(rule=rule, campaign=campaign)
    Campaign.objects.update(paused=True)
    click.refresh_from_db()

    saved(status="lead")

    whys = "status not ticked; rule disabled; switched off for this campaign; campaign paused"
    assert only(click).text == f"not sent: {whys}"
    assert len(only(click).causes) == 4
    assert all(cause.advice for cause in only(click).causes)


def test_it_is_told_from_the_decision_as_it_was_made(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="rejected")

    PostbackRule.objects.update(statuses=["rejected"])

    assert only(click).text == "not sent: status not ticked"


def test_a_rule_that_is_gone(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="rejected")

    rule.delete()

    causes = only(click).causes
    assert [cause.text for cause in causes] == ["the rule does not tick “rejected”", "the rule was deleted since"]
    assert [bool(cause.advice) for cause in causes] == [False, True]
    assert only(click).rule_id is None


def test_a_postback_of_a_rule_that_is_gone(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")

    rule.delete()

    assert (only(click).rule, only(click).outcome) == ("to MGID", Outcome.QUEUED)
