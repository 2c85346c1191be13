"""How many requests may fly to a receiver at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.flow.places import Places


def test_a_round_of_good_answers_brings_one_place_more():
    places = Places(20, 100)
    for _ in range(19):
        places.grow()
    assert places.count == 20

    places.grow()

    assert places.count == 21


def test_they_grow_up_to_the_most():
    places = Places(20, 100)
    for _ in range(10_000):
        places.grow()

    assert places.count == 100


@pytest.mark.parametrize(("start", "times", "left"), [(20, 1, 10), (20, 2, 5), (20, 5, 1), (1, 9, 1), (3, 1, 1)])
def test_they_halve_down_to_one(start, times, left):
    places = Places(start, 100)
    for _ in range(times):
        places.halve()

    assert places.count == left


@pytest.mark.parametrize(("start", "most"), [(0, 100), (5, 0), (0, 0), (200, 100)])
def test_settings_that_contradict_each_other_leave_at_least_the_start(start, most):
    places = Places(start, most)
    places.grow()

    assert max(1, start) <= places.count <= max(1, start, most)


@given(st.integers(1, 50), st.integers(1, 200), st.lists(st.booleans(), max_size=500))
def test_whatever_is_answered_they_stay_within_their_bounds(start, most, answers):
    places = Places(start, most)
    for is_good in answers:
        if is_good:
            places.grow()
        else:
            places.halve()
        assert 1 <= places.count <= max(start, most)
