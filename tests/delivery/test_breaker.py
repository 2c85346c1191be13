"""A receiver that does not answer is left alone, probed, and comes back gradually; nothing of what waits is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from delivery.models import Breaker, Receiver, SentPostback, State
from delivery.pump import Pump
from delivery.transport import transport_from_settings
from tests.delivery.transport.receivers import Receiver as Listener
from tests.delivery.transport.receivers import answer

pytestmark = pytest.mark.django_db(transaction=True)


class Moody:
    """A receiver on loopback that answers with the code and headers it is told to."""

    def __init__(self):
        self.code, self.headers = 200, []
        self.listener = Listener(self.script)
        self.origin = f"http://127.0.0.1:{self.listener.port}"

    def script(self, conversation):
        while conversation.read():
            conversation.send(answer(self.code, *self.headers))

    @property
    def asked(self):
        return len(self.listener.requests)


@pytest.fixture
def moody():
    receiver = Moody()
    yield receiver
    receiver.listener.close()


@pytest.fixture
def host(moody):
    """The same, as the queue knows it."""
    return Receiver.objects.create(origin=moody.origin)


@pytest.fixture
def waiting(queued, host, moody):
    """So many postbacks to it wait."""

    def put(count):
        return queued(count, receiver=host, url=f"{moody.origin}/p")

    return put


@pytest.fixture
def work(host):
    """A worker works until nothing is due."""
    transport = transport_from_settings()

    def run(look_again=0.0):
        Pump(transport, threading.Event(), threading.Event()).run(at_most=60, look_again=look_again)
        host.refresh_from_db()

    yield run
    transport.close(1)


@pytest.fixture
def hold_is_over(host):
    """What it is held for has passed."""

    def turn_the_clock():
        Receiver.objects.filter(pk=host.pk).update(hold_until=Now() - timedelta(seconds=1), rate_until=None)

    return turn_the_clock


@pytest.fixture
def untouched():
    """The rows that nobody has claimed."""
    return lambda: SentPostback.objects.filter(attempts=0, state=State.QUEUED).order_by("due_at", "pk")


def test_the_breaker_opens_and_what_waits_stays_as_it_is(moody, host, waiting, work, untouched):
    rows = waiting(200)
    moody.code = 503

    work()

    assert (host.breaker, host.trips) == (Breaker.OPEN, 1)
    assert 20 <= moody.asked < 60
    assert host.why.startswith("20 of 20 requests failed in 30 s")
    assert [row.pk for row in untouched()] == [row.pk for row in rows[moody.asked :]]
    work()
    assert untouched().count() == 200 - moody.asked


def test_one_probe_goes_and_when_it_fails_it_is_left_alone_for_longer(moody, host, waiting, work, hold_is_over):
    waiting(200)
    moody.code = 503
    work()
    before, first_hold = moody.asked, host.hold_until - host.opened

    hold_is_over()
    work()

    assert moody.asked == before + 1
    assert (host.breaker, host.trips) == (Breaker.OPEN, 2)
    assert host.why == "the probe failed: HTTP 503"
    assert host.hold_until - host.opened > first_hold


def test_workers_share_one_probe(moody, host, waiting, work, hold_is_over):
    waiting(200)
    moody.code = 503
    work()
    before = moody.asked
    hold_is_over()

    others = [threading.Thread(target=work_alone) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)

    assert moody.asked == before + 1


def work_alone():
    """A worker of its own, with a connection to the database of its own."""
    transport = transport_from_settings()
    Pump(transport, threading.Event(), threading.Event()).run(at_most=60, look_again=0)
    transport.close(1)
    connection.close()


def test_when_the_probe_comes_through_it_resumes_gradually_and_sends_all(
    moody, host, waiting, work, hold_is_over, untouched
):
    waiting(50)
    moody.code = 503
    work()
    before, left = moody.asked, untouched().count()
    moody.code = 200
    hold_is_over()

    work()
    assert host.breaker == Breaker.RESUMING
    assert before < moody.asked < before + left / 2

    work(look_again=2)
    assert untouched().count() == 0
    assert moody.asked == before + left
    assert host.pace is None or host.pace > 2
    assert host.failing_since is None


def test_a_closed_port_opens_it_too(moody, host, waiting, work):
    waiting(60)
    moody.listener.close()

    work()

    assert host.breaker == Breaker.OPEN
    assert host.why.endswith("last: connection refused")


def test_a_refusal_of_what_is_sent_opens_nothing(moody, host, waiting, work):
    waiting(60)
    moody.code = 404

    work()

    assert (host.breaker, host.failing_since, moody.asked) == (Breaker.CLOSED, None, 60)


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_holds_the_whole_receiver(moody, host, waiting, work, code, untouched):
    waiting(60)
    moody.code, moody.headers = code, ["Retry-After: 300"]

    work()

    assert moody.asked < 40
    assert untouched().count() == 60 - moody.asked
    left = Receiver.objects.annotate(now=Now()).get(pk=host.pk)
    assert timedelta(seconds=200) < left.hold_until - left.now <= timedelta(seconds=300)
    assert "it asked to wait 300 s" in host.why or host.breaker == Breaker.OPEN


def test_a_busy_receiver_is_slowed_down_and_gets_what_waits_all_the_same(moody, host, waiting, work, untouched):
    waiting(60)
    moody.code = 429
    work()
    assert host.pace
    assert (host.breaker, host.why) == (Breaker.CLOSED, "HTTP 429: slowed down")
    moody.code, before, left = 200, moody.asked, untouched().count()

    work(look_again=2)

    assert (untouched().count(), moody.asked) == (0, before + left)


def test_a_neighbour_is_sent_to_as_ever(moody, host, waiting, work, queued):
    neighbour = Moody()
    healthy = Receiver.objects.create(origin=neighbour.origin)
    waiting(100)
    queued(100, receiver=healthy, url=f"{neighbour.origin}/p")
    moody.code = 503

    work()
    neighbour.listener.close()

    assert SentPostback.objects.filter(receiver=healthy, state=State.SENT).count() == neighbour.asked == 100
