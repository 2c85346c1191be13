"""When to try again: arithmetic alone."""

import random

from django.conf import settings

from delivery.transport import PostbackResponse


def attempts_at_most() -> int:
    """How often one postback is tried before it ends failed."""
    return 1 + len(settings.POSTBACK_RETRY_DELAYS)


def delay_before_next(attempts: int, response: PostbackResponse) -> float | None:
    """Seconds until the next attempt after this many; None: there is none, be it that the failure is final."""
    delays: list[float] = settings.POSTBACK_RETRY_DELAYS
    if not response.is_temporary or attempts >= attempts_at_most():
        return None
    jitter = settings.POSTBACK_RETRY_JITTER
    delay = delays[attempts - 1] * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311 - spreads load, hides nothing
    asked = min(response.retry_after or 0, settings.POSTBACK_RETRY_AFTER_MAX)
    return max(delay, asked)
