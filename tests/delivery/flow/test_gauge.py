"""What a worker concludes from the answers of one receiver."""

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.flow.brakes import longest_hold
from delivery.flow.gauge import Gauge
from delivery.flow.signs import Sign, sign_of
from delivery.models import Breaker, Override, Receiver
from tests.delivery.flow.conftest import Clock, answer


@pytest.fixture
def told(gauge, known, clock):
    """The database says something new of it."""

    def tell(**fields):
        receiver = copy(known)
        for name, value in fields.items():
            setattr(receiver, name, value)
        gauge.learn(receiver, clock())

    return tell


@pytest.fixture
def written(gauge, known, clock):
    """What it wants is written, and the database says it from now on."""

    def write():
        for name in ("breaker", "pace", "threshold", "trips", "why"):
            setattr(known, name, getattr(gauge.wanted, name))
        known.opened = datetime.now(UTC) if gauge.wanted.is_open else known.opened
        gauge.saved()
        gauge.learn(copy(known), clock())

    return write


@pytest.mark.parametrize(
    ("response", "sign"),
    [
        (answer(200), Sign.WELL),
        (answer(204), Sign.WELL),
        (answer(302), Sign.WELL),
        (answer(401), Sign.WELL),
        (answer(404), Sign.WELL),
        (answer(408), Sign.ILL),
        (answer(425), Sign.ILL),
        (answer(429), Sign.BUSY),
        (answer(500), Sign.ILL),
        (answer(503), Sign.ILL),
        (answer(None), Sign.ILL),
        (answer(None, ours=True), Sign.NONE),
        (answer(None, blocked=True), Sign.NONE),
    ],
)
def test_only_its_own_faults_count(response, sign):
    assert sign_of(response) is sign


@pytest.mark.parametrize("code", [None, 500, 502, 503])
def test_the_breaker_opens_when_most_have_failed(gauge, lands, code):
    lands(200, 6)
    lands(code, 13)
    assert gauge.wanted.breaker == Breaker.CLOSED

    lands(code)

    assert (gauge.wanted.breaker, gauge.wanted.trips, gauge.wanted.hold) == (Breaker.OPEN, 1, 30)
    last = "no answer within 15 s" if code is None else f"HTTP {code}"
    assert gauge.wanted.why == f"14 of 20 requests failed in 30 s, last: {last}"


@pytest.mark.parametrize("fields", [{"code": 404}, {"code": None, "ours": True}, {"code": None, "blocked": True}])
def test_it_does_not_open_for_what_is_no_fault_of_the_receiver(gauge, lands, fields):
    lands(count=200, **fields)

    assert gauge.wanted == gauge.known
    assert gauge.free(1005) == gauge.places.count >= 20


def test_failures_long_apart_open_nothing(gauge, lands):
    lands(500, 100, apart=2)

    assert gauge.wanted.breaker == Breaker.CLOSED


def test_an_open_breaker_starts_with_the_first_places_again(gauge, lands, clock):
    lands(200, 500)
    assert gauge.places.count > 20

    lands(500, 500, apart=0)

    assert (gauge.wanted.is_open, gauge.places.count) == (True, 20)


def test_nothing_goes_from_here_before_the_others_know(gauge, lands, clock, written):
    lands(500, 20)
    assert gauge.free(clock()) == 0

    written()

    assert gauge.free(clock()) == 20  # now it is for the database to say


def test_what_was_asked_before_it_opened_says_nothing_of_the_probe(gauge, lands, written):
    lands(500, 20)
    written()

    lands(None, 30, took=15)
    lands(200, 3, took=15)

    assert gauge.wanted == gauge.known


def test_a_probe_that_comes_through_lets_it_resume(gauge, lands, written):
    lands(500, 20)
    written()

    lands(200)

    assert (gauge.wanted.breaker, gauge.wanted.pace, gauge.wanted.hold) == (Breaker.RESUMING, 2, 0)


@pytest.mark.parametrize("code", [None, 500, 429])
def test_a_probe_that_fails_opens_it_for_longer(gauge, lands, written, code):
    lands(500, 20)
    written()

    lands(code)

    assert (gauge.wanted.breaker, gauge.wanted.trips, gauge.wanted.hold) == (Breaker.OPEN, 2, 60)
    assert gauge.wanted.why.startswith("the probe failed: ")


def test_a_pace_doubles_with_each_good_second_until_there_is_none(gauge, lands, clock, written):
    lands(500, 20)
    lands(200)
    paces = []
    while gauge.wanted.pace:
        paces.append(gauge.wanted.pace)
        written()
        lands(200, apart=1)
        gauge.beat(clock())

    assert paces == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert gauge.wanted.breaker == Breaker.CLOSED


def test_a_pace_does_not_grow_in_a_second_without_answers_nor_in_a_bad_one(gauge, lands, clock, told):
    told(breaker="resuming", pace=8)

    clock.turn(5)
    gauge.beat(clock())
    lands(200, 2, apart=0.5)
    lands(500, 2, apart=0.5)
    gauge.beat(clock())

    assert gauge.wanted.pace == 8


def test_a_receiver_that_has_just_failed_is_judged_sooner(gauge, lands, told):
    told(breaker="resuming", pace=8, trips=1, opened=datetime.now(UTC))

    lands(500, 5)

    assert (gauge.wanted.breaker, gauge.wanted.trips) == (Breaker.OPEN, 2)


