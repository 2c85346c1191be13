"""What macros borrow from PHP, held against PHP's own manual."""

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote_plus, unquote_plus
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import php

# The moment of the manual's examples: 10 March 2001, 17:16:18, mountain time.
MANUAL = datetime(2001, 3, 10, 17, 16, 18, tzinfo=ZoneInfo("America/Denver"))
KYIV = ZoneInfo("Europe/Kyiv")
SUMMER = datetime(2026, 7, 4, 0, 5, 9, 45678, tzinfo=KYIV)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a b", "a+b"),
        ("a+b", "a%2Bb"),
        ("-_.", "-_."),
        ("~", "%7E"),
        ("é/€", "%C3%A9%2F%E2%82%AC"),
        ("😀", "%F0%9F%98%80"),
        ("\ud83d\ude00", "%F0%9F%98%80"),
        ("\ud83d", "%EF%BF%BD"),
        ("\x00\r\n", "%00%0D%0A"),
        ("*'()!", "%2A%27%28%29%21"),
        ("", ""),
    ],
)
def test_urlencode_writes_what_php_writes(text, encoded):
    assert php.urlencode(text) == encoded


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_urlencode_agrees_with_the_standard_library_and_can_be_read_back(text):
    assert php.urlencode(text) == quote_plus(text, safe="-_.").replace("~", "%7E")
    assert unquote_plus(php.urlencode(text)) == text


@settings(deadline=None)
@given(st.text())
def test_urlencode_leaves_nothing_that_a_url_cannot_hold(text):
    assert re.fullmatch(r"(?:[A-Za-z0-9_.+-]|%[0-9A-F]{2})*", php.urlencode(text))


@pytest.mark.parametrize(
    ("letters", "written"),
    [
        ("F j, Y, g:i a", "March 10, 2001, 5:16 pm"),
        ("m.d.y", "03.10.01"),
        ("j, n, Y", "10, 3, 2001"),
        ("Ymd", "20010310"),
        ("h-i-s, j-m-y, it is w Day", "05-16-18, 10-03-01, 1631 1618 6 Satpm01"),
        (r"\i\t \i\s \t\h\e jS \d\a\y.", "it is the 10th day."),
        ("D M j G:i:s T Y", "Sat Mar 10 17:16:18 MST 2001"),
        (r"H:m:s \m \i\s\ \m\o\n\t\h", "17:03:18 m is month"),
        ("H:i:s", "17:16:18"),
        ("Y-m-d H:i:s", "2001-03-10 17:16:18"),
    ],
)
def test_date_writes_what_the_manual_shows(letters, written):
    assert php.date(letters, MANUAL) == written


@pytest.mark.parametrize(
    ("letter", "written"),
    [
        *[("d", "04"), ("D", "Sat"), ("j", "4"), ("l", "Saturday"), ("N", "6"), ("S", "th"), ("w", "6"), ("z", "184")],
        *[("W", "27"), ("o", "2026"), ("F", "July"), ("m", "07"), ("M", "Jul"), ("n", "7"), ("t", "31"), ("L", "0")],
        *[("Y", "2026"), ("y", "26"), ("a", "am"), ("A", "AM"), ("B", "920"), ("g", "12"), ("G", "0"), ("h", "12")],
        *[("H", "00"), ("i", "05"), ("s", "09"), ("u", "045678"), ("v", "045"), ("e", "Europe/Kyiv"), ("I", "1")],
        *[("O", "+0300"), ("P", "+03:00"), ("p", "+03:00"), ("T", "EEST"), ("Z", "10800")],
        *[("c", "2026-07-04T00:05:09+03:00"), ("r", "Sat, 04 Jul 2026 00:05:09 +0300"), ("U", "1783112709")],
    ],
)
def test_every_letter_of_date(letter, written):
    assert php.date(letter, SUMMER) == written


def test_the_table_of_letters_is_complete():
    assert set("dDjlNSwzWoFmMntLyYaABgGhHisueIvOPpTZcrU") == php.DATE_LETTERS


