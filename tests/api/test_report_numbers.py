"""A program reports money as JSON numbers: what was written is what is stored."""

from decimal import Decimal

import pytest

from campaigns.api.parsers import as_text, plain
from campaigns.models import Conversion, ReceivedPostback

CONVERSIONS = "/api/v1/conversions/"


@pytest.mark.parametrize(
    ("number", "revenue"),
    [
        ("12.5", "12.5"),
        ('"12,5"', "12.5"),
        ("0.1", "0.1"),
        ("10", "10"),
        ("1e2", "100"),
        ("1.5E-2", "0.015"),
        ("-3", "-3"),
        ("1234567890.1234", "1234567890.1234"),
        ("null", "0"),
    ],
)
def test_a_number_is_stored_as_it_was_written(reporter, click, number, revenue):
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": {number}}}'

    answer = reporter.post(CONVERSIONS, body, content_type="application/json")

    assert answer.status_code == 201
    assert Conversion.objects.get().revenue == Decimal(revenue)


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "NaN", "-Infinity", "true", "9" * 5000, "1e30"])
def test_what_is_no_money_is_refused(reporter, click, number):
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": {number}}}'

    answer = reporter.post(CONVERSIONS, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["reason"].startswith("payout: “")
    assert ReceivedPostback.objects.get().verdict == "refused"


@pytest.mark.parametrize("value", ['["12"]', '{"usd": "12"}'])
def test_a_list_or_an_object_is_not_passed_over_in_silence(reporter, click, value):
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": {value}}}'

    answer = reporter.post(CONVERSIONS, body, content_type="application/json")

    assert value in answer.json()["reason"]


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.50", "1.50"), ("1E+2", "100"), ("1e-4", "0.0001"), ("0e5", "0"), ("1e40", "1e40"), ("-0.0", "-0.0")],
)
def test_plain(number, text):
    assert plain(number) == text


def test_as_text():
    told = {"a": "x", "b": "1", "c": None, "d": True, "e": [1], "f": {"g": "ї"}}

    assert as_text(told) == {"a": "x", "b": "1", "d": "true", "e": "[1]", "f": '{"g": "\\u0457"}'}
