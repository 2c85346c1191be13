"""When a postback is tried again, and when it is given up."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from delivery.models import Lane, SentPostback, State
from delivery.transport import PostbackResponse
from delivery.verdict import outcome_of

DELAYS = [30, 120, 600, 1800, 7200, 21600, 43200]  # as in docs/settings.md


def response(**fields):
    return PostbackResponse(id=1, started=timezone.now(), duration=0.1, **fields)


def delay_after(attempts, response):
    return outcome_of(attempts, response).delay


@pytest.mark.parametrize(("attempts", "delay"), list(enumerate(DELAYS, start=1)))
def test_each_delay_is_drawn_from_around_its_step(attempts, delay):
    drawn = [delay_after(attempts, response(code=500)) for _ in range(200)]

    assert all(0.8 * delay <= one <= 1.2 * delay for one in drawn if one is not None)
    assert None not in drawn
    assert len(set(drawn)) > 100  # not all at the same moment


@pytest.mark.parametrize("attempts", [8, 9, 100])
def test_after_the_last_step_it_is_given_up(attempts):
    assert delay_after(attempts, response(code=500)) is None


@pytest.mark.parametrize("attempts", [1, 8, 23])
def test_a_fault_of_ours_has_far_more_patience(attempts):
    delay = delay_after(attempts, response(error="our proxy is away", ours=True))

    assert delay is not None
    assert 0.8 * DELAYS[min(attempts, 7) - 1] <= delay <= 1.2 * DELAYS[min(attempts, 7) - 1]


def test_a_fault_of_ours_is_given_up_too_in_the_end():
    assert delay_after(24, response(error="our proxy is away", ours=True)) is None


def test_without_steps_nothing_is_tried_again(settings):
    settings.POSTBACK_RETRY_DELAYS = []

    assert delay_after(1, response(code=500)) is None


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(3600, 3600, 3600), (1, 24, 36), (0, 24, 36), (None, 24, 36), (86400, 86400, 86400), (10**9, 86400, 86400)],
)
def test_retry_after_is_honoured_up_to_a_day(asked, least, most):
    delay = delay_after(1, response(code=429, retry_after=asked))

    assert delay is not None
    assert least <= delay <= most


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599, None])
def test_what_is_temporary_is_tried_again(code):
    assert delay_after(1, response(code=code, error="connection refused")) is not None


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 418, 422, 451])
def test_what_is_final_is_not(code):
    assert delay_after(1, response(code=code)) is None


def test_a_blocked_address_is_final():
    assert delay_after(1, response(blocked=True, error="a private address")) is None


@pytest.mark.django_db
@pytest.mark.parametrize("failure", [{"status": 500}, {"status": 429}, {"body": requests.ConnectionError("no")}])
def test_a_temporary_failure_waits_in_the_lane_of_retries(rule, http, saved, send, failure):
    http.get("http://receiver.test/p", **failure)

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.lane, row.attempts, row.finished, row.lease_id) == (State.QUEUED, Lane.RETRY, 1, None, None)
    assert row.due_at
    assert row.due_at > timezone.now()
    assert row.error


@pytest.mark.django_db
def test_retry_after_of_a_real_answer_is_kept_in_the_queue(rule, http, saved, send):
    http.get("http://receiver.test/p", status=429, headers={"Retry-After": "7200"})

    saved(status="sale")
    send()

    due_at = SentPostback.objects.get().due_at
    assert due_at
    assert due_at > timezone.now() + timedelta(seconds=7000)


@pytest.mark.django_db
def test_a_retry_that_arrives_ends_sent_with_both_attempts(rule, http, saved, send, due_now):
    http.get("http://receiver.test/p", status=503, body="later")
    http.get("http://receiver.test/p", body="OK")
    saved(status="sale")

    send()
    due_now()
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.attempts, row.error) == (State.SENT, 2, "")
    assert list(row.tries.values_list("number", "code", "answer", "error")) == [
        (1, 503, "later", "HTTP 503"),
        (2, 200, "OK", ""),
    ]


@pytest.mark.django_db
def test_after_the_last_attempt_it_ends_failed_and_says_so(rule, http, saved, send, due_now):
    http.get("http://receiver.test/p", status=500)
    saved(status="sale")

    for _attempt in range(len(DELAYS) + 2):
        send()
        due_now()

    row = SentPostback.objects.get()
    assert (row.state, row.error, row.due_at) == (State.FAILED, "HTTP 500 – given up after 8 attempts", None)
    assert len(http.calls) == row.tries.count() == 8


@pytest.mark.django_db
@pytest.mark.parametrize("code", [400, 401, 404, 410])
def test_a_refusal_is_final(rule, http, saved, send, code):
    http.get("http://receiver.test/p", status=code, body="no")

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, row.code, row.error, row.answer) == (State.FAILED, code, f"HTTP {code}", "no")


@pytest.mark.django_db
def test_a_redirect_is_final_and_says_so(rule, http, saved, send):
    http.get("http://receiver.test/p", status=302, headers={"Location": "https://other.test/x?token=t"})

    saved(status="sale")
    send()

    row = SentPostback.objects.get()
    assert (row.state, len(http.calls)) == (State.FAILED, 1)
    assert row.error == "HTTP 302: redirects are not followed; use the final URL, at https://other.test/…"
