"""A template in stretches: every letter once, in order, each stretch with what is to be said of it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postbacks.preview import Preview, Subject, marks_of, replaced
from postbacks.preview.marks import TONES, tones_of
from tests.campaigns.test_macros_any_text import TEXTS

WORDS = st.lists(TEXTS | st.sampled_from(["https://", "YOUR_KEY", "<", ">", "/", "?a=", "ID", "[X]", "{x"])).map(
    "".join
)


def kinds(template, parameters=()):
    return [(mark.text, mark.kind) for mark in marks_of(template, parameters) if mark.kind]


@given(WORDS)
def test_joined_they_are_the_template(template):
    assert "".join(mark.text for mark in marks_of(template)) == template


@given(WORDS)
def test_the_pieces_of_a_preview_are_its_url_and_nothing_makes_it_raise(template):
    preview = Preview(template=template, parameters=[], subject=Subject.sample())

    assert preview.url == "".join(piece.text for piece in preview.contributions)
    assert isinstance(preview.errors, list)
    assert {piece.macro for piece in preview.contributions if piece.macro} == {piece.macro for piece in preview.legend}


@given(WORDS)
def test_what_can_be_sent_has_no_error_and_no_unknown_macro(template):
    preview = Preview(template=template, parameters=[], subject=Subject.sample())

    assert preview.can_be_sent == (not preview.errors and not preview.unknown)
    if preview.can_be_sent:
        assert not preview.findings.errors


@pytest.mark.parametrize(
    ("template", "marked"),
    [
        ("https://a.test/{subid}", [("{subid}", "macro")]),
        ("https://a.test/{_subid}?t=$tid&$no", [("{_subid}", "macro"), ("$tid", "macro")]),
        ("https://a.test/{status:lead=0 sale=1}", [("{status:lead=0 sale=1}", "macro")]),
        ("https://a.test/{status:lead}", [("{status:lead}", "fault")]),
        ("https://a.test/{random}", [("{random}", "fault")]),
        ("https://a.test/{externl_id}", [("{externl_id}", "unknown")]),
        ("https://a.test/{gclid}", [("{gclid}", "macro")]),
        ("https://a.test/?key=YOUR_KEY&c={subid}", [("YOUR_KEY", "fill-in"), ("{subid}", "macro")]),
        ("https://a.test/?key=<{subid}>", [("{subid}", "macro")]),
        ("https://a.test/?c={ subid }", []),
        ("", []),
    ],
)
def test_each_stretch_is_of_one_kind(template, marked):
    assert kinds(template) == marked


def test_a_parameter_of_the_link_is_a_macro():
    assert kinds("{device}") == [("{device}", "unknown")]
    assert kinds("{device}", ["device"]) == [("{device}", "macro")]


def test_a_mark_says_what_its_macro_means():
    (mark,) = marks_of("{external_id}")

    assert mark.title == "The source's own id of the click."


def test_two_spellings_of_one_macro_have_one_colour():
    first, second, third = (mark for mark in marks_of("{revenue}{payout}{tid}"))

    assert first.tone == second.tone != third.tone


def test_neighbours_differ_in_colour_however_many_they_are():
    tones = list(tones_of("".join(f"{{sub_id_{number}}}" for number in range(1, 31))).values())

    assert set(tones) == set(range(TONES))
    assert all(one != other for one, other in pairwise(tones))


@pytest.mark.parametrize(
    ("template", "corrected"),
    [
        ("{payot}", "{payout}"),
        ("{_payot}&{payot:usd}&payot", "{_payout}&{payout:usd}&payot"),
        ("{payots}{subid}", "{payots}{subid}"),
    ],
)
def test_a_correction_touches_placeholders_of_that_name_alone(template, corrected):
    assert replaced(template, "payot", "payout") == corrected


@given(WORDS)
def test_a_correction_of_nothing_changes_nothing(template):
    assert replaced(template, "nobodys_name", "subid") == template


def test_samples_are_told_from_facts(click):
    template = "https://a.test/{external_id}/{status}"

    of_click = Preview(template=template, parameters=[], subject=Subject.of_click(click))
    of_nobody = Preview(template=template, parameters=[], subject=Subject.sample())

    assert [piece.is_sample for piece in of_click.legend] == [False, True]
    assert [piece.is_sample for piece in of_nobody.legend] == [True, True]


def test_a_converted_click_has_no_samples(saved):
    conversion = saved(status="lead")

    preview = Preview(template="{external_id}/{status}", parameters=[], subject=Subject.of_click(conversion.click))

    assert not [piece for piece in preview.legend if piece.is_sample]


def test_the_latest_change_of_the_latest_conversion_is_shown(saved):
    saved(saved(status="lead", tid="1"), status="rejected")
    later = saved(status="lead", tid="2")
    saved(later, status="sale")

    change = Subject.of_click(later.click).change

    assert change
    assert (change.conversion, change.status) == (later, "sale")
