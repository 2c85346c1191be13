"""The verdict on an answer: what a postback's state is after an attempt. Arithmetic alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from delivery.latest import too_late
from delivery.models import State
from delivery.retry import delay_after_our_fault, delay_before_next
from delivery.transport import PostbackResponse
from postbacks.terms import DEFAULT, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a row says from now on."""

    state: State
    error: str = ""
    delay: float | None = None  # seconds until the next attempt; None: there is none


class Judgement(Enum):
    """What an attempt came to."""

    SENT = State.SENT.value
    FINAL = State.FAILED.value
    UNKNOWN = State.UNKNOWN.value
    TEMPORARY = "temporary"


def outcome_of(
    attempts: int,
    response: PostbackResponse,
    terms: Terms = DEFAULT,
    latest: datetime | None = None,
    now: datetime | None = None,
) -> Outcome:
    """After this many attempts, the last of which was answered so. `now` is the database's, where there is a latest."""
    judgement, reason = _judge(response, terms)
    if judgement is not Judgement.TEMPORARY:
        return Outcome(state=State(judgement.value), error=reason)
    delay = delay_after_our_fault(attempts) if response.ours else delay_before_next(attempts, response, terms.delays)
    if delay is None:
        return Outcome(state=State.FAILED, error=f"{reason} – given up after {attempts} attempts")
    if latest and now and now + timedelta(seconds=delay) > latest:
        return Outcome(state=State.FAILED, error=too_late(attempts, reason))
    return Outcome(state=State.QUEUED, error=reason, delay=delay)


def _judge(response: PostbackResponse, terms: Terms) -> tuple[Judgement, str]:
    """What the body says goes first, then the code."""
    if response.code is None:
        return _judge_silence(response, terms)
    said = terms.said_in(response.body)
    if said.rejected:
        return Judgement.FINAL, f"rejected: {_contains(said.rejected, response)}"
    if said.retry:
        return Judgement.TEMPORARY, f"to be tried again: {_contains(said.retry, response)}"
    if said.accepted or terms.is_success(response.code):
        return Judgement.SENT, ""
    if response.is_sent:
        return Judgement.FINAL, f"{response.reason} is not among the success codes ({', '.join(terms.success_codes)})"
    return Judgement.TEMPORARY if response.is_temporary else Judgement.FINAL, response.reason


def _judge_silence(response: PostbackResponse, terms: Terms) -> tuple[Judgement, str]:
    """No answer. What certainly did not arrive can go again whatever the rule says."""
    if not response.is_temporary:
        return Judgement.FINAL, response.reason
    if terms.at_most_once and response.maybe_arrived:
        return Judgement.UNKNOWN, response.reason
    return Judgement.TEMPORARY, response.reason


def _contains(pattern: str, response: PostbackResponse) -> str:
    return f"HTTP {response.code}, and the answer contains “{pattern}”"
