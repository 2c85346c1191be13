"""What is remembered of a receiver's answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.flow.window import MOST, SECONDS, Meter, Window


def filled(failed, well):
    window = Window()
    for number in range(failed + well):
        window.add(1.0, failed=number < failed)
    return window


@pytest.mark.parametrize(
    ("failed", "well", "is_bad"),
    [(14, 6, True), (13, 7, False), (20, 0, True), (19, 0, False), (0, 20, False), (14, 5, False), (140, 60, True)],
)
def test_seventy_percent_of_at_least_twenty_are_bad(failed, well, is_bad):
    assert filled(failed, well).is_bad(20) == is_bad


def test_what_is_older_than_half_a_minute_is_forgotten():
    window = filled(failed=20, well=0)

    window.add(1.1 + SECONDS, failed=False)

    assert (len(window), window.failed) == (1, 0)


def test_of_a_busy_receiver_only_the_last_are_kept():
    window = filled(failed=0, well=MOST)
    for _ in range(100):
        window.add(2.0, failed=True)

    assert (len(window), window.failed) == (MOST, 100)


def test_a_window_can_start_over():
    window = filled(failed=20, well=0)
    window.clear()

    assert (len(window), window.failed, window.is_bad(0)) == (0, 0, True)
    assert not window.is_bad(1)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=700))
def test_the_count_of_failures_is_that_of_what_is_kept(answers):
    window, now, all_of_them = Window(), 0.0, []
    for pause, failed in answers:
        now += pause
        window.add(now, failed=failed)
        all_of_them.append((now, failed))

    kept = [failed for at, failed in all_of_them[-MOST:] if at >= now - SECONDS]
    assert (len(window), window.failed) == (len(kept), sum(kept))


@pytest.mark.parametrize(
    ("landed", "asked", "rate"),
    [([1.1, 1.2, 1.3], 1.9, 3), ([1.1, 1.2, 2.3], 2.9, 2), ([1.1, 1.2], 3.5, 0), ([], 9, 0), ([1.1, 2.1, 2.2], 2.3, 2)],
)
def test_a_meter_counts_the_better_of_two_seconds(landed, asked, rate):
    meter = Meter()
    for moment in landed:
        meter.add(moment)

    assert meter.rate(asked) == rate
