"""Which slots a stretch of time is made of: whole days, and hours at its ends."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.tallies.rollups import Unit, minute_of, oldest


@dataclass(frozen=True, slots=True)
class Span:
    """Slots of one length, from the minute `first` up to, and without, `end`; None: without end."""

    unit: Unit
    first: int
    end: int | None


def bounds(since: datetime | None, until: datetime | None) -> tuple[int, int | None]:
    """The minutes, both rounded down to the hour; to the day where hours are kept no longer."""
    return (_rounded(since) if since else 0), (_rounded(until) if until else None)


def _rounded(moment: datetime) -> int:
    minute = minute_of(moment)
    unit = Unit.HOUR if minute >= oldest(Unit.HOUR) else Unit.DAY
    return minute // unit * unit


def spans(first: int, end: int | None) -> list[Span]:
    """As few slots as can be."""
    first_day = -(-first // Unit.DAY) * Unit.DAY
    if end is None:
        return _some(Span(Unit.HOUR, first, first_day), Span(Unit.DAY, first_day, None))
    last_day = end // Unit.DAY * Unit.DAY
    if first_day > last_day:
        return _some(Span(Unit.HOUR, first, end))
    return _some(Span(Unit.HOUR, first, first_day), Span(Unit.DAY, first_day, last_day), Span(Unit.HOUR, last_day, end))


def _some(*spans: Span) -> list[Span]:
    return [span for span in spans if span.end is None or span.first < span.end]
