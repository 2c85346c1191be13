"""The rate of a receiver, which all workers share: requests are allowed in blocks, by the clock of the database.

What is allowed is claimed in the same statement, so that no worker hoards: `rate_until` is the moment up to which
what was claimed has used the rate up, and nothing is allowed before it.
"""

from datetime import datetime, timedelta

BLOCK = 0.1  # seconds' worth of requests that are allowed at once; a claim that comes late may make up for as much


def allowed(rate: float, free: int) -> int:
    """How many requests a block is, of so many that there are places for."""
    return max(0, min(free, max(1, int(rate * BLOCK))))


def used_until(rate_until: datetime | None, now: datetime, count: int, rate: float) -> datetime:
    """Up to when the rate is used up, once so many have been claimed."""
    earliest = now - timedelta(seconds=BLOCK)
    return max(rate_until or earliest, earliest) + timedelta(seconds=count / rate)