@pytest.mark.parametrize(
    ("moment", "letters", "written"),
    [
        (datetime(2024, 12, 30, tzinfo=UTC), "o-W-N L z", "2025-01-1 1 364"),
        (datetime(2021, 1, 3, tzinfo=UTC), "o-W-w", "2020-53-0"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "t A g G h", "29 PM 12 12 12"),
        (datetime(2026, 1, 1, 23, tzinfo=UTC), "B e T p P Z I", "000 UTC UTC Z +00:00 0 0"),
        (
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
            "O e T Z",
            "-0330 -03:30 -03:30 -12600",
        ),
        (datetime(987, 6, 5, tzinfo=UTC), "Y y", "0987 87"),
        (datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC), "U u", "-1 500000"),
        (datetime(2026, 1, 1, tzinfo=ZoneInfo("America/Sao_Paulo")), "T", "-03"),
        (datetime(2026, 1, 1, tzinfo=UTC), "\\", "\\"),
        (datetime(2026, 1, 1, tzinfo=UTC), "é q\\\\", "é q\\"),
    ],
)
def test_date_at_the_edges(moment, letters, written):
    assert php.date(letters, moment) == written


@pytest.mark.parametrize(
    ("day", "suffix"),
    [(1, "st"), (2, "nd"), (3, "rd"), (4, "th"), (11, "th"), (12, "th"), (13, "th"), (21, "st"), (31, "st")],
)
def test_the_english_suffix_of_a_day(day, suffix):
    assert php.date("S", datetime(2026, 1, day, tzinfo=UTC)) == suffix


@pytest.mark.parametrize(
    "name", ["UTC", "utc", "Europe/Kyiv", "europe/kyiv", "GMT", "+03:00", "-0330", "+3", "UTC+3", "GMT-5"]
)
def test_a_zone_is_known_by_name_and_by_offset(name):
    assert php.zone(name)


@pytest.mark.parametrize("name", ["", "Mars/Base", "localtime", "../../etc/passwd", "+25:00", "+3:99", "UTC+", "+٣"])
def test_what_is_no_zone_is_none(name):
    assert php.zone(name) is None


@pytest.mark.parametrize(
    ("text", "letters", "zone"),
    [
        ("", "Y-m-d H:i:s", "UTC"),
        ("U", "U", "UTC"),
        ("H:i,Europe/Kyiv", "H:i", "Europe/Kyiv"),
        ("H:i, Europe/Kyiv", "H:i", "Europe/Kyiv"),
        (",Europe/Kyiv", "Y-m-d H:i:s", "Europe/Kyiv"),
        ("Europe/Kyiv", "Y-m-d H:i:s", "Europe/Kyiv"),
        ("D, d M Y", "D, d M Y", "UTC"),
        ("D, d M Y,Europe/Kyiv", "D, d M Y", "Europe/Kyiv"),
        ("His,Ymd", "His,Ymd", "UTC"),
        ("l,DMY,UTC", "l,DMY", "UTC"),
        ("d/m/Y", "d/m/Y", "UTC"),
    ],
)
def test_only_a_last_part_that_names_a_zone_is_one(text, letters, zone):
    wanted = php.date_format(text)

    assert (wanted.letters, wanted.fault) == (letters, "")
    assert php.date("e", datetime(2026, 1, 1, tzinfo=wanted.zone)) == zone


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("U,Europe/Kiew", "Europe/Kiew is not a time zone: did you mean Europe/Kiev?"),
        ("Europe/Kiew", "Europe/Kiew is not a time zone: did you mean Europe/Kiev?"),
        ("U,Moscow", "Moscow is not a time zone: did you mean Europe/Moscow?"),
        ("U,MSK", "MSK is not a time zone; write one such as UTC, Europe/Kyiv or +03:00"),
        ("l,DMY", "DMY is not a time zone; write one such as UTC, Europe/Kyiv or +03:00"),
    ],
)
def test_a_zone_that_does_not_exist_is_never_taken_for_utc(text, fault):
    assert php.date_format(text).fault == fault


@settings(deadline=None)
@given(st.text(), st.datetimes(timezones=st.sampled_from([UTC, KYIV, ZoneInfo("America/Denver")])))
def test_date_takes_any_text(letters, moment):
    assert isinstance(php.date(letters, moment), str)


@settings(deadline=None)
@given(st.text())
def test_date_format_takes_any_text(text):
    assert php.date_format(text).letters is not None
