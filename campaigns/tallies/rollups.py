"""What is summed up: which dimensions are told apart, in slots of which length, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.utils import timezone

from campaigns.models.tally import Grain

DIMENSIONS = ("source", "campaign", "rule", "receiver")
MINUTES_KEPT = timedelta(days=2)
HOURS_KEPT = timedelta(days=15)  # a thousand campaigns make two million rows of that


class Unit(IntEnum):
    """The length of a slot, in minutes. Days are those of UTC."""

    MINUTE = 1
    HOUR = 60
    DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One way of summing up."""

    grain: Grain
    unit: Unit
    dimensions: tuple[str, ...]
    only_pruned: bool = False  # counts of rows that are gone, so that all can be counted anew


SOURCE, RECEIVER = ("source",), ("receiver",)
ROLLUPS = [
    Rollup(grain=Grain.SOURCE_MINUTE, unit=Unit.MINUTE, dimensions=SOURCE),
    Rollup(grain=Grain.SOURCE_HOUR, unit=Unit.HOUR, dimensions=SOURCE),
    Rollup(grain=Grain.SOURCE_DAY, unit=Unit.DAY, dimensions=SOURCE),
    Rollup(grain=Grain.RECEIVER_HOUR, unit=Unit.HOUR, dimensions=RECEIVER),
    Rollup(grain=Grain.RECEIVER_DAY, unit=Unit.DAY, dimensions=RECEIVER),
    Rollup(grain=Grain.RULE_HOUR, unit=Unit.HOUR, dimensions=DIMENSIONS),
    Rollup(grain=Grain.RULE_DAY, unit=Unit.DAY, dimensions=DIMENSIONS),
    Rollup(grain=Grain.PRUNED_HOUR, unit=Unit.HOUR, dimensions=DIMENSIONS, only_pruned=True),
    Rollup(grain=Grain.PRUNED_DAY, unit=Unit.DAY, dimensions=DIMENSIONS, only_pruned=True),
]


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970."""
    return int(moment.timestamp() // 60)


def oldest(unit: Unit) -> int:
    """The first minute of which slots of this length are kept: a day's first, so that whole days take over."""
    if unit is Unit.DAY:
        return 0
    kept = MINUTES_KEPT if unit is Unit.MINUTE else HOURS_KEPT
    return minute_of(timezone.now() - kept) // Unit.DAY * Unit.DAY
