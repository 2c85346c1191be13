"""What one worker finds out, the others know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from delivery.flow import Flow
from delivery.models import Breaker, Receiver
from tests.delivery.flow.conftest import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(db):
    return Receiver.objects.create(origin="http://receiver.test:80")


@pytest.fixture
def worker(receiver, clock):
    """Makes workers, each with a flow of its own that has claimed something."""

    def make():
        flow = Flow(clock)
        claim(flow)
        return flow

    return make


@pytest.fixture
def lands(receiver, clock):
    """So many answers of a kind come back to a worker, which writes down what follows."""

    def land(flow, code=200, count=1, *, write=True, **fields):
        for _ in range(count):
            flow.took_off(receiver.pk, 1)
            clock.turn(0.02)
            flow.landed(receiver.pk, answer(code, **fields))
        if write:
            clock.turn(1)
            flow.save()
        receiver.refresh_from_db()

    return land


def claim(flow):
    """What a claim brings along."""
    flow.learn(dict(Receiver.objects.values_list("pk", "version")))


def test_a_healthy_receiver_costs_no_statement(worker, lands):
    flow = worker()

    with CaptureQueriesContext(connection) as asked:
        for _ in range(5):
            lands(flow, 200, 100)
            lands(flow, 404, 100)
            claim(flow)

    assert not [query["sql"] for query in asked if "UPDATE" in query["sql"]]
    assert len([query for query in asked if "why" in query["sql"]]) == 10  # this test's own look at it


def test_places_grow_and_what_flies_takes_them(worker, lands, receiver):
    flow = worker()
    assert flow.free() == {receiver.pk: 20}

    lands(flow, 200, 300)
    flow.took_off(receiver.pk, 1)

    assert 20 < flow.free()[receiver.pk] < 40


def test_an_opened_breaker_is_written_with_its_hold_and_reason(worker, lands, receiver):
    lands(worker(), 503, 20)

    assert (receiver.breaker, receiver.trips) == (Breaker.OPEN, 1)
    assert receiver.why == "20 of 20 requests failed in 30 s, last: HTTP 503"
    assert not Receiver.objects.open().exists()
    held = Receiver.objects.annotate(left=Now()).get()
    assert 25 < (held.hold_until - held.left).total_seconds() <= 30


def test_several_workers_count_one_opening_once(worker, lands, receiver, clock):
    workers = [worker() for _ in range(3)]
    for flow in workers:
        lands(flow, 503, 20, write=False)
    clock.turn(1)

    for flow in workers:
        flow.save()
    receiver.refresh_from_db()

    assert receiver.trips == 1


def test_what_flew_when_it_opened_is_no_probe_however_late_it_is_looked_at(worker, receiver, clock):
    flow = worker()
    for request in range(40):
        flow.took_off(receiver.pk, request)
    clock.turn(1)

    for request in range(40):
        flow.landed(receiver.pk, replace(answer(503), id=request))
        clock.turn(0.05)
        flow.save()

    receiver.refresh_from_db()
    assert (receiver.breaker, receiver.trips) == (Breaker.OPEN, 1)


def test_after_the_hold_a_probe_of_any_worker_lets_all_resume(worker, lands, receiver):
    first, second = worker(), worker()
    lands(first, 503, 20)
    Receiver.objects.change(hold_until=Now() - timedelta(seconds=1))

    claim(second)
    lands(second, 200)

    assert (receiver.breaker, receiver.pace, receiver.rate_until) == (Breaker.RESUMING, 2, None)


def test_a_pace_grows_once_for_all_workers(worker, lands, receiver, clock):
    Receiver.objects.change(breaker=Breaker.RESUMING, pace=2)
    workers = [worker() for _ in range(3)]
    for flow in workers:
        lands(flow, 200, 5, write=False)
    clock.turn(1)

    for flow in workers:
        flow.save()

    receiver.refresh_from_db()
    assert receiver.pace == 4


def test_a_failure_is_noted_and_a_success_ends_it(worker, lands, receiver):
    flow = worker()
    lands(flow, 500)
    since = receiver.failing_since
    assert since

    lands(flow, None)
    assert receiver.failing_since == since

    Receiver.objects.change(alerted=50)
    claim(flow)
    lands(flow, 200)
    assert (receiver.failing_since, receiver.alerted) == (None, 0)


def test_a_single_failure_of_a_busy_receiver_is_not_written(worker, lands, receiver, clock):
    flow = worker()

    for _ in range(5):
        lands(flow, 500, write=False)
        lands(flow, 200, 30, write=False)
        flow.save()

    assert (receiver.failing_since, receiver.version) == (None, 0)


def test_the_last_word_of_a_worker_that_ends_is_written_at_once(worker, lands, receiver):
    flow = worker()
    lands(flow, 500, write=False)

    flow.save(is_last=True)

    receiver.refresh_from_db()
    assert receiver.failing_since


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_loses_nothing(worker, lands, receiver, clock):
    flow = worker()

    def refuse(*_args):
        raise OperationalError("the server is gone")

    lands(flow, 503, 20, write=False)
    clock.turn(1)
    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        flow.save()
    assert flow.free() == {receiver.pk: 0}  # here it is held all the same

    clock.turn(1)
    flow.save()

    receiver.refresh_from_db()
    assert receiver.breaker == Breaker.OPEN


def test_what_is_to_be_written_waits_for_a_quarter_of_a_second(worker, lands, receiver, clock):
    flow = worker()
    flow.save(is_last=True)

    lands(flow, 503, 10, write=False)
    flow.save()
    assert receiver.breaker == Breaker.CLOSED

    lands(flow, 503, 10)
    assert receiver.breaker == Breaker.OPEN


def test_receivers_to_which_nothing_goes_are_forgotten(worker, clock):
    flow = worker()
    clock.turn(601)

    flow.save()

    assert flow.free() == {}


NAMELESS = {"ours": True, "error": "the host name x.test does not resolve: no name server answers"}


@pytest.mark.parametrize(
    ("others_answer", "others_are_found", "is_its_fault"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_a_name_that_alone_is_not_found_is_its_receivers_fault(
    worker, lands, receiver, others_answer, others_are_found, is_its_fault
):
    other = Receiver.objects.create(origin="http://other.test:80")
    flow = worker()
    if others_answer:
        flow.landed(other.pk, answer(200))
    if not others_are_found:
        flow.landed(other.pk, answer(None, **NAMELESS))

    lands(flow, None, 20, **NAMELESS)

    assert (receiver.breaker == Breaker.OPEN) == is_its_fault


def test_where_there_is_one_receiver_a_name_that_is_not_found_is_our_fault(worker, lands, receiver):
    flow = worker()
    lands(flow, 200, 5)

    lands(flow, None, 20, **NAMELESS)

    assert (receiver.breaker, receiver.failing_since) == (Breaker.CLOSED, None)
