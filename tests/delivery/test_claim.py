"""The claim: what is due is leased to one worker, and to no other."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from delivery.claim import claim
from delivery.claimed import COLUMNS
from delivery.models import Lane, Receiver, SentPostback, State

pytestmark = pytest.mark.django_db
MANY = 100


def claimed(most=MANY, free=None):
    return claim(uuid.uuid4(), most, free or {})


def test_a_claimed_row_is_leased(queued, settings):
    (row,) = queued()
    lease = uuid.uuid4()

    claim(lease, 1, {})

    row.refresh_from_db()
    assert (row.state, row.lease_id, row.attempts) == (State.SENDING, lease, 1)
    assert row.leased_until
    assert timezone.now() < row.leased_until <= timezone.now() + timedelta(seconds=settings.POSTBACK_LEASE)


def test_what_is_claimed_is_not_claimed_again(queued):
    queued(2)

    assert len(claimed()) == 2
    assert claimed() == []


def test_what_is_not_due_waits(queued):
    queued(due_for=-60)

    assert claimed() == []
    assert not SentPostback.objects.due()


@pytest.mark.parametrize("state", [state for state in State if state != State.QUEUED])
def test_only_what_is_queued_is_claimed(queued, state):
    queued(state=state)

    assert claimed() == []


@pytest.mark.parametrize("most", [-1, 0])
def test_no_places_no_claim(queued, most):
    queued()

    assert claimed(most) == []


def test_who_has_waited_longest_goes_first(queued, receiver):
    youngest, oldest, middle = queued(due_for=1) + queued(due_for=300) + queued(due_for=60)

    assert [row.id for row in claimed(2)] == [oldest.pk, middle.pk]
    assert [row.id for row in claimed()] == [youngest.pk]


def test_of_those_due_at_the_same_moment_the_first_queued_goes_first(queued, receiver):
    receiver.places = 9
    receiver.save()
    rows = queued(9)

    assert [row.id for row in claimed()] == [row.pk for row in rows]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_never_more_than_asked_for(queued, most):
    for number in range(4):
        queued(3, receiver=Receiver.objects.create(origin=f"http://{number}.test:80"))

    assert len(claimed(most)) == most


def test_a_receiver_gets_no_more_than_its_places(queued, receiver):
    queued(9)
    queued(2, receiver=Receiver.objects.create(origin="http://other.test:80"))

    claimed()
    origins = list(SentPostback.objects.filter(state=State.SENDING).values_list("receiver__origin", flat=True))

    assert (origins.count("http://receiver.test:80"), origins.count("http://other.test:80")) == (3, 2)


@pytest.mark.parametrize(("free", "count"), [(0, 0), (2, 2), (-1, 0), (50, 9)])
def test_what_flies_already_takes_places(queued, receiver, free, count):
    queued(9)

    assert len(claimed(free={receiver.pk: free})) == count


@pytest.mark.parametrize(("each", "count"), [(1, 1), (2, 2), (99, 3), (None, 3)])
def test_a_claim_takes_no_more_for_each_receiver_than_it_is_told(queued, each, count):
    queued(9)

    assert len(claim(uuid.uuid4(), MANY, {}, each)) == count


def test_receivers_take_turns(queued):
    busy = Receiver.objects.create(origin="http://busy.test:80", places=50)
    queued(50, receiver=busy, due_for=600)
    queued(2, receiver=Receiver.objects.create(origin="http://quiet.test:80"))

    assert [row.receiver_id == busy.pk for row in claimed(4)].count(False) == 2


@pytest.mark.parametrize(("hours", "count"), [(1, 0), (-1, 1), (None, 1)])
def test_a_held_receiver_is_passed_over(queued, receiver, hours, count):
    receiver.hold_until = None if hours is None else timezone.now() + timedelta(hours=hours)
    receiver.save()
    queued()

    assert SentPostback.objects.due() == bool(count)
    assert len(claimed()) == count


@pytest.mark.parametrize(
    ("first_tries", "retries", "places", "picked"),
    [(50, 50, 10, (8, 2)), (50, 50, 3, (3, 0)), (1, 50, 5, (1, 4)), (50, 1, 10, (9, 1)), (0, 50, 10, (0, 10))],
)
def test_four_first_tries_go_for_one_retry(queued, receiver, first_tries, retries, places, picked):
    Receiver.objects.update(places=places)
    queued(retries, lane=Lane.RETRY, due_for=3600)
    queued(first_tries)

    claimed()
    lanes = list(SentPostback.objects.filter(state=State.SENDING).values_list("lane", flat=True))

    assert (lanes.count(Lane.FIRST), lanes.count(Lane.RETRY)) == picked


def test_a_row_comes_as_the_queue_holds_it(queued, receiver, change):
    (row,) = queued(url="http://receiver.test/p?n=1", method="POST")
    lease = uuid.uuid4()

    (mine,) = claim(lease, 1, {})

    row.refresh_from_db()
    assert {name: getattr(mine, name) for name in COLUMNS} == {name: getattr(row, name) for name in COLUMNS}
    assert (mine.lease_id, mine.attempts, mine.version) == (lease, 1, receiver.version)


def test_the_lease_is_by_the_clock_of_the_database(queued):
    queued()
    claimed()

    assert SentPostback.objects.filter(leased_until__gt=Now()).exists()


@pytest.mark.django_db(transaction=True)
def test_two_claims_never_overlap(queued):
    for number in range(5):
        queued(40, receiver=Receiver.objects.create(origin=f"http://{number}.test:80", places=7))
    start = threading.Barrier(4)

    def work(_worker):
        start.wait(30)
        mine = []
        while SentPostback.objects.filter(state=State.QUEUED).exists():
            mine += [row.id for row in claimed(10)]
        connection.close()
        return mine

    with ThreadPoolExecutor(4) as workers:
        taken = [pk for mine in workers.map(work, range(4)) for pk in mine]

    assert len(taken) == len(set(taken)) == 200
    assert set(SentPostback.objects.values_list("attempts", flat=True)) == {1}
