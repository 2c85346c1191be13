"""When to try again: arithmetic alone."""

import random
from collections.abc import Sequence

from django.conf import settings

from delivery.transport import PostbackResponse

OUR_PATIENCE = 3  # times as many attempts: a dead name server of ours is no reason to give a postback up


def attempts_at_most() -> int:
    """How often one postback is tried before it ends failed."""
    return 1 + len(settings.POSTBACK_RETRY_DELAYS)


def delay_after_our_fault(attempts: int) -> float | None:
    """The same where we failed and not the receiver: far more patience, for about a week; None: given up."""
    delays: list[float] = settings.POSTBACK_RETRY_DELAYS
    if attempts >= OUR_PATIENCE * attempts_at_most():
        return None
    return _jittered(delays[min(attempts, len(delays)) - 1]) if delays else 0.0


def delay_before_next(attempts: int, response: PostbackResponse, delays: Sequence[float]) -> float | None:
    """Seconds until the next attempt after this many, by the schedule of the postback; None: there is none."""
    if attempts > len(delays):
        return None
    asked = min(response.retry_after or 0, settings.POSTBACK_RETRY_AFTER_MAX)
    return max(_jittered(delays[attempts - 1]), asked)


def _jittered(delay: float) -> float:
    jitter = settings.POSTBACK_RETRY_JITTER
    return delay * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311 - spreads load, hides nothing
