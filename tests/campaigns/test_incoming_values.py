"""Values as networks write them: capitals, commas, twice encoded, left over, and far too long."""

import json
import string
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Conversion, ReceivedPostback
from campaigns.parameters import KNOWN
from campaigns.report import NAMES, Report
from delivery.models import SentPostback

pytestmark = pytest.mark.django_db

SPELLINGS = [spelling for spellings in NAMES.values() for spelling in spellings]
WORDS = st.sampled_from([*SPELLINGS, *KNOWN, "sub1", "sale_status", "ignore_status", "_status"]) | st.text(max_size=20)
VALUES = (
    st.text(max_size=300)
    | st.text(string.digits + ",.-+eE ٣%{}[]$_\u00a0", max_size=40)
    | st.sampled_from(
        ["{payout}", "%7Bpayout%7D", "NaN", "-inf", "1e9999999", "%", "%25%25", "\x00", "\ud800", "9" * 500]
    )
)


@pytest.fixture
def conversion(report):
    """What becomes of a report with these parameters."""

    def reported(**parameters):
        report(**parameters)
        return Conversion.objects.get()

    return reported


def reason():
    return ReceivedPostback.objects.latest("pk").reason


@pytest.mark.parametrize("name", ["subid", "clickid", "click_id", "sub_id"])
@pytest.mark.parametrize("write", [str.lower, str.upper, lambda subid: f" {subid} "])
def test_the_subid_has_many_names_and_forms(client, postback_url, click, name, write):
    client.get(postback_url, {name: write(click.subid), "status": "lead"})

    assert Conversion.objects.get().click == click


@pytest.mark.parametrize("name", ["payout", "revenue", "profit", "amount"])
def test_the_revenue_has_many_names(conversion, name):
    assert conversion(**{name: "12.5"}).revenue == Decimal("12.5")


def test_of_two_names_the_first_that_says_something_wins(conversion):
    assert conversion(payout="{payout}", revenue="3", amount="4").revenue == 3


