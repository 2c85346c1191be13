"""The pump: what was collected goes out as it was then, whatever happens around it."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from delivery.models import Receiver, SentPostback, State
from delivery.pump import Pump
from delivery.sweeping import take_back
from delivery.transport import transport_from_settings
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db
ANYWHERE = "http://receiver.test/p"


@pytest.fixture
def stop():
    """Tells the pump to end."""
    return threading.Event()


@pytest.fixture
def pump(db, stop, settings):
    """A pump with a transport of its own."""
    settings.POSTBACK_CONNECTIONS = 500
    transport = transport_from_settings()
    yield Pump(transport, stop, threading.Event())
    transport.close(1)


@pytest.fixture
def landed(pump):
    """Waits until all that flies has landed."""

    def wait():
        while pump.flying:
            pump.take(pump.transport.poll(10))

    return wait


def test_lead_then_sale_are_sent_each_as_it_was(rule, http, saved, send, urls):
    http.get(ANYWHERE)
    saved(saved(status="lead", revenue="1"), status="sale", revenue="2")

    send()

    assert urls() == [f"{ANYWHERE}?c=ext+1&s=lead&r=1", f"{ANYWHERE}?c=ext+1&s=sale&r=2"]


def test_what_changed_without_news_is_not_sent(rule, http, saved, send, urls):
    http.get(ANYWHERE)
    saved(saved(status="sale", revenue="1"), revenue="2")

    send()

    assert urls() == [f"{ANYWHERE}?c=ext+1&s=sale&r=1"]


def test_the_url_is_the_rules_as_it_was_at_collect(rule, http, saved, send, urls):
    http.get(ANYWHERE)
    saved(status="sale")
    PostbackRule.objects.update(url="http://elsewhere.test/", method="POST")

    send()

    assert urls() == [f"{ANYWHERE}?c=ext+1&s=sale&r=0"]


@pytest.mark.parametrize("end", ["delete", "disable", "untick", "pause"])
def test_what_was_collected_is_sent_whatever_becomes_of_its_rule(rule, http, saved, send, end):
    http.get(ANYWHERE)
    saved(status="sale")
    {
        "delete": lambda: PostbackRule.objects.all().delete(),
        "disable": lambda: PostbackRule.objects.update(enabled=False),
        "untick": lambda: PostbackRule.objects.update(statuses=[]),
        "pause": lambda: Campaign.objects.update(paused=True),
    }[end]()

    send()

    assert SentPostback.objects.get().state == State.SENT


def test_a_batch_of_500_takes_few_statements(queued, http, pump, landed):
    http.get(ANYWHERE)
    Receiver.objects.update(places=500)
    queued(500)

    with CaptureQueriesContext(connection) as asked:
        pump.refill()
        landed()
        pump.record()

    assert SentPostback.objects.filter(state=State.SENT).count() == 500
    statements = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    most = 8 if connection.vendor == "postgresql" else 12  # SQLite looks at each receiver's two lanes
    assert len(statements) <= most, [sql[:60] for sql in statements]


def test_a_backlog_for_one_receiver_is_taken_whole_after_one_for_many(queued, http, pump, landed):
    http.get(ANYWHERE)
    for number in range(50):
        queued(receiver=Receiver.objects.create(origin=f"http://{number}.test:80", places=50))
    Receiver.objects.update(places=50)
    pump.refill()
    landed()
    queued(50)

    counts = [pump.refill() and len(pump.flying) for _round in range(2)]

    assert counts == [21, 50]
    landed()


def test_an_idle_round_takes_one_statement(pump, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        assert not pump.refill()


def test_a_slow_receiver_holds_back_nobody(queued, http, send):
    slow = Receiver.objects.create(origin="http://slow.test:80")
    others_are_through, waited = threading.Event(), []

    def dawdle(_request):
        waited.append(others_are_through.wait(20))
        return 200, {}, "at last"

    def answer(_request):
        if sum("receiver.test" in str(call.request.url) for call in http.calls) >= 29:
            others_are_through.set()
        return 200, {}, "OK"

    http.add_callback("GET", "http://slow.test/", dawdle)
    http.add_callback("GET", ANYWHERE, answer)
    queued(url_template="http://slow.test/", receiver=slow)
    queued(30)

    send()

    assert waited == [True]
    assert SentPostback.objects.filter(state=State.SENT).count() == 31


def test_never_more_fly_to_a_receiver_than_it_has_places(queued, receiver, http, send):
    flying, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(receiver.places)

    def answer(_request):
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying)
        gate.wait(20)
        with lock:
            flying -= 1
        return 200, {}, "OK"

    http.add_callback("GET", ANYWHERE, answer)
    queued(receiver.places * 4)

    send()

    assert most == receiver.places
    assert SentPostback.objects.filter(state=State.SENT).count() == 12


def test_a_pump_that_is_stopped_lets_land_what_flies_and_claims_no_more(queued, receiver, http, pump, stop):
    def answer(_request):
        stop.set()
        return 200, {}, "OK"

    http.add_callback("GET", ANYWHERE, answer)
    queued(9)

    assert not pump.run(at_most=15)

    states = SentPostback.objects.values_list("state", flat=True)
    assert sorted(states) == ["queued"] * 6 + ["sent"] * 3


def test_what_flies_when_a_run_is_over_is_taken_up_by_the_next(queued, http, pump):
    over = threading.Event()
    http.add_callback("GET", ANYWHERE, lambda _request: (200 if over.wait(20) else 500, {}, "OK"))
    queued()

    assert pump.run(at_most=0.1)
    over.set()
    assert not pump.run(at_most=15, look_again=0)

    assert SentPostback.objects.get().state == State.SENT
    assert len(http.calls) == 1


def test_a_claim_as_large_as_there_are_places_rings_for_another_worker(queued, receiver, http, pump, rung):
    http.get(ANYWHERE)
    queued(pump.transport.free())
    Receiver.objects.update(places=pump.transport.free())

    pump.run(at_most=15, look_again=0)

    assert rung.wait(20)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_loses_nothing(queued, http, pump, caplog):
    http.get(ANYWHERE)
    queued()
    failures = [OperationalError("the server is gone")]

    def execute(run, sql, params, many, context):
        if failures and "delivery_attempt" in sql:
            raise failures.pop()
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        pump.run(at_most=15, look_again=0)

    assert (SentPostback.objects.get().state, len(http.calls)) == (State.SENT, 1)
    assert "The database is not available; trying again." in caplog.text


def test_what_still_flies_is_not_started_again_when_its_lease_was_lost(queued, http, pump, landed):
    over = threading.Event()
    http.add_callback("GET", ANYWHERE, lambda _request: (200 if over.wait(20) else 500, {}, "OK"))
    queued()
    pump.refill()
    SentPostback.objects.update(leased_until=Now() - timedelta(seconds=1))
    take_back()

    pump.refill()
    over.set()
    landed()
    pump.record()

    assert SentPostback.objects.get().state == State.SENT
    assert len(http.calls) == 1


def test_nothing_starts_under_a_lease_that_would_run_out_in_flight(queued, http, pump, settings):
    http.get(ANYWHERE)
    settings.POSTBACK_LEASE = settings.POSTBACK_DEADLINE  # as if the database had taken all that is between them
    queued()

    pump.refill()

    assert not http.calls
    pump.record()
    assert SentPostback.objects.get().state == State.QUEUED
    assert pump.transport.free() == settings.POSTBACK_CONNECTIONS
