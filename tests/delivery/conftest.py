"""A queue that can be filled, and the clock of the database that can be turned on."""

import itertools
import threading
from datetime import timedelta

import pytest
from celery.signals import before_task_publish
from django.db.models.functions import Now

from delivery.models import Receiver, SentPostback, State


@pytest.fixture
def receiver(db):
    """A receiver with three places, however well it answers."""
    return Receiver.objects.create(origin="http://receiver.test:80", places=3, max_places=3)


@pytest.fixture
def change(saved):
    """News that no rule wants."""
    return saved(status="rejected", tid="unwanted").changes.get()


@pytest.fixture
def queued(change, receiver):
    """Puts rows into the queue, due for so many seconds."""
    numbers = itertools.count()

    def put(count=1, *, due_for=0, **fields):
        values = {
            "receiver": receiver,
            "change": change,
            "method": "GET",
            "url_template": "http://receiver.test/p",
            "due_at": Now() - timedelta(seconds=due_for),
        }
        rows = [SentPostback(task_key=f"test:{next(numbers)}", **values | fields) for _ in range(count)]
        return SentPostback.objects.bulk_create(rows)

    return put


@pytest.fixture
def due_now():
    """What waits for its time has waited long enough."""

    def turn_the_clock():
        SentPostback.objects.filter(state=State.QUEUED).update(due_at=Now())

    return turn_the_clock


@pytest.fixture
def urls(http):
    """What was asked over the wire, sorted: many fly at once."""
    return lambda: sorted(str(call.request.url) for call in http.calls)


@pytest.fixture
def rung():
    """Set when a nudge is published."""
    heard = threading.Event()

    def listen(**_kwargs):
        heard.set()

    before_task_publish.connect(listen)
    yield heard
    before_task_publish.disconnect(listen)
