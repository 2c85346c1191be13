"""The sweep: what a dead worker held goes again, and what has become due is rung for."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError
from django.db.models.functions import Now

from delivery.claim import claim
from delivery.heart import Heart
from delivery.models import Lane, Receiver, SentPostback, State, SweepTurn
from delivery.outcome import answered, record
from delivery.rendering import render
from delivery.sweeping import LOST, Sweeper, sweep, take_back
from delivery.transport import PostbackResponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def died(queued):
    """A row whose worker ended without a word."""

    def row(**fields):
        (made,) = queued(**fields)
        claim(uuid.uuid4(), 1, {})
        SentPostback.objects.filter(pk=made.pk).update(leased_until=Now() - timedelta(seconds=1))
        made.refresh_from_db()
        return made

    return row


def test_what_a_dead_worker_held_is_due_again(died):
    row = died()

    sweep()

    row.refresh_from_db()
    assert (row.state, row.lease_id, row.leased_until, row.attempts) == (State.QUEUED, None, None, 1)
    assert SentPostback.objects.due()


def test_the_log_says_so(died):
    row = died()

    sweep()

    attempt = row.tries.get()
    assert (attempt.number, attempt.code, attempt.error) == (1, None, LOST)


def test_it_goes_again_and_is_counted(died, http, send):
    http.get("http://receiver.test/p")
    row = died()

    sweep()
    send()

    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENT, 2)
    assert list(row.tries.values_list("number", "code")) == [(1, None), (2, 200)]


def test_it_keeps_its_lane(died):
    assert died(lane=Lane.RETRY).lane == Lane.RETRY

    sweep()

    assert SentPostback.objects.get().lane == Lane.RETRY


def test_a_worker_that_was_only_slow_writes_nothing_any_more(queued):
    queued()
    (draft,) = render(claim(uuid.uuid4(), 1, {}))
    SentPostback.objects.update(leased_until=Now() - timedelta(seconds=1))
    sweep()

    late = PostbackResponse(id=draft.row.id, started=draft.row.due_at, duration=70, code=200)

    assert record([answered(draft, late)]) == 0
    assert SentPostback.objects.get().state == State.QUEUED


def test_a_lease_that_lasts_is_left_alone(queued):
    queued()
    claim(uuid.uuid4(), 1, {})

    assert take_back() == 0
    assert SentPostback.objects.get().state == State.SENDING


def test_many_are_taken_back_in_few_statements(queued, django_assert_max_num_queries):
    queued(50, state=State.SENDING, lease_id=uuid.uuid4(), leased_until=Now() - timedelta(seconds=1), attempts=1)

    with django_assert_max_num_queries(8):
        assert take_back() == 50


def test_a_postback_that_ends_every_worker_is_given_up(died, settings):
    settings.POSTBACK_RETRY_DELAYS = []
    row = died()
    SentPostback.objects.update(attempts=4)

    sweep()

    row.refresh_from_db()
    assert (row.state, row.due_at, row.lease_id) == (State.FAILED, None, None)
    assert row.error == "Every worker that sent this ended without a word; given up (4 attempts)"


@pytest.mark.parametrize(("attempts", "least", "most"), [(1, 0, 1), (2, 24, 36), (3, 96, 144), (20, 34560, 51840)])
def test_it_goes_again_at_once_and_then_ever_later(died, attempts, least, most):
    row = died()
    SentPostback.objects.update(attempts=attempts)

    sweep()

    now = SentPostback.objects.annotate(now=Now()).get()
    assert least - 1 <= (now.due_at - now.now).total_seconds() <= most
    assert now.state == State.QUEUED
    assert row.tries.get().error == LOST


def test_a_sweep_that_fails_is_tried_again(monkeypatch, settings):
    settings.POSTBACK_SWEEP_INTERVAL = 0.01
    turns, again = iter([ProgrammingError("no such table"), None]), threading.Event()

    def fail(_interval):
        if error := next(turns, None):
            raise error
        again.set()

    monkeypatch.setattr(SweepTurn.objects, "take", fail)
    monkeypatch.setattr(Heart, "beat", lambda _heart: None)
    monkeypatch.setattr(Heart, "stop", lambda _heart: None)
    sweeper = Sweeper()
    sweeper.start()

    assert again.wait(20)
    sweeper.stop()


def test_sweepers_take_turns(died):
    sweep()
    row = died()

    sweep()

    row.refresh_from_db()
    assert row.state == State.SENDING  # it was another's turn, a moment ago


@pytest.mark.parametrize(("ago", "turn"), [(0, False), (3, False), (5, True), (3600, True)])
def test_a_turn_is_free_after_the_interval(ago, turn):
    SweepTurn.objects.take(5)
    SweepTurn.objects.update(taken=Now() - timedelta(seconds=ago))

    assert SweepTurn.objects.take(5) == turn


def test_the_first_turn_is_free():
    assert SweepTurn.objects.take(5)
    assert not SweepTurn.objects.take(5)


def test_it_rings_for_what_is_due(queued, rung):
    queued()

    sweep()

    assert rung.wait(20)


@pytest.mark.parametrize("why", ["nothing", "not due", "held"])
def test_it_does_not_ring_for_nothing(queued, why, monkeypatch):
    rings = []
    monkeypatch.setattr("delivery.nudge.ring", lambda: rings.append(1))
    if why == "not due":
        queued(due_for=-60)
    if why == "held":
        queued()
        Receiver.objects.update(hold_until=Now() + timedelta(hours=1))

    sweep()

    assert rings == []


def test_what_may_go_only_once_ends_unknown(died):
    row = died(terms={"at_most_once": True})

    sweep()

    row.refresh_from_db()
    assert (row.state, row.error, row.due_at, row.lease_id) == (State.UNKNOWN, LOST, None, None)
    assert row.finished
    assert row.tries.get().error == LOST
