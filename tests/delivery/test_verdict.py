"""The verdict on an answer: its code, what its body says, and silence."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.models import SentPostback, State
from delivery.transport import PostbackResponse
from delivery.verdict import outcome_of
from postbacks.models import PostbackRule
from postbacks.schedules import Schedule
from postbacks.terms import Terms

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
EXOCLICK = Terms(rejected_if=("ERROR:",))
TUNE = Terms(retry_if=("success=false",), accepted_if=("success=true",))
ONCE = Terms(at_most_once=True)


def answer(code=200, body="", **fields):
    return PostbackResponse(id=1, started=NOON, duration=0.1, code=code, body=body, **fields)


def silence(error="no answer within 15 s", **fields):
    return answer(code=None, error=error, **fields)


@pytest.mark.parametrize(
    ("terms", "response", "state", "words"),
    [
        (Terms(), answer(200), State.SENT, ""),
        (Terms(), answer(204), State.SENT, ""),
        (Terms(), answer(404), State.FAILED, "HTTP 404"),
        (Terms(), answer(500), State.QUEUED, "HTTP 500"),
        (EXOCLICK, answer(200, "OK"), State.SENT, ""),
        (
            EXOCLICK,
            answer(200, "error: bad goal"),
            State.FAILED,
            "rejected: HTTP 200, and the answer contains “ERROR:”",
        ),
        (EXOCLICK, answer(503, "ERROR: bad goal"), State.FAILED, "rejected: HTTP 503"),
        (TUNE, answer(200, "success=true;ro_id=1"), State.SENT, ""),
        (TUNE, answer(200, "success=false;err"), State.QUEUED, "to be tried again: HTTP 200, and the answer contains"),
        (TUNE, answer(404, "success=false"), State.QUEUED, "to be tried again: HTTP 404"),
        (TUNE, answer(500, "success=true"), State.SENT, ""),
        (TUNE, answer(200, "success=true success=false"), State.QUEUED, "to be tried again"),
        (Terms(rejected_if=("no",), retry_if=("n",), accepted_if=("o",)), answer(200, "no"), State.FAILED, "rejected"),
        (Terms(success_codes=("200",)), answer(200), State.SENT, ""),
        (Terms(success_codes=("200",)), answer(204), State.FAILED, "HTTP 204 is not among the success codes (200)"),
        (Terms(success_codes=("200", "302")), answer(302), State.SENT, ""),
        (Terms(success_codes=("302",)), answer(301), State.FAILED, "HTTP 301: redirects are not followed"),
        (Terms(success_codes=("200",)), answer(503), State.QUEUED, "HTTP 503"),
        (Terms(success_codes=("4xx",)), answer(429), State.SENT, ""),
        (TUNE, silence(), State.QUEUED, "no answer within 15 s"),
        (TUNE, silence(body="success=true"), State.QUEUED, "no answer within 15 s"),
        (TUNE, silence(blocked=True), State.FAILED, "no answer"),
        (ONCE, silence(maybe_arrived=True), State.UNKNOWN, "no answer within 15 s"),
        (ONCE, silence("connection refused"), State.QUEUED, "connection refused"),
        (ONCE, silence("our proxy", ours=True), State.QUEUED, "our proxy"),
        (ONCE, answer(503), State.QUEUED, "HTTP 503"),
        (ONCE, answer(429, retry_after=5), State.QUEUED, "HTTP 429"),
        (ONCE, answer(200), State.SENT, ""),
        (Terms(), silence(maybe_arrived=True), State.QUEUED, "no answer within 15 s"),
    ],
)
def test_the_verdict(terms, response, state, words):
    outcome = outcome_of(1, response, terms)

    assert outcome.state is state
    assert outcome.error.startswith(words) if words else not outcome.error
    assert (outcome.delay is not None) == (state is State.QUEUED)


def test_the_end_of_a_long_answer_counts():
    assert outcome_of(1, answer(200, "x" * 65000 + "ERROR: late"), EXOCLICK).state is State.FAILED


@pytest.mark.parametrize(("attempts", "delay"), [(1, 60), (2, 300), (3, 900), (4, 1800), (5, 3600), (6, None)])
def test_the_schedule_of_the_postback_is_followed(attempts, delay):
    drawn = outcome_of(attempts, answer(500), Terms(schedule=Schedule.FAST)).delay

    assert (drawn is None) == (delay is None)
    assert not delay or 0.8 * delay <= (drawn or 0) <= 1.2 * delay


def test_what_asks_for_another_try_is_given_up_too():
    outcome = outcome_of(8, answer(200, "success=false"), TUNE)

    assert outcome.state is State.FAILED
    assert outcome.error.endswith("“success=false” – given up after 8 attempts")


def test_our_own_fault_is_forgiven_whatever_the_schedule():
    none = Terms(schedule=Schedule.NONE)

    assert outcome_of(1, silence("our proxy", ours=True), none).state is State.QUEUED
    assert outcome_of(1, silence("refused"), none).state is State.FAILED


@pytest.mark.parametrize(("minutes", "state"), [(2, State.QUEUED), (0, State.FAILED), (-1, State.FAILED)])
def test_no_attempt_lies_beyond_the_latest_moment(minutes, state):
    outcome = outcome_of(1, answer(500), Terms(), NOON + timedelta(minutes=minutes), NOON)

    assert outcome.state is state
    assert outcome.error.startswith("too late: ") is (state is State.FAILED)
    assert "HTTP 500" in outcome.error


def test_an_answer_that_comes_after_it_still_counts():
    assert outcome_of(1, answer(200), Terms(), NOON, NOON + timedelta(hours=1)).state is State.SENT


@pytest.mark.django_db
def test_a_receiver_that_rejects_with_200_is_believed(rule, http, saved, send):
    PostbackRule.objects.update(rejected_if="ERROR:")
    http.get("http://receiver.test/p", body="x" * 3000 + "ERROR: unknown goal")

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.code) == (State.FAILED, 200)
    assert row.error == row.tries.get().error == "rejected: HTTP 200, and the answer contains “ERROR:”"


@pytest.mark.django_db
def test_a_redirect_that_means_success_is_believed(rule, http, saved, send):
    PostbackRule.objects.update(success_codes="302")
    http.get("http://receiver.test/p", status=302, headers={"Location": "https://other.test/"})

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.error, row.tries.get().error) == (State.SENT, "", "")


@pytest.mark.django_db
def test_what_was_collected_is_judged_as_it_was_wanted_then(rule, http, saved, send):
    PostbackRule.objects.update(rejected_if="ERROR:")
    http.get("http://receiver.test/p", body="ERROR: x")
    saved(status="sale")
    PostbackRule.objects.update(rejected_if="")

    send()

    assert SentPostback.objects.get().state == State.FAILED
