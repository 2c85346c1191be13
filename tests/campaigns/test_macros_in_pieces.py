"""A rendered text in pieces: joined they are the text, and each says where it came from."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import macros, url_template
from campaigns.macro_names import CONVERSION_MACROS, MACROS, insertable
from campaigns.macros import Facts
from campaigns.samples import as_if_converted, sample_facts
from tests.campaigns.test_macros_any_text import FACT_VALUES, TEXTS

NOBODY = Facts(values={}, parameters={})


@given(
    st.lists(TEXTS).map("".join),
    st.dictionaries(st.sampled_from(sorted(MACROS)), FACT_VALUES),
    st.dictionaries(TEXTS, TEXTS),
    st.booleans(),
    st.integers(0, 9),
)
def test_joined_pieces_are_the_rendered_text(template, values, parameters, encode, seed):
    facts = Facts(values=values, parameters=parameters)

    random.seed(seed)
    pieces = macros.pieces(template, facts, encode=encode)
    random.seed(seed)
    rendered = macros.render(template, facts, encode=encode)

    assert "".join(piece.text for piece in pieces) == rendered.text
    assert tuple(dict.fromkeys(piece.problem for piece in pieces if piece.problem)) == rendered.problems
    absent = (piece.placeholder.name for piece in pieces if piece.placeholder and piece.is_absent)
    assert tuple(dict.fromkeys(absent)) == rendered.absent


@given(st.lists(TEXTS).map("".join))
def test_what_is_no_placeholder_is_the_templates_own(template):
    pieces = macros.pieces(template, NOBODY)

    written = "".join(piece.placeholder.text if piece.placeholder else piece.text for piece in pieces)
    assert written == template


def test_each_piece_names_its_macro():
    facts = Facts(values={"external_id": "a b"}, parameters={})

    pieces = macros.pieces("/p?c={external_id}&t={tid}", facts)

    assert [(piece.text, piece.placeholder and piece.placeholder.text) for piece in pieces] == [
        ("/p?c=", None),
        ("a+b", "{external_id}"),
        ("&t=", None),
        ("", "{tid}"),
    ]
    assert pieces[3].is_absent


def test_a_macro_that_cannot_be_sent_says_why():
    facts = Facts(values={"conversion_revenue": "5", "currency": "USD"}, parameters={})

    (piece,) = macros.pieces("{conversion_revenue:eur}", facts)

    assert (piece.text, piece.problem) == ("", "No exchange rate from USD to EUR is known")


@pytest.mark.parametrize("name", sorted(MACROS))
def test_every_macro_has_a_sample_that_fills_it(name):
    rendered = macros.render(insertable(MACROS[name]), sample_facts())

    assert rendered.text
    assert not rendered.problems


def test_a_sample_time_takes_a_format():
    assert macros.render("{conversion_time:Y}", sample_facts()).text == "2026"


def test_a_links_own_parameter_has_a_sample_too():
    assert macros.render("{device_id}", sample_facts(["device_id"])).text == "abc123"


def test_a_click_that_has_not_converted_keeps_its_own_facts(click):
    facts = as_if_converted(click.facts())

    rendered = macros.render("{external_id} {device_id} {status} {conversion_revenue}", facts, encode=False)

    assert rendered.text == "ext 1 d7 sale 12.5"
    assert not [name for name in CONVERSION_MACROS if facts.values[name] is None]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.test/p?key=YOUR_KEY&id={subid}", ["YOUR_KEY"]),
        ("https://DOMAIN/POSTBACK_KEY/postback?subid={external_id}", ["DOMAIN", "POSTBACK_KEY"]),
        ("https://a.test/bot<TOKEN>/send?chat_id=ID&ID={subid}", ["ID", "<TOKEN>"]),
        ("https://a.test/p?c={external_id}&s=LEAD", []),
    ],
)
def test_words_to_fill_in_are_found_where_they_stand(url, words):
    assert [url[start:end] for start, end in url_template.fill_ins(url)] == words
    assert [warning for warning in url_template.check(url).warnings if "fill in" in warning] == [
        f"{word} looks like a word to fill in." for word in words
    ]
