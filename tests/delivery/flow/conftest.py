"""A clock that is turned by hand, receivers that answer as they are told, and one worker's knowledge of them."""

from datetime import UTC, datetime

import pytest

from delivery.flow.gauge import Gauge
from delivery.models import Receiver
from delivery.transport import PostbackResponse


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def turn(self, seconds):
        self.now += seconds


def answer(code=200, **fields):
    """A response; without a code there is none."""
    if code is None:
        fields = {"error": "no answer within 15 s"} | fields
    return PostbackResponse(id=1, started=datetime.now(UTC), duration=0.01, code=code, **fields)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known():
    """The receiver as it stands in the database."""
    return Receiver(pk=1, origin="http://receiver.test:80")


@pytest.fixture
def gauge(known, clock):
    return Gauge(known, clock())


@pytest.fixture
def lands(gauge, clock):
    """So many answers of a kind come back, one each so many seconds, to what was asked so many seconds before."""

    def land(code=200, count=1, *, apart=0.02, took=0.01, **fields):
        for _ in range(count):
            gauge.take_off(clock())
            clock.turn(apart)
            gauge.landed(answer(code, **fields), clock() - took, clock())

    return land
