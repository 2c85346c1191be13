"""Not after: what comes to its latest moment ends failed, wherever it waits, and is not sent any more."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from delivery.latest import end_too_late
from delivery.models import Attempt, Receiver, SentPostback, State
from delivery.sweeping import sweep
from postbacks.models import PostbackRule, SourceTerms

RECEIVER = "http://receiver.test/p"
AGO = Now() - timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def test_the_latest_moment_is_counted_from_the_conversion(rule, saved):
    PostbackRule.objects.update(not_after_hours=168)

    saved(status="sale")

    row = SentPostback.objects.get()
    assert row.change
    assert row.latest == row.change.time + timedelta(days=7)


def test_the_source_may_say_it(rule, source, saved):
    SourceTerms.objects.create(source=source, not_after_hours=1)

    saved(status="sale")

    assert SentPostback.objects.get().latest


def test_without_one_there_is_none(rule, saved):
    saved(status="sale")

    row = SentPostback.objects.get()
    assert (row.latest, row.terms) == (None, {})


def test_editing_the_rule_changes_only_what_comes_later(rule, saved):
    saved(status="lead", tid="1")
    PostbackRule.objects.update(not_after_hours=1, schedule="fast")

    saved(status="lead", tid="2")

    assert [(row.latest is None, row.terms) for row in SentPostback.objects.order_by("pk")] == [
        (True, {}),
        (False, {"schedule": "fast"}),
    ]


def test_where_the_next_attempt_would_come_too_late_it_ends_at_once(rule, saved, http, send):
    http.get(RECEIVER, status=503)
    PostbackRule.objects.update(not_after_hours=1, schedule="own", own_delays=[7200])

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.error, row.attempts) == (State.FAILED, "too late: HTTP 503", 1)


def test_behind_a_receiver_that_is_held_it_ends_all_the_same(queued):
    queued(latest=AGO)
    Receiver.objects.update(hold_until=Now() + timedelta(days=9))

    sweep()

    row = SentPostback.objects.get()
    assert (row.state, row.error, row.due_at) == (State.FAILED, "too late: it was never tried", None)
    assert row.finished


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attempts": 3, "error": "HTTP 503"}, "too late: HTTP 503"),
        ({"attempts": 1}, "too late: how the last attempt ended is not known"),
        ({"due_at": None, "waits_for_id": 1}, "too late: it was never tried"),
    ],
)
def test_the_reason_names_the_last_failure(queued, fields, reason):
    queued(latest=AGO, **fields)

    assert end_too_late() == 1
    assert SentPostback.objects.get().error == reason


def test_what_is_in_time_or_finished_or_flies_is_left_alone(queued):
    queued(latest=Now() + timedelta(hours=1))
    queued(latest=None)
    queued(latest=AGO, state=State.SENT)
    queued(latest=AGO, state=State.SENDING)

    assert end_too_late() == 0


def test_many_end_in_few_statements(queued, django_assert_max_num_queries):
    queued(300, latest=AGO)

    with django_assert_max_num_queries(8):
        assert end_too_late() == 300


def test_what_followed_it_goes(rule, saved):
    PostbackRule.objects.update(in_order=True)
    sale = saved(saved(status="lead"), status="sale").postbacks.get(status="sale")
    SentPostback.objects.filter(status="lead").update(latest=AGO)

    end_too_late()

    sale.refresh_from_db()
    assert (sale.waits_for, sale.due_at is None) == (None, False)


def test_a_persons_resend_knows_no_latest_moment(rule, saved):
    PostbackRule.objects.update(not_after_hours=1)
    saved(status="sale")
    SentPostback.objects.update(latest=AGO)
    end_too_late()

    (resend,) = SentPostback.objects.send_again([SentPostback.objects.get()])

    assert resend.latest is None


def test_what_is_claimed_before_the_sweep_comes_is_not_sent(queued, http, send):
    queued(latest=AGO)
    queued(latest=AGO, attempts=2, error="HTTP 503", lane=1)

    send()

    assert len(http.calls) == 0
    rows = SentPostback.objects.order_by("pk")
    assert [(row.state, row.error) for row in rows] == [
        (State.FAILED, "too late: it was never tried"),
        (State.FAILED, "too late: HTTP 503"),
    ]
    assert not Attempt.objects.exists()
