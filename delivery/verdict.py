"""The verdict on an answer: what a postback's state is after an attempt. Arithmetic alone."""

from dataclasses import dataclass

from delivery.models import State
from delivery.retry import delay_before_next
from delivery.transport import PostbackResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a row says from now on."""

    state: State
    error: str = ""
    delay: float | None = None  # seconds until the next attempt; None: there is none


def outcome_of(attempts: int, response: PostbackResponse) -> Outcome:
    """After this many attempts, the last of which was answered so."""
    if response.is_sent:
        return Outcome(state=State.SENT)
    delay = delay_before_next(attempts, response)
    if delay is not None:
        return Outcome(state=State.QUEUED, error=response.reason, delay=delay)
    gave_up = f" – given up after {attempts} attempts" if response.is_temporary else ""
    return Outcome(state=State.FAILED, error=response.reason + gave_up)
