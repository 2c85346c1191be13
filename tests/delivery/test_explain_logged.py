"""What became of a postback that a rule wanted, as far as the log knows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from responses import RequestsMock

from campaigns.models import Campaign, Click, Conversion, Visitor
from delivery.explain import Line, Outcome, explain
from delivery.models import Receiver, SentPostback, SpentKey, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

RECEIVER = "http://receiver.test/p"


def lines(click: Click) -> list[Line]:
    return [line for section in explain(click.subid).sections for line in section.lines]


def only(click: Click) -> Line:
    (line,) = lines(click)
    return line


def test_sent_when_and_what_was_answered(
    rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock
) -> None:
    http.get(RECEIVER, body="thank you")

    saved(status="lead")
    send()

    line, sent = only(click), SentPostback.objects.get()
    assert (line.outcome, line.rule, line.postback) == (Outcome.SENT, "to MGID", sent.pk)
    assert line.text == f"sent {sent.finished:%Y-%m-%d %H:%M:%S} UTC, answer HTTP 200: thank you"
    assert explain(click.subid).summary == "1 sent, 0 queued, 0 failed, 0 not sent."


def test_queued_before_the_first_try(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")

    line, queued = only(click), SentPostback.objects.get()
    assert line.outcome == Outcome.QUEUED
    assert line.text == f"queued, next try {queued.due_at:%Y-%m-%d %H:%M:%S} UTC"
    assert line.causes == []


def test_queued_for_another_try(rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock) -> None:
    http.get(RECEIVER, status=503)

    saved(status="lead")
    send()

    line, queued = only(click), SentPostback.objects.get()
    assert line.outcome == Outcome.QUEUED
    assert line.text == f"queued, next try {queued.due_at:%Y-%m-%d %H:%M:%S} UTC (1 tried; last: HTTP 503)"


def test_queued_and_nobody_sends(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    SentPostback.objects.update(due_at=timezone.now() - timedelta(hours=1))

    (cause,) = only(click).causes
    assert "no worker has taken it" in cause.text
    assert "see that the worker runs" in cause.advice


def test_queued_for_a_receiver_that_is_held(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    Receiver.objects.update(hold_until=timezone.now() + timedelta(hours=1))

    (cause,) = only(click).causes
    assert cause.text == "receiver http://receiver.test:80: Held for another 60 minutes"


def test_queued_behind_an_open_breaker(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    hold_until = timezone.now() + timedelta(minutes=4)
    Receiver.objects.update(breaker="open", opened=timezone.now(), hold_until=hold_until, why="14 of 20 failed")

    (cause,) = only(click).causes
    assert cause.text.startswith("receiver http://receiver.test:80: Open since 20")
    assert cause.text.endswith(": 14 of 20 failed; next probe in 4 minutes")
    assert "it goes by itself" in cause.advice


def test_queued_for_a_receiver_that_a_person_holds(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    Receiver.objects.get().hold()

    (cause,) = only(click).causes
    assert cause.text == "receiver http://receiver.test:80: Held by a person, until it is released"
    assert cause.advice == "release it on the receiver's page"


def test_being_sent_now(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    SentPostback.objects.update(state=State.SENDING, attempts=1)

    assert (only(click).outcome, only(click).text) == (Outcome.QUEUED, "being sent now (attempt 1)")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (301, "put the final URL into the rule"),
        (400, "compare the URL with its documentation"),
        (403, "check the key or token in the URL, and whether the receiver admits our address"),
        (404, "check the path of the URL"),
    ],
)
def test_failed_and_what_lies_behind_the_answer(
    rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock, code: int, advice: str
) -> None:
    http.get(RECEIVER, status=code, body="no")

    saved(status="lead")
    send()

    line = only(click)
    assert line.outcome == Outcome.FAILED
    assert line.causes[0].text == f"the receiver answered HTTP {code}: no"
    assert advice in line.causes[0].advice


def test_failed_before_anything_was_sent(rule: PostbackRule, click: Click, saved: Saved) -> None:
    PostbackRule.objects.update(url="nowhere")

    saved(status="lead")

    line = only(click)
    assert line.outcome == Outcome.FAILED
    assert "The rule's URL has no scheme and host." in line.text
    assert line.causes[0].text == "it was never sent"


def test_what_rendered_empty_is_told(campaign: Campaign, rule: PostbackRule, send: Send, http: RequestsMock) -> None:
    http.get(RECEIVER)
    PostbackRule.objects.update(without_click_id=True)
    click = Click.objects.record(campaign, {}, Visitor())

    Conversion(click=click, status="lead").save()
    send()

    assert only(click).causes[0].text == "Rendered empty: external_id"


def test_cancelled_by_whom(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")
    SentPostback.objects.cancel("Cancelled by anna")

    line = only(click)
    assert line.outcome == Outcome.NOT_SENT
    assert line.text.endswith("Cancelled by anna")


def test_sent_again_has_a_line_of_its_own(
    rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock
) -> None:
    http.get(RECEIVER)
    saved(status="lead")
    send()

    (resend,) = SentPostback.objects.send_again(SentPostback.objects.all())

    assert [(line.rule, line.outcome) for line in lines(click)] == [
        ("to MGID", Outcome.SENT),
        ("to MGID, sent again", Outcome.QUEUED),
    ]
    assert lines(click)[1].postback == resend.pk


def test_a_pruned_row(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="lead")

    prune()

    assert (only(click).outcome, only(click).text) == (Outcome.UNKNOWN, "no longer in the log")
    assert explain(click.subid).summary.endswith("Of 1 it is not known.")


def test_a_repetition_of_what_was_pruned(rule: PostbackRule, click: Click, saved: Saved) -> None:
    conversion = saved(status="lead")
    saved(conversion, status="sale")
    prune()

    saved(conversion, status="lead")

    assert [line.text for line in lines(click)] == [
        "no longer in the log",
        "no longer in the log",
        "not sent: already sent for this status (#1)",
    ]


def test_a_pruned_row_of_a_rule_that_sends_again(rule: PostbackRule, click: Click, saved: Saved) -> None:
    PostbackRule.objects.update(again=True)
    conversion = saved(status="lead")
    saved(conversion, status="sale")
    saved(conversion, status="lead")

    prune()

    assert [line.text for line in lines(click)] == ["no longer in the log"] * 3


def prune() -> None:
    SpentKey.objects.bulk_create([SpentKey(task_key=row.task_key) for row in SentPostback.objects.all()])
    SentPostback.objects.all().delete()
