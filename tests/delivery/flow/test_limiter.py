"""A rate is kept by all workers together."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from delivery.claim import claim
from delivery.flow.limiter import BLOCK, allowed, used_until
from delivery.models import Receiver, SentPostback, State

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def claimed(free=None):
    return claim(uuid.uuid4(), 500, free or {})


@pytest.fixture
def limited(receiver):
    """The receiver gets so many requests per second; nothing has been used up yet."""

    def limit(**fields):
        Receiver.objects.filter(pk=receiver.pk).change(**{"places": 100, "rate_until": None} | fields)

    return limit


@pytest.mark.parametrize(
    ("rate", "free", "block"),
    [(1, 20, 1), (0.001, 20, 1), (9.9, 20, 1), (50, 20, 5), (1000, 20, 20), (1000, 500, 100), (50, 0, 0), (1, -3, 0)],
)
def test_a_block_is_a_tenth_of_a_seconds_worth(rate, free, block):
    assert allowed(rate, free) == block


@given(
    st.floats(min_value=0.001, max_value=5000),
    st.lists(st.tuples(st.floats(min_value=0, max_value=2), st.integers(0, 300)), min_size=1, max_size=200),
)
def test_whenever_it_is_asked_no_more_is_allowed_than_the_rate(rate, claims):
    now, until, count = NOON, None, 0
    for pause, free in claims:
        now += timedelta(seconds=pause)
        if until is None or until <= now:
            block = allowed(rate, free)
            until, count = used_until(until, now, block, rate), count + block

    seconds = (now - NOON).total_seconds()
    assert count <= rate * (seconds + 2 * BLOCK) + 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"rate": 0.01}, {"pace": 0.01}, {"rate": 900, "pace": 0.01}, {"rate": 0.01, "pace": 9}]
)
def test_what_the_rate_does_not_allow_is_not_claimed(queued, limited, fields):
    limited(**fields)
    queued(5)

    assert len(claimed()) == 1
    assert claimed() == []
    assert not SentPostback.objects.due()  # so that nobody looks in vain


@pytest.mark.django_db
def test_after_a_while_the_next_is_allowed(queued, limited, receiver):
    limited(rate=0.01)
    queued(5)
    claimed()
    Receiver.objects.update(rate_until=Now() - timedelta(milliseconds=1))

    assert SentPostback.objects.due()
    assert len(claimed()) == 1


@pytest.mark.django_db
def test_the_oldest_goes_first(queued, limited):
    limited(rate=0.01)
    queued(2)
    (oldest,) = queued(due_for=60)

    assert [row.id for row in claimed()] == [oldest.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(("free", "count"), [(0, 0), (3, 3), (500, 50)])
def test_a_block_is_no_larger_than_there_are_places(queued, limited, receiver, free, count):
    limited(rate=500)
    queued(60)

    assert len(claimed({receiver.pk: free})) == count


@pytest.mark.django_db
def test_where_there_is_no_place_nothing_is_used_up(queued, limited, receiver):
    limited(rate=0.01)
    queued()
    claimed({receiver.pk: 0})

    assert len(claimed()) == 1


@pytest.mark.django_db
def test_others_are_not_limited(queued, limited):
    limited(rate=0.01)
    other = Receiver.objects.create(origin="http://other.test:80")
    queued(5)
    queued(5, receiver=other)

    assert [row.receiver_id for row in claimed()].count(other.pk) == 5


@pytest.mark.django_db
def test_a_limit_that_is_lifted_limits_no_more(queued, limited, receiver):
    limited(rate=0.01)
    queued(5)
    claimed()
    Receiver.objects.filter(pk=receiver.pk).change(rate=None)

    assert SentPostback.objects.due()
    assert len(claimed()) == 4


@pytest.mark.django_db(transaction=True)
def test_workers_keep_the_rate_together(queued, limited):
    limited(rate=200)
    queued(2000)
    began, start = clock_of_the_database(), threading.Barrier(4)

    def work(_worker):
        start.wait(30)
        count = sum(len(claimed()) for _ in range(60))
        connection.close()
        return count

    with ThreadPoolExecutor(4) as workers:
        count = sum(workers.map(work, range(4)))

    seconds = (clock_of_the_database() - began).total_seconds()
    assert 20 <= count <= 200 * (seconds + 2 * BLOCK) + 20
    assert SentPostback.objects.filter(state=State.SENDING).count() == count


def clock_of_the_database():
    return Receiver.objects.annotate(now=Now()).values_list("now", flat=True).get()
