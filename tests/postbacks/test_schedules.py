"""Lists of delays as people write them, and the schedules that have a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postbacks.schedules import DELAYS_AT_MOST, LONGEST, Schedule, known_schedule, read_delays, write_delays

DELAYS = st.lists(st.integers(1, LONGEST), max_size=DELAYS_AT_MOST)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1m, 5m, 2h", [60, 300, 7200]),
        ("30s", [30]),
        (" 1 M ,, 2H ,", [60, 7200]),
        ("90s,1d", [90, 86400]),
        ("30d", [LONGEST]),
        ("", []),
        (" , ", []),
    ],
)
def test_a_list_is_read_as_it_is_meant(text, seconds):
    assert read_delays(text) == seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "“5” is no delay"),
        ("1m 5m", "“1m 5m” is no delay"),
        ("1m, soon", "“soon” is no delay"),
        ("-1m", "“-1m” is no delay"),
        ("1.5h", "“1.5h” is no delay"),
        ("٣m", "“٣m” is no delay"),
        ("0s", "a delay lasts from 1 s to 30 d"),
        ("31d", "a delay lasts from 1 s to 30 d"),
        ("9999999999d", "is no delay"),
        ("1m," * 201, "At most 200 delays"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        read_delays(text)


@given(DELAYS)
def test_what_is_written_is_read_as_the_same_list(delays):
    assert read_delays(write_delays(delays)) == delays


@given(st.text())
def test_whatever_is_typed_is_a_list_or_a_message(text):
    try:
        delays = read_delays(text)
    except ValueError as error:
        delays = []
        message = str(error)
    else:
        message = ""

    assert message or all(1 <= delay <= LONGEST for delay in delays)


def test_a_delay_is_written_in_its_largest_unit():
    assert write_delays([1, 60, 90, 3600, 5400, 86400]) == "1s, 1m, 90s, 1h, 90m, 1d"


def test_the_standard_schedule_is_the_operators(settings):
    settings.POSTBACK_RETRY_DELAYS = [7, 8]

    assert list(Schedule.STANDARD.delays()) == [7, 8]


def test_a_day_has_a_retry_every_ten_minutes():
    assert sum(Schedule.DAY.delays()) == 24 * 3600
    assert set(Schedule.DAY.delays()) == {600}


@pytest.mark.parametrize(("name", "schedule"), [("fast", Schedule.FAST), ("", Schedule.STANDARD), ("x", "standard")])
def test_a_name_that_nobody_knows_is_the_standard_schedule(name, schedule):
    assert known_schedule(name) == schedule
