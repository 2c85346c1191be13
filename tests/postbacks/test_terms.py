"""How a postback is to be delivered: what a rule says, what its source says, and what is kept of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from delivery.models import SentPostback
from postbacks.models import PostbackRule, SourceTerms, latest_for, terms_of
from postbacks.schedules import Schedule
from postbacks.success_codes import code_problems, is_among, read_codes
from postbacks.terms import DEFAULT, Terms

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORDS = st.lists(st.text(max_size=9), max_size=3).map(tuple)
TERMS = st.builds(
    Terms,
    schedule=st.sampled_from(Schedule),
    own_delays=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    success_codes=WORDS,
    accepted_if=WORDS,
    rejected_if=WORDS,
    retry_if=WORDS,
    at_most_once=st.booleans(),
    in_order=st.booleans(),
    supersede=st.booleans(),
)


@given(TERMS)
def test_what_is_kept_is_read_as_the_same(terms):
    text = json.dumps(terms.to_json())

    assert Terms.from_json(json.loads(text)) == terms
    assert Terms.read(text) == terms


def test_nothing_is_kept_of_what_is_as_always():
    assert DEFAULT.to_json() == {}
    assert Terms(at_most_once=True).to_json() == {"at_most_once": True}


@pytest.mark.parametrize("kept", [{"schedule": "weekly"}, {"colour": "red"}, {"schedule": None}])
def test_what_another_version_kept_is_passed_over(kept):
    assert Terms.from_json(kept) == DEFAULT


@pytest.mark.parametrize(
    ("text", "codes", "good", "bad"),
    [
        ("", (), [200, 204, 299], [199, 302, 404, 500]),
        ("200", ("200",), [200], [204, 302]),
        ("2XX; 302 302", ("2xx", "302"), [200, 302], [301, 404]),
        ("404,4xx", ("404", "4xx"), [404, 410], [200, 500]),
    ],
)
def test_success_codes(text, codes, good, bad):
    assert read_codes(text) == codes
    assert all(is_among(code, codes) for code in good)
    assert not any(is_among(code, codes) for code in bad)


@pytest.mark.parametrize("text", ["1xx", "2x", "20", "2000", "ok", "600", "xxx"])
def test_what_is_no_code_is_told(text):
    assert [f"“{text}” is no code" in problem for problem in code_problems(f"200, {text}")] == [True]


def refused(**fields):
    rule = PostbackRule(url="https://93.184.216.34/p", statuses=["sale"], **fields)
    with pytest.raises(ValidationError) as caught:
        rule.clean()
    return caught.value.message_dict


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("own_delays", {"schedule": "own"}, "Say after how long"),
        ("own_delays", {"own_delays": [60]}, "Choose the schedule “own delays”"),
        ("own_delays", {"schedule": "own", "own_delays": [0]}, "from 1 s to 30 days"),
        ("own_delays", {"schedule": "own", "own_delays": ["1m"]}, "from 1 s to 30 days"),
        ("own_delays", {"schedule": "own", "own_delays": {"a": 1}}, "from 1 s to 30 days"),
        ("success_codes", {"success_codes": "all"}, "“all” is no code"),
        ("rejected_if", {"rejected_if": "*"}, "found in every answer"),
    ],
)
def test_a_rule_refuses_what_could_not_be_meant(field, fields, words):
    assert words in " ".join(refused(**fields)[field])


@pytest.mark.django_db
def test_every_field_is_told_at_once():
    problems = refused(schedule="own", success_codes="x", retry_if="*")

    assert set(problems) == {"own_delays", "success_codes", "retry_if"}


@pytest.mark.django_db
def test_codes_are_kept_in_one_form():
    rule = PostbackRule(url="https://93.184.216.34/p", statuses=["sale"], success_codes=" 2XX  302")
    rule.clean()

    assert rule.success_codes == "2xx, 302"


def test_a_rule_that_says_nothing_has_the_default(rule):
    assert terms_of(rule) == DEFAULT
    assert latest_for(rule, NOON) is None


def test_a_silent_rule_does_as_its_source_says(rule, source):
    SourceTerms.objects.create(source=source, schedule="own", own_delays=[5, 6], not_after_hours=24)

    assert (terms_of(rule).schedule, list(terms_of(rule).delays)) == (Schedule.OWN, [5, 6])
    assert latest_for(rule, NOON) == NOON + timedelta(days=1)


def test_what_a_rule_says_itself_goes_before_its_source(rule, source):
    SourceTerms.objects.create(source=source, schedule="own", own_delays=[5], not_after_hours=24)
    rule.schedule, rule.not_after_hours = "fast", 2

    assert list(terms_of(rule).delays) == [60, 300, 900, 1800, 3600]
    assert terms_of(rule).own_delays == ()
    assert latest_for(rule, NOON) == NOON + timedelta(hours=2)


def test_a_rule_of_the_source_has_them_too(source):
    SourceTerms.objects.create(source=source, schedule="none")

    assert terms_of(PostbackRule(source=source)).schedule == Schedule.NONE


@pytest.mark.parametrize(
    "fields",
    [{"schedule": "weekly"}, {"schedule": "own", "own_delays": ["x", None, 0]}, {"success_codes": "all of them"}],
)
def test_what_was_written_past_our_checks_stops_no_save(rule, fields, saved):
    PostbackRule.objects.filter(pk=rule.pk).update(**fields)

    saved(status="sale")

    assert SentPostback.objects.get().terms in ({}, {"schedule": "own"})
