"""When a postback is tried again: schedules with a name, and lists of one's own. A delay is in seconds."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

DELAYS_AT_MOST = 200  # of one's own
LONGEST = 30 * 86400  # seconds of one delay
SECONDS_BY_UNIT = {"d": 86400, "h": 3600, "m": 60, "s": 1}  # the largest first: that is how a delay is written
DELAY = re.compile(r"([0-9]{1,9})\s*([dhms])")


class Schedule(models.TextChoices):
    """The schedules there are. A delay is drawn from 80 % to 120 % of itself."""

    STANDARD = "standard", _("standard: ever later, for about a day")
    FAST = "fast", _("fast: after 1, 5, 15, 30 and 60 minutes")
    DAY = "day", _("day: every 10 minutes for 24 hours")
    NONE = "none", _("none: one attempt, no more")
    OWN = "own", _("own delays")

    def delays(self, own: Sequence[int] = ()) -> Sequence[float]:
        """Seconds before each retry, in order; `own` is the list of who chose to make one."""
        delays: dict[Schedule, Sequence[float]] = {
            Schedule.STANDARD: settings.POSTBACK_RETRY_DELAYS,
            Schedule.FAST: [60, 300, 900, 1800, 3600],
            Schedule.DAY: [600] * 144,
            Schedule.NONE: [],
            Schedule.OWN: own,
        }
        return delays[self]


def known_schedule(name: object) -> Schedule:
    """The schedule of that name; for a name that nobody knows the standard one."""
    return Schedule(name) if name in Schedule.values else Schedule.STANDARD


def read_delays(text: str) -> list[int]:
    """The seconds of a list as a person writes it, such as “1m, 5m, 2h”. ValueError says what to write instead."""
    words = [word.strip() for word in text.lower().split(",") if word.strip()]
    if len(words) > DELAYS_AT_MOST:
        raise ValueError(_now("At most %(count)d delays are possible.") % {"count": DELAYS_AT_MOST})
    return [_read_delay(word) for word in words]


def write_delays(delays: Sequence[int]) -> str:
    """The same list for a person to read and to change."""
    return ", ".join(map(_write_delay, delays))


def _read_delay(word: str) -> int:
    found = DELAY.fullmatch(word)
    if not found:
        text = _now("“%(word)s” is no delay: write a whole number and s, m, h or d, such as “1m, 5m, 2h”.")
        raise ValueError(text % {"word": word})
    seconds = int(found[1]) * SECONDS_BY_UNIT[found[2]]
    if not 1 <= seconds <= LONGEST:
        raise ValueError(_now("“%(word)s” is not possible: a delay lasts from 1 s to 30 d.") % {"word": word})
    return seconds


def _write_delay(seconds: int) -> str:
    unit = next(unit for unit, length in SECONDS_BY_UNIT.items() if seconds % length == 0)
    return f"{seconds // SECONDS_BY_UNIT[unit]}{unit}"
