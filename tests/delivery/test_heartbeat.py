"""A worker says that it lives, and that it ends; who falls silent is not counted."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from delivery import heart, sweeping
from delivery.engine import engine
from delivery.heart import Heart, silence
from delivery.models import SweepTurn, Worker
from delivery.sweeping import Sweeper

pytestmark = pytest.mark.django_db


def test_the_first_beat_tells_who_it_is(settings):
    Heart().beat()

    worker = Worker.objects.get()
    assert (worker.transport, worker.version, worker.in_flight) == ("requests", "0.1.0", 0)
    assert worker.pid > 0
    assert worker.started == worker.seen
    assert worker.ended is None


def test_the_next_beat_is_the_same_worker(monkeypatch):
    monkeypatch.setattr(heart, "APART", 0)
    beating = Heart()
    beating.beat()
    Worker.objects.update(seen=Now() - timedelta(minutes=1), started=Now() - timedelta(minutes=2))

    beating.beat()

    worker = Worker.objects.get()
    assert worker.seen - worker.started >= timedelta(minutes=2)


def test_a_beat_just_after_another_is_spared(django_assert_num_queries):
    beating = Heart()
    beating.beat()

    with django_assert_num_queries(0):
        beating.beat()


def test_it_tells_how_much_is_in_flight(monkeypatch):
    monkeypatch.setattr(type(engine), "in_flight", 7)

    Heart().beat()

    assert Worker.objects.get().in_flight == 7


@pytest.mark.parametrize(("ago", "alive"), [(0, 1), (15, 1), (25, 0)])
def test_who_falls_silent_is_not_alive(settings, ago, alive):
    settings.POSTBACK_SWEEP_INTERVAL = 1
    Heart().beat()
    Worker.objects.update(seen=Now() - timedelta(seconds=ago))

    assert Worker.objects.alive(silence()).count() == alive


def test_who_sweeps_rarely_may_be_silent_for_longer(settings):
    settings.POSTBACK_SWEEP_INTERVAL = 60

    assert silence() == 240


def test_who_ends_as_told_says_so():
    beating = Heart()
    beating.beat()

    beating.stop()

    assert Worker.objects.get().ended
    assert not Worker.objects.alive(silence()).exists()


def test_those_long_gone_are_cleared_away_by_the_next_that_starts():
    Worker.objects.create(uuid=uuid.uuid4(), pid=1)
    Worker.objects.update(seen=Now() - timedelta(hours=25))

    Heart().beat()

    assert [worker.pid > 1 for worker in Worker.objects.all()] == [True]


def test_a_beat_that_fails_stops_no_sweep(monkeypatch, settings):
    settings.POSTBACK_SWEEP_INTERVAL = 0.01
    swept = threading.Event()

    def fail(*_args, **_facts):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Worker.objects, "beat", fail)
    monkeypatch.setattr(Worker.objects, "end", fail)
    monkeypatch.setattr(SweepTurn.objects, "take", lambda _interval: swept.set())
    sweeper = Sweeper()
    sweeper.start()

    assert swept.wait(20)
    sweeper.stop()
    sweeper.wait(20)


@pytest.mark.django_db(transaction=True)
def test_the_thread_that_sweeps_beats_and_ends(monkeypatch, settings):
    settings.POSTBACK_SWEEP_INTERVAL = 0.01
    swept = threading.Event()
    monkeypatch.setattr(sweeping, "sweep", swept.set)
    sweeper = Sweeper()
    sweeper.start()
    assert swept.wait(20)

    sweeper.stop()
    sweeper.wait(20)

    assert Worker.objects.get().ended
