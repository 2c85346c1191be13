"""What placeholders become."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from campaigns import macros
from campaigns.macro_names import MACROS, WELL_KNOWN_PARAMETERS, Kind, canonical
from campaigns.macros import Facts

VALUES: dict[str, Any] = {
    "subid": "2kq3v7",
    "external_id": "a b/c~",
    "status": "sale",
    "previous_status": "",
    "tid": None,
    "conversion_revenue": Decimal("12.5000"),
    "cost": Decimal(0),
    "profit": Decimal("12.5"),
    "currency": "EUR",
    "date": datetime(2026, 3, 9, 8, 5, 7, tzinfo=UTC),
    "conversion_time": datetime(2026, 3, 9, 10, 15, tzinfo=UTC),
    "campaign_id": 7,
    "campaign_name": "{payout} $subid",
    "is_bot": False,
    "is_using_proxy": True,
}
PARAMETERS = {
    "device_id": "d7",
    "my-site": "s",
    "sub_id_1": "one",
    "sub2": "two",
    "tid": "from the link",
    "status": "not this one",
    "raw": "a\r\nb\x00 {subid}",
}
FACTS = Facts(values=VALUES, parameters=PARAMETERS)


def text_of(template: str, **values: Any) -> str:
    return macros.render(template, Facts(values=VALUES | values, parameters=PARAMETERS)).text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{subid}", "2kq3v7"),
        ("{external_id}", "a+b%2Fc%7E"),
        ("{_external_id}", "a b/c~"),
        ("https://h.test/{subid}/x?s={status}", "https://h.test/2kq3v7/x?s=sale"),
        ("no placeholder", "no placeholder"),
        ("", ""),
        ('{"a":"{subid}","b":{"c":1}}', '{"a":"2kq3v7","b":{"c":1}}'),
        ('{"n":{campaign_id}}', '{"n":7}'),
        ("{ subid } {} { {1a} {a b} {_} {subid", "{ subid } {} { {1a} {a b} {_} {subid"),
        ("{{subid}}", "{2kq3v7}"),
        ("{status:a={subid}}", "{status:a=2kq3v7}"),
        ("{is_bot}{is_using_proxy}", "01"),
        ("{is_bot:1=yes 0=no}", "no"),
    ],
)
def test_a_placeholder_becomes_its_fact(template, text):
    assert macros.render(template, FACTS) == macros.Rendered(text=text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{device_id}", "d7"),
        ("{my-site}", "s"),
        ("{sub_id_1} {sub1}", "one one"),
        ("{sub2} {sub_id_2}", "two "),
        ("{tid}", "from+the+link"),
        ("{status}", "sale"),
        ("{device_id:d7=seven}", "seven"),
    ],
)
def test_the_links_parameters_stand_in_where_no_fact_is(template, text):
    assert macros.render(template, FACTS).text == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$subid", "2kq3v7"),
        ("s=$status&t=$device_id", "s=sale&t=d7"),
        ("${subid}", "$2kq3v7"),
        ("$subid_x $nothing $ $1 $SUBID", "$subid_x $nothing $ $1 $SUBID"),
        ("$subid-x", "2kq3v7-x"),
        ("$previous_status", ""),
        ("$payout:usd", "12.5:usd"),
    ],
)
def test_a_dollar_name_is_a_placeholder_only_where_the_name_is_known(template, text):
    assert macros.render(template, FACTS).text == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{status:lead=0 sale=1 rejected=2}", "1"),
        ("{status: sale=30 lead=0}", "30"),
        ("{status:lead=0,sale=1}", "1"),
        ("{status:lead=0 rejected=2}", "sale"),
        ("{status:sale=a=b}", "a%3Db"),
        ("{status:sale=}", ""),
        ("{_status:sale=é}", "é"),
        ("{status:sale}", "sale"),
        ("{status:}", "sale"),
        ("{previous_status:=none lead=0}", "none"),
        ("{currency:EUR=978}", "978"),
    ],
)
def test_a_value_map_names_values_and_leaves_the_others(template, text):
    assert macros.render(template, FACTS) == macros.Rendered(text=text)


@pytest.mark.parametrize(
    ("revenue", "text"),
    [
        (Decimal("12.5000"), "12.5"),
        (Decimal(10), "10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.00"), "0"),
        (Decimal("0E+900"), "0"),
        (Decimal("0.00005"), "0.0001"),
        (Decimal("0.00004"), "0"),
        (Decimal("-0.00004"), "0"),
        (Decimal("-3.10"), "-3.1"),
        (Decimal("12345678901234.5678"), "12345678901234.5678"),
        (7, "7"),
    ],
)
def test_money_is_a_plain_decimal(revenue, text):
    assert text_of("{conversion_revenue}", conversion_revenue=revenue) == text


@pytest.mark.parametrize("name", ["conversion_revenue", "revenue", "payout", "profit", "conversion_profit"])
def test_money_has_several_names(name):
    assert text_of(f"{{{name}}}") == "12.5"


@pytest.mark.parametrize(
    "revenue", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal(10**9999)]
)
def test_money_that_is_no_amount_is_a_problem(revenue):
    rendered = macros.render("{payout}", Facts(values={"conversion_revenue": revenue}, parameters={}))

    assert rendered.problems == ("A number among the facts is too long to be an amount",)


@pytest.mark.parametrize("template", ["{payout:eur}", "{conversion_revenue:EUR}", "{revenue: eur}"])
def test_money_in_its_own_currency_is_the_same_number(template):
    assert macros.render(template, FACTS) == macros.Rendered(text="12.5")


@pytest.mark.parametrize(
    ("currency", "problem"),
    [
        ("EUR", "No exchange rate from EUR to USD is known"),
        ("", "No exchange rate to USD is known: the conversion has no currency"),
        (None, "No exchange rate to USD is known: the conversion has no currency"),
    ],
)
def test_money_in_another_currency_is_a_problem_and_never_a_number(currency, problem):
    rendered = macros.render("p={payout:usd}", Facts(values=VALUES | {"currency": currency}, parameters={}))

    assert rendered == macros.Rendered(text="p=", problems=(problem,))


def test_nothing_is_nothing_in_every_currency():
    assert macros.render("{cost:usd}", FACTS) == macros.Rendered(text="0")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{date}", "2026-03-09+08%3A05%3A07"),
        ("{_date}", "2026-03-09 08:05:07"),
        ("{_date:Y-m-d H:i:s,Europe/Kyiv}", "2026-03-09 10:05:07"),
        ("{_date:D, d M Y}", "Mon, 09 Mar 2026"),
        ("{_date:H:i,+05:30}", "13:35"),
        ("{conversion_time:U}", "1773051300"),
        ("{con_versiontime:U}", "1773051300"),
        ("$date", "2026-03-09+08%3A05%3A07"),
    ],
)
def test_a_time_is_written_as_asked(template, text):
    assert macros.render(template, FACTS) == macros.Rendered(text=text)


def test_an_unknown_time_zone_is_a_problem():
    rendered = macros.render("t={date:U,MSK}", FACTS)

    assert rendered.text == "t="
    assert rendered.problems == ("{date:U,MSK}: MSK is not a time zone; write one such as UTC, Europe/Kyiv or +03:00",)


def test_a_time_beyond_the_calendar_is_a_problem():
    facts = Facts(values={"date": datetime.max.replace(tzinfo=UTC)}, parameters={})

    assert macros.render("{date:U,+03:00}", facts).problems


@pytest.mark.parametrize("template", ["{random:1,3}", "{random: 1 , 3 }"])
def test_random_lies_between_its_arguments(template):
    assert {text_of(template) for _ in range(200)} == {"1", "2", "3"}


def test_sample_is_one_of_its_arguments():
    assert {text_of("{_sample:a, b c}") for _ in range(200)} == {"a", "b c"}


@pytest.mark.parametrize(
    "template", ["{random}", "{random:a}", "{random:3,1}", "{random:1,2,3}", f"{{random:1,{'9' * 99}}}", "{sample}"]
)
def test_chance_without_sensible_arguments_is_empty(template):
    rendered = macros.render(template, FACTS)

    assert (rendered.text, len(rendered.absent)) == ("", 1)


def test_absent_facts_are_named_as_they_were_written():
    rendered = macros.render("{keyword}{_ua}{nothing}{keyword}{sub9}{status}", FACTS)

    assert rendered == macros.Rendered(text="sale", absent=("keyword", "ua", "nothing", "sub9"))


def test_a_value_is_never_expanded_itself():
    assert macros.render("{_campaign_name}", FACTS).text == "{payout} $subid"
    assert macros.render("{campaign_name}", FACTS).text == "%7Bpayout%7D+%24subid"


def test_a_raw_value_brings_no_control_characters():
    assert macros.render("{_raw}", FACTS).text == "ab {subid}"


def test_a_text_that_is_no_url_is_not_encoded():
    assert macros.render("{external_id} {_external_id} {raw}", FACTS, encode=False).text == "a b/c~ a b/c~ ab {subid}"


def test_every_macro_is_rendered_from_the_fact_of_its_name():
    facts = [macro for macro in MACROS.values() if macro.kind not in {Kind.RANDOM, Kind.SAMPLE}]

    for macro in facts:
        assert text_of(f"{{_{macro.name}}}", **{macro.name: macro.sample}) == macro.sample


def test_no_name_stands_for_two_macros():
    spellings = [spelling for macro in MACROS.values() for spelling in (macro.name, *macro.aliases)]

    assert len(spellings) == len(set(spellings))
    assert all(canonical(alias) == macro.name for macro in MACROS.values() for alias in macro.aliases)
    assert WELL_KNOWN_PARAMETERS.isdisjoint(spellings)
