"""The arithmetic of breaker and pace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.flow.brakes import FULL_SPEED, LEAST_PACE, Brakes, hold_after, longest_hold
from delivery.models import Breaker, Receiver


@pytest.mark.parametrize(
    ("trips", "seconds"), [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 600), (7, 600), (10**6, 600)]
)
def test_each_hold_in_a_row_is_twice_as_long_up_to_ten_minutes(trips, seconds):
    assert hold_after(trips) == seconds


def test_holds_are_scaled_by_one_setting(settings):
    settings.POSTBACK_BREAKER_HOLD = 0.1

    assert [hold_after(trips) for trips in (1, 2, 9)] == pytest.approx([0.1, 0.2, 2])


def test_an_open_breaker_lets_one_probe_through_at_a_time(settings):
    settings.POSTBACK_DEADLINE = 15
    brakes = Brakes().opened("14 of 20 requests failed")

    assert (brakes.breaker, brakes.trips, brakes.hold, brakes.why) == (Breaker.OPEN, 1, 30, "14 of 20 requests failed")
    assert brakes.pace == pytest.approx(1 / 15)


@pytest.mark.parametrize(("pause", "hold"), [(0, 60), (59, 60), (90, 90), (86400, 600)])
def test_a_receiver_may_ask_for_a_longer_hold_within_reason(pause, hold):
    assert Brakes(trips=1).opened("HTTP 503", pause=pause).hold == hold


def test_the_first_opening_after_a_good_while_is_the_first_again():
    assert Brakes(trips=5).opened("HTTP 500", is_first=True).trips == 1


def test_a_receiver_that_answers_again_resumes_at_a_pace_that_doubles():
    brakes, paces = Brakes(trips=1).opened("HTTP 500").resuming(), []
    while brakes.pace is not None:
        paces.append(brakes.pace)
        brakes = brakes.grown()

    assert paces == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert (brakes.breaker, brakes.why, brakes.trips) == (Breaker.CLOSED, "", 2)


@pytest.mark.parametrize(
    ("pace", "went", "slowed"), [(None, 500, 250), (None, 1, 1), (None, 0, 1), (100, 500, 50), (1, 9, 1), (1.5, 9, 1)]
)
def test_a_busy_receiver_gets_half(pace, went, slowed):
    assert Brakes(pace=pace).slowed(went, "HTTP 429").pace == slowed


@pytest.mark.parametrize(("pause", "hold"), [(0, 0), (7, 7), (600, 600), (601, 600), (86400, 600)])
def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks_within_reason(pause, hold):
    assert Brakes().slowed(10, "HTTP 429", pause=pause).hold == hold


def test_from_the_threshold_to_its_double_a_pace_grows_in_steps():
    brakes, paces = Brakes().slowed(100, "HTTP 429"), []
    while brakes.pace and brakes.pace < 300:
        paces.append(brakes.pace)
        brakes = brakes.grown()

    assert paces == [*range(50, 101, 5), 200]


def test_one_that_was_slowed_down_to_the_least_is_fast_again_within_seconds():
    brakes, paces = Brakes(pace=1).slowed(1, "HTTP 429"), []
    while brakes.pace:
        paces.append(brakes.pace)
        brakes = brakes.grown()

    assert paces == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_below_the_threshold_it_doubles():
    assert Brakes(pace=10, threshold=50).grown().pace == 20


def test_full_speed_and_an_open_breaker_do_not_grow():
    opened = Brakes().opened("HTTP 500")

    assert Brakes().grown() == Brakes()
    assert opened.grown() == opened


@given(st.floats(min_value=LEAST_PACE, max_value=FULL_SPEED - 1), st.none() | st.floats(min_value=1, max_value=10**6))
def test_every_pace_grows_and_comes_to_its_end(pace, threshold):
    brakes, seconds = Brakes(pace=pace, threshold=threshold), 0
    while brakes.pace is not None:
        before, brakes, seconds = brakes.pace, brakes.grown(), seconds + 1
        assert brakes.pace is None or before < brakes.pace < FULL_SPEED
        assert brakes.pace is None or brakes.pace <= max(2 * before, before + FULL_SPEED / 10)

    assert seconds <= FULL_SPEED


def after(step, brakes, went):
    if step == "slowed":
        return brakes.slowed(went, "w" * 900, pause=went)
    if step == "opened":
        return brakes.opened("w" * 900, pause=went)
    if step == "resuming":
        return brakes.resuming() if brakes.is_open else brakes
    return brakes.grown()


@given(st.lists(st.sampled_from(["slowed", "grown", "opened", "resuming"]), max_size=30), st.floats(0, 10**5))
def test_whatever_happens_brakes_make_sense(steps, went):
    brakes = Brakes()
    for step in steps:
        brakes = after(step, brakes, went)
        assert 0 <= brakes.hold <= longest_hold()
        assert brakes.pace is None or brakes.pace > 0
        assert len(brakes.why) <= 500
        assert brakes.speed > 0


def test_they_are_read_from_the_receiver():
    brakes = Brakes(breaker=Breaker.RESUMING, pace=4, threshold=8, trips=2, why="HTTP 500")
    receiver = Receiver(breaker="resuming", pace=4, threshold=8, trips=2, why="HTTP 500")

    assert Brakes.of(receiver) == brakes
    assert Brakes.of(Receiver()) == Brakes()