@pytest.mark.parametrize(("ago", "trips"), [(60, 4), (3700, 1)])
def test_after_an_hour_an_opening_is_the_first_again(gauge, lands, told, ago, trips):
    told(trips=3, opened=datetime.now(UTC) - timedelta(seconds=ago))

    lands(500, 20)

    assert gauge.wanted.trips == trips


def test_a_busy_receiver_is_slowed_down_once_a_second(gauge, lands):
    lands(200, 100, apart=0.005)
    lands(429, 40, apart=0.005)

    slowed = gauge.wanted
    assert (slowed.breaker, slowed.threshold) == (Breaker.CLOSED, slowed.pace)
    assert 40 <= (slowed.pace or 0) <= 55
    assert slowed.why == "HTTP 429: slowed down"


def test_it_is_left_alone_for_as_long_as_it_asks(gauge, lands, clock):
    lands(429, retry_after=7)

    assert (gauge.wanted.hold, gauge.wanted.why) == (7, "HTTP 429, it asked to wait 7 s")
    assert gauge.free(clock()) == 0


def test_a_503_may_ask_too(gauge, lands):
    lands(503, retry_after=3600)

    assert (gauge.wanted.breaker, gauge.wanted.hold) == (Breaker.CLOSED, 600)


def test_a_receiver_that_is_busy_at_the_slowest_pace_does_not_answer(gauge, lands, told):
    told(pace=1, threshold=1)

    lands(429, 25)

    assert gauge.wanted.breaker == Breaker.OPEN


def test_a_busy_receiver_at_full_speed_is_not_taken_for_dead(gauge, lands):
    lands(429, 100, apart=0.001)

    assert gauge.wanted.breaker == Breaker.CLOSED


@pytest.mark.parametrize(("code", "places"), [(None, 10), (429, 10), (503, 10), (500, 20), (404, 20)])
def test_places_halve_where_fewer_requests_might_help(gauge, lands, code, places):
    lands(code)

    assert gauge.places.count == places


def test_all_that_flew_at_once_halve_them_once(gauge, lands):
    lands(None, 10, took=15, apart=1)
    assert gauge.places.count == 10

    lands(None, 1, took=1, apart=1.2)

    assert gauge.places.count == 5


@pytest.mark.parametrize(("connections", "most"), [(64, 32), (512, 100), (10, 20)])
def test_one_receiver_never_takes_all_that_may_fly(known, clock, settings, connections, most):
    settings.POSTBACK_CONNECTIONS = connections
    gauge = Gauge(known, clock())
    for _ in range(10_000):
        gauge.landed(answer(200), clock(), clock())

    assert gauge.places.count == most


def test_what_another_worker_decided_stands(gauge, lands, told):
    lands(500, 20)

    told(breaker="open", trips=1, pace=1 / 15, why="20 of 20 requests failed")

    assert gauge.wanted == gauge.known
    assert gauge.wanted.why == "20 of 20 requests failed"


def test_news_of_another_kind_does_not_undo_what_is_not_written_yet(gauge, lands, told):
    lands(500, 20)

    told(version=7, failing_since=datetime.now(UTC))

    assert gauge.wanted.is_open
    assert gauge.receiver.version == 7


def test_a_person_who_keeps_it_closed_is_obeyed(gauge, lands, told):
    told(override=Override.CLOSED)

    lands(500, 100)

    assert gauge.wanted.breaker == Breaker.CLOSED


def test_a_person_who_holds_it_is_obeyed(gauge, lands, told):
    told(override=Override.HOLD)

    lands(500, 100)
    lands(429, 100, retry_after=1)

    assert gauge.wanted == gauge.known


def test_a_person_who_closes_it_undoes_the_hold_here(gauge, lands, clock, written, told):
    lands(500, 20)
    written()

    told(breaker="closed", pace=None, trips=0, why="")

    assert gauge.free(clock()) == 20


@pytest.mark.parametrize(
    ("codes", "is_failing"), [([500], True), ([500, 200], False), ([200, None], True), ([429], True)]
)
def test_it_fails_since_the_first_failure_after_a_success(gauge, lands, clock, codes, is_failing):
    for code in codes:
        lands(code)

    assert gauge.fails_newly(clock()) == is_failing


def test_a_success_before_it_failed_elsewhere_says_nothing(gauge, lands, told):
    lands(200)
    told(failing_since=datetime.now(UTC), version=1)
    assert not gauge.is_well_again

    lands(200)

    assert gauge.is_well_again


@given(
    st.lists(
        st.tuples(st.sampled_from([200, 404, 429, 500, 503, None]), st.floats(0, 3), st.floats(0, 15)), max_size=200
    )
)
def test_whatever_is_answered_the_gauge_makes_sense(answers):
    clock = Clock()
    gauge = Gauge(Receiver(pk=1), clock())
    for code, pause, took in answers:
        gauge.take_off(clock())
        clock.turn(pause)
        response = answer(code, retry_after=took if code in {429, 503} else None)
        gauge.landed(response, clock() - took, clock())
        gauge.beat(clock())
        assert gauge.in_flight == 0
        assert 0 <= gauge.free(clock()) <= 100
        assert 0 <= gauge.wanted.hold <= longest_hold()
        assert gauge.wanted.is_open == (gauge.wanted.pace == 1 / 15)
