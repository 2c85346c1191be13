"""What is said of a template before it is saved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import macros


def messages(template: str, *parameters: str) -> list[str]:
    return [unknown.message for unknown in macros.unknown(template, parameters)]


def test_placeholders_are_told_with_their_place_and_their_parts():
    name, mapped, dollar = macros.placeholders("a={_my-id}&s={status: a=1,b=2}$payout$nothing")

    assert (name.name, name.canonical, name.raw, name.arguments, name.span) == ("my-id", None, True, (), (2, 10))
    assert (mapped.name, mapped.arguments) == ("status", (" a=1", "b=2"))
    assert (dollar.text, dollar.name, dollar.canonical) == ("$payout", "payout", "conversion_revenue")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{campain_name}", "Unknown macro {campain_name}: did you mean {campaign_name}?"),
        ("{_campain_name}", "Unknown macro {campain_name}: did you mean {campaign_name}?"),
        ("{externa_id}", "Unknown macro {externa_id}: did you mean {external_id}?"),
        ("{external-id}", "Unknown macro {external-id}: did you mean {external_id}?"),
        ("{coversion_revenue}", "Unknown macro {coversion_revenue}: did you mean {conversion_revenue}?"),
        ("{pay_out}", "Unknown macro {pay_out}: did you mean {payout}?"),
        ("{SUBID}", "Unknown macro {SUBID}: did you mean {subid}?"),
        ("{clik_id}", "Unknown macro {clik_id}: did you mean {subid}?"),
        ("{sub31}", "Unknown macro {sub31}: did you mean {sub_id_3}?"),
        ("{device_di}", "Unknown macro {device_di}: did you mean {device_id}?"),
    ],
)
def test_a_slip_is_told_with_the_nearest_name(template, message):
    assert messages(template) == [message]


@pytest.mark.parametrize("name", ["replace", "AID-FROM-DASHBOARD", "qqq", "x" * 5000])
def test_a_name_near_nothing_is_told_with_what_to_do(name):
    assert messages(f"{{{name}}}") == [
        f"Unknown macro {{{name}}}: if the campaign's link carries a parameter of that name, "
        "declare it on the campaign's Parameters tab."
    ]


def test_a_parameter_of_the_campaign_is_known_and_suggested():
    assert messages("{zone}", "zone") == []
    assert messages("{zoen}", "zone") == ["Unknown macro {zoen}: did you mean {zone}?"]


@pytest.mark.parametrize(
    "name", ["device_id", "gclid", "fbclid", "sub_id_30", "sub1", "extra_param_10", "con_versiontime"]
)
def test_names_that_the_field_uses_are_known(name):
    assert messages(f"{{{name}}}") == []


def test_every_stranger_is_told_and_each_once():
    assert len(messages("{foo}{bar}{foo}{subid}$baz")) == 2


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{date:U,MSK}", "MSK is not a time zone; write one such as UTC, Europe/Kyiv or +03:00"),
        ("{random:a}", "two whole numbers are needed, the smaller first, as in 1,100"),
        ("{random}", "two whole numbers are needed, the smaller first, as in 1,100"),
        ("{random:9,1}", "two whole numbers are needed, the smaller first, as in 1,100"),
        ("{sample}", "values to choose from are needed, as in a,b,c"),
        ("{payout:sale=1}", "one currency is needed, as in usd"),
        ("{payout:usd,eur}", "one currency is needed, as in usd"),
        ("{status:lead}", "lead is no pair; write lead=0 sale=1"),
        ("{status:lead=on hold}", "hold is no pair; write lead=0 sale=1"),
        ("{is_bot:yes}", "yes is no pair; write lead=0 sale=1"),
    ],
)
def test_bad_arguments_are_told(template, error):
    assert macros.argument_errors(template * 2) == (f"{template}: {error}",)


@pytest.mark.parametrize(
    "template",
    [
        "{date}",
        "{date:}",
        "{_date:D, d M Y,Europe/Kyiv}",
        "{random:-5,5}",
        "{sample:a}",
        "{payout:usd}",
        "{status: a=1 b=}",
    ],
)
def test_good_arguments_are_not(template):
    assert macros.argument_errors(template) == ()


@settings(deadline=None)
@given(st.text() | st.text("{}$_:,=abU/ "), st.lists(st.text()))
def test_no_text_makes_a_check_raise(template, parameters):
    assert isinstance(macros.placeholders(template), tuple)
    assert isinstance(macros.unknown(template, parameters), tuple)
    assert isinstance(macros.argument_errors(template), tuple)
