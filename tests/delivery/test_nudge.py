"""The nudge: a conversion rings for the worker, and no broker is ever waited for."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import Celery, current_app
from celery.signals import before_task_publish
from django.db import connection, transaction
from kombu import Queue

from campaigns.models import Conversion
from campaigns.report import Report
from delivery import nudge
from delivery.nudge import MOST_WAITING, Bell
from tests.services import need


class Broker:
    """Counts what is published, and can be slow."""

    def __init__(self):
        self.published = threading.Semaphore(0)
        self.open = threading.Event()
        self.open.set()
        self.tasks = []

    def take(self, sender, **_kwargs):
        self.tasks.append(sender)
        self.published.release()
        self.open.wait(20)

    def wait(self):
        assert self.published.acquire(timeout=20)


@pytest.fixture
def broker():
    """Hears every message."""
    heard = Broker()
    before_task_publish.connect(heard.take)
    yield heard
    heard.open.set()
    before_task_publish.disconnect(heard.take)


@pytest.fixture
def bell():
    """A bell of its own thread."""
    return Bell()


def test_a_ring_is_one_message(bell, broker):
    bell.ring()

    broker.wait()
    assert broker.tasks == ["delivery.tasks.send_due"]


def test_a_burst_is_few_messages(bell, broker):
    broker.open.clear()
    bell.ring()
    broker.wait()

    for _conversion in range(500):
        bell.ring()
    broker.open.set()
    broker.wait()
    bell.ring()
    broker.wait()

    assert len(broker.tasks) == 3


def test_who_rings_does_not_wait_for_the_broker(bell, broker):
    broker.open.clear()
    bell.ring()
    broker.wait()

    bell.ring()

    assert not broker.open.is_set()  # we came here while the broker took its time


def test_a_broker_that_is_away_is_counted_and_rung_again(bell, broker, monkeypatch, caplog):
    def away(*args, **kwargs):
        failed.release()
        raise OSError("amqp://user:secret@broker")

    failed = threading.Semaphore(0)
    with monkeypatch.context() as broken:
        broken.setattr(current_app, "send_task", away)
        bell.ring()
        assert failed.acquire(timeout=20)

    bell.ring()
    broker.wait()

    assert bell.failures == 1
    assert "The broker took no nudge (OSError)" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_conversion_that_is_saved_rings(broker, saved):
    saved(status="sale")

    broker.wait()
    assert "delivery.tasks.send_due" in broker.tasks


@pytest.mark.django_db
def test_it_rings_after_the_commit(saved, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        saved(status="sale")

    assert rings == [nudge.ring]


@pytest.mark.django_db
def test_what_is_rolled_back_does_not_ring(saved, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings, transaction.atomic():
        saved(status="sale")
        transaction.set_rollback(True)

    assert rings == []


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_commits_are_few_messages(bell, broker):
    def commit(count):
        for _conversion in range(count):
            with transaction.atomic():
                transaction.on_commit(bell.ring)
        connection.close()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(commit, [1000] * 10))
    broker.wait()

    assert len(broker.tasks) < 500


@pytest.fixture
def waiting():
    """Counts the messages that wait in a queue of the app's own, which is gone afterwards."""
    used = []

    def count(app):
        used.append(app)
        with app.connection_for_read() as line:
            return line.default_channel._size(app.conf.task_default_queue)

    yield count
    for app in used:
        with app.connection_for_write() as line:
            line.default_channel.queue_delete(app.conf.task_default_queue)


@pytest.mark.services
def test_nudges_that_no_worker_takes_do_not_fill_redis(waiting):
    app = Celery("test", broker=need("redis"), set_as_current=False)
    app.conf.task_default_queue = f"test-{uuid.uuid4()}"
    bell = Bell(app)

    for _ring in range(MOST_WAITING + 20):
        bell.publish()

    assert waiting(app) == MOST_WAITING
    assert not bell.failures


@pytest.mark.services
def test_nudges_that_were_taken_make_room(waiting):
    app = Celery("test", broker=need("redis"), set_as_current=False)
    app.conf.task_default_queue = f"test-{uuid.uuid4()}"
    bell = Bell(app)
    for _ring in range(MOST_WAITING):
        bell.publish()

    with app.connection_for_write() as line:
        Queue(app.conf.task_default_queue)(line.default_channel).purge()
    bell.publish()

    assert waiting(app) == 1


@pytest.mark.django_db
def test_a_thousand_reports_ring_once(click, django_capture_on_commit_callbacks):
    reports = [Report(subid=click.subid, status="sale", tid=str(number)) for number in range(1000)]

    with django_capture_on_commit_callbacks() as rings:
        Conversion.objects.report_many(reports)

    assert rings == [nudge.ring]


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_reports_are_few_messages(click, broker):
    reports = (Report(subid=click.subid, status="sale", tid=str(number)) for number in range(10_000))

    assert len(Conversion.objects.report_many(reports)) == 10_000
    broker.wait()

    assert len(broker.tasks) < 500