@pytest.mark.parametrize(
    ("written", "revenue"),
    [("12,5", "12.5"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234", "1234"), ("-3", "-3"), ("", "0")],
)
def test_the_revenue_is_read_as_it_is_written(conversion, written, revenue):
    assert conversion(payout=written).revenue == Decimal(revenue)


@pytest.mark.parametrize("payout", ["abc", "NaN", "Infinity", "-inf", "1e5", "1E+2", "0x10", "12.5 USD", "$5", "--1"])
def test_a_payout_that_is_no_number_is_refused(report, payout):
    response = report(payout=payout)

    assert (response.status_code, response.content.decode()) == (
        400,
        f"payout: “{payout}” is not a number. Postback refused.",
    )
    assert reason() == response.content.decode()


@pytest.mark.parametrize("payout", ["1" + "0" * 11, "99999999999.99999", "-" + "9" * 15])
def test_a_payout_that_no_column_holds_is_refused(report, payout):
    assert report(payout=payout).content.decode() == f"payout: “{payout}” is too large. Postback refused."


def test_the_largest_payout_is_kept(conversion):
    assert str(conversion(payout="99999999999.9999").revenue) == "99999999999.9999"


def test_both_amounts_may_be_wrong(report):
    assert report(payout="x", cost="y").content.decode() == (
        "payout: “x” is not a number. cost: “y” is not a number. Postback refused."
    )


@pytest.mark.parametrize(
    "leftover", ["{payout}", "{{payout}}", "${payout}", "[PAYOUT]", "%payout%", "__PAYOUT__", "##p##", "<p>"]
)
def test_a_placeholder_left_over_is_passed_over_and_noted(conversion, leftover):
    assert conversion(payout=leftover).revenue == 0
    assert reason() == f"Conversion created: lead. Note: payout={leftover} was not filled in by the sender."


@pytest.mark.parametrize("subid", ["{subid}", "%7Bsubid%7D", "[CLICK_ID]"])
def test_a_placeholder_for_a_subid_is_no_subid(report, subid):
    response = report(subid=subid)

    assert response.status_code == 400
    assert response.content.startswith(b'Incorrect subid "". Postback ignored. Note: subid')
    assert reason().endswith("was not filled in by the sender.")


@pytest.mark.parametrize(
    ("name", "written", "field", "read"),
    [
        ("payout", "12%2C5", "revenue", Decimal("12.5")),
        ("tid", "a%20b%2Fc", "tid", "a b/c"),
        ("status", "%73ale", "status", "sale"),
        ("from", "my%20network", "network", "my network"),
    ],
)
def test_what_was_encoded_twice_is_read_and_noted(conversion, name, written, field, read):
    assert getattr(conversion(**{name: written}), field) == read
    assert f"{name} was URL-encoded twice" in reason()


def test_a_percent_sign_alone_is_left_alone(conversion):
    assert conversion(tid="100% sure").tid == "100% sure"


def test_a_payout_that_is_not_said_leaves_what_was(report):
    report(status="lead", payout="7", cost="2", currency="EUR", **{"from": "network"})
    report(status="sale")

    kept = Conversion.objects.get()
    assert (str(kept.revenue), str(kept.cost), kept.currency, kept.network) == ("7.0000", "2.0000", "EUR", "network")


def test_the_same_identity_again_is_an_update(report):
    report(status="sale", payout="7", tid="T")
    report(status="sale", payout="8", tid="T")

    assert Conversion.objects.get().revenue == 8


@pytest.mark.parametrize(
    ("first", "second", "conversions"), [("1", "2", 2), ("1", "1", 1), ("", "1", 2), ("a", "A", 2)]
)
def test_the_tid_tells_conversions_apart(report, first, second, conversions):
    report(tid=first)
    report(tid=second)

    assert Conversion.objects.count() == conversions


def test_each_tid_sends_its_own_postback(report, rule):
    report(tid="1")
    report(tid="2")

    assert set(SentPostback.objects.values_list("tid", flat=True)) == {"1", "2"}


def test_a_tid_of_255_characters_is_kept_and_a_longer_one_refused(report):
    assert report(tid="ü" * 255).content == b"Success"
    assert report(tid="ü" * 256).content == b"tid is longer than 255 characters. Postback refused."


@pytest.mark.parametrize(
    ("written", "kept"), [("usd", "USD"), ("EUR", "EUR"), ("dollars", ""), ("$", ""), ("{currency}", ""), ("us", "")]
)
def test_a_currency_is_three_letters_or_nothing(conversion, written, kept):
    assert conversion(currency=written).currency == kept


def test_what_is_no_currency_is_noted(conversion):
    conversion(currency="dollars")

    assert reason().endswith("Note: currency “dollars” is not a code such as USD and was left out.")


def test_sub_ids_overwrite_the_clicks(conversion, click):
    click.parameters = {"sub_id_1": "a", "sub_id_2": "b"}
    click.save()

    change = conversion(sub_id_1="new", sub2="", sub3="c", extra_param_10="x", sub_id_31="no").changes.get()

    parameters = change.facts().parameters
    assert [parameters.get(f"sub_id_{n}") for n in (1, 2, 3, 31)] == ["new", "b", "c", None]
    assert parameters["extra_param_10"] == "x"


def test_a_later_report_adds_to_what_was_overwritten(report):
    report(status="lead", sub_id_1="a", sub_id_2="b")
    report(status="sale", sub_id_2="c")

    assert Conversion.objects.get().parameters == {"sub_id_1": "a", "sub_id_2": "c"}


def test_parameters_that_nobody_knows_do_no_harm(conversion):
    assert conversion(utm_source="x", subid2="y", **{"": "z"}).parameters == {}


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\x1b[31m", "x" * 70_000, "\u202e", "💰" * 300, "%00"])
@pytest.mark.parametrize("name", ["subid", "status", "tid", "payout", "currency", "from", "sub_id_1", "return"])
def test_no_value_breaks_anything(client, postback_url, click, name, value):
    body = {"subid": click.subid, "status": "sale"} | {name: value}

    assert client.post(postback_url, body).status_code in {200, 400, 404}


@pytest.mark.parametrize("query", ["subid=%ff%fe", "%00=%00", "subid=%ed%a0%80&status=%c3", "&&=&", "subid[]=a"])
def test_invalid_utf8_is_answered(client, postback_url, query):
    assert client.get(f"{postback_url}?{query}").status_code in {400, 404}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(WORDS, VALUES | st.none() | st.integers() | st.floats() | st.booleans()))
def test_nothing_that_a_network_sends_as_json_is_an_error_of_ours(client, postback_url, click, told):
    body = json.dumps({"subid": click.subid, "status": "sale"} | told)

    response = client.generic("POST", postback_url, body, content_type="application/json")

    assert response.status_code in {200, 400, 404}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "x"]))
def test_no_body_is_an_error_of_ours(client, postback_url, body, content_type):
    response = client.generic("POST", f"{postback_url}?status=sale", body, content_type=content_type)

    assert response.status_code in {400, 404}


@settings(deadline=None)
@given(st.dictionaries(WORDS, VALUES))
def test_a_report_is_read_whatever_it_says(query):
    report = Report.read(query)

    assert report.subid == report.subid.strip().lower()
    assert len(report.network) <= 200
    for text in (report.subid, report.tid, report.answer, *report.parameters.values(), *report.notes, *report.errors):
        assert "\x00" not in text
        text.encode()
