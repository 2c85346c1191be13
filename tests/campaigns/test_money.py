"""Money as networks write it."""

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.money import MOST, read_money


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1,234,567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        (" 7 ", "7"),
        ("+7", "7"),
        ("-7.5", "-7.5"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("0.00004", "0"),
        ("0.00005", "0.0000"),
        ("0.00015", "0.0002"),
        ("99999999999.9999", "99999999999.9999"),
        ("٣,٥", "3.5"),
    ],
)
def test_a_number_is_read(written, number):
    assert read_money(written).number == Decimal(number)


@pytest.mark.parametrize("written", ["", "   ", "\t\n"])
def test_nothing_is_nothing(written):
    money = read_money(written)

    assert (money.number, money.note, money.error) == (None, "", "")


@pytest.mark.parametrize("written", ["{payout}", "{{payout}}", "[PAYOUT]", "%payout%", "${payout}"])
def test_a_placeholder_is_noted_and_no_error(written):
    money = read_money(written)

    assert (money.number, money.error) == (None, "")
    assert money.note == f"{written} was not filled in by the sender"


@pytest.mark.parametrize(
    "written",
    ["abc", "1e5", "1E-2", "NaN", "sNaN", "inf", "-Infinity", "0x1F", "1_000", "12.5$", "1.2.3", "--1", "½", "."],
)
def test_anything_else_is_an_error(written):
    assert read_money(written).error == f"“{written}” is not a number"


@pytest.mark.parametrize("written", ["100000000000", "99999999999.99995", "-100000000000", "1" * 20])
def test_what_no_database_gives_back_is_an_error(written):
    assert read_money(written).error == f"“{written}” is too large"


def test_an_error_quotes_no_more_than_a_line():
    assert len(read_money("x" * 10_000).error) < 120


@given(st.text() | st.text(string.digits + "٣,.+-eE \u00a0_%{}[]$", max_size=60))
def test_no_text_makes_it_raise(text):
    money = read_money(text)

    assert sum([money.number is not None, bool(money.note), bool(money.error)]) == (1 if text.strip() else 0)
    assert money.number is None or abs(money.number) < MOST


@given(st.decimals(min_value=-MOST + 1, max_value=MOST - 1, places=4))
def test_a_number_comes_back_as_it_was(number):
    assert read_money(f"{number:f}").number == number
    assert read_money(f"{number:f}".replace(".", ",")).number == number
