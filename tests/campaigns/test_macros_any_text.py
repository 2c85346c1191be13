"""Whatever stands in a template or comes with a click: nothing raises, nothing hangs, nothing is expanded twice."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import macros
from campaigns.macro_names import MACROS
from campaigns.macros import Facts

KNOWN: dict[str, Any] = {"subid": "2kq3v7", "external_id": "a b", "status": "sale", "conversion_revenue": 5}
TEXTS = (
    st.text()
    | st.text("{}$_:,= subidpayoutdate%[]U/")
    | st.sampled_from(
        [f"{{{name}}}" for name in MACROS] + ["{payout:usd}", "{date:U,X/Y}", "{random:1,2}", "{status:sale=1}"]
    )
)
FACT_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | TEXTS
    | st.decimals()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
)


@settings(deadline=None)
@given(
    st.lists(TEXTS).map("".join),
    st.dictionaries(st.sampled_from(sorted(MACROS)), FACT_VALUES),
    st.dictionaries(TEXTS, TEXTS),
    st.booleans(),
)
def test_no_template_and_no_facts_make_it_raise(template, values, parameters, encode):
    facts = Facts(values=values, parameters=parameters)

    assert isinstance(macros.render(template, facts, encode=encode).text, str)


@settings(deadline=None)
@given(st.text(), st.sampled_from(["{payout}", "$subid", "{_external_id}", "{status:sale=1}"]))
def test_whatever_a_value_holds_arrives_as_it_is(text, macro):
    value = macros.render("{_campaign_name}", Facts(values={"campaign_name": text}, parameters={})).text + macro
    facts = Facts(values=KNOWN | {"campaign_name": value}, parameters={})

    assert macros.render("{_campaign_name}", facts).text == value


@pytest.mark.parametrize("piece", ["{", "{a", "{_", "{a:", "$", "${", "{a:b,", "}"])
def test_a_long_text_takes_no_longer_than_its_length(piece):
    text = piece * 100_000

    assert macros.render(text, Facts(values=KNOWN, parameters={})).text == text
