"""Counting all rows anew: to compare, and to begin again. Both while everything runs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from campaigns.models.tally import Grain, Tally, TallyChange
from campaigns.tallies.counted import everything
from campaigns.tallies.dialects import CHANGES, GROUP, noted, whole_table
from campaigns.tallies.folding import TALLIES
from campaigns.tallies.rollups import DIMENSIONS, ROLLUPS, Rollup, Unit, oldest

NAMES = ", ".join((*GROUP, "minute"))
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A count that is not the number of its rows."""

    what: str
    start: datetime
    told: int
    there: int

    def __str__(self) -> str:
        return f"{self.what} from {self.start:%Y-%m-%d %H:%M} UTC: counted {self.told}, there are {self.there}"


def recount() -> None:
    """Forget all counts but those of rows that were pruned, and count the rows that are there."""
    with _one_snapshot(alone=True), connection.cursor() as cursor:
        Tally.objects.exclude(grain__in=[Grain.PRUNED_HOUR, Grain.PRUNED_DAY]).delete()
        TallyChange.objects.filter(pruned=False).delete()
        for counted in everything.counted:
            cursor.execute(noted(whole_table(counted, connection.vendor)))
        cursor.execute(f"INSERT INTO {CHANGES} ({NAMES}, number) {_pruned()}")


def differences() -> list[Difference]:
    """Where the counts are not what the rows are; nowhere, if all is well."""
    with _one_snapshot():
        there = _read(" UNION ALL ".join([_pruned(), *_tables(), _noted("pruned")]))
        noted_since = _read(_noted("TRUE"))
        found = []
        for rollup in (rollup for rollup in ROLLUPS if not rollup.only_pruned):
            told = _read(_folded(rollup))
            told.update(_rolled_up(noted_since, rollup))
            expected = _rolled_up(there, rollup)
            wrong = sorted(key for key in told.keys() | expected.keys() if told[key] != expected[key])
            found += [_difference(rollup, key, told[key], expected[key]) for key in wrong]
    return found


@contextmanager
def _one_snapshot(*, alone: bool = False) -> Iterator[None]:
    """All statements see the same moment; alone: no fold meanwhile, while writers go on."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                if alone:
                    cursor.execute(f"LOCK TABLE {TALLIES} IN EXCLUSIVE MODE")
        yield


def _tables() -> list[str]:
    return [
        f"SELECT * FROM ({whole_table(counted, connection.vendor)}) AS rows_there" for counted in everything.counted
    ]


def _pruned() -> str:
    """By the hour as long as hours are kept, by the day before."""
    parts = [(Grain.PRUNED_HOUR, Unit.HOUR, ">="), (Grain.PRUNED_DAY, Unit.DAY, "<")]
    names = ", ".join(GROUP)
    return " UNION ALL ".join(
        f"SELECT {names}, slot * {unit.value} AS minute, number FROM {TALLIES} "
        f"WHERE grain = {grain.value} AND slot {sign} {oldest(Unit.HOUR) // unit}"
        for grain, unit, sign in parts
    )


def _noted(condition: str) -> str:
    return f"SELECT {NAMES}, number FROM {CHANGES} WHERE {condition}"


def _folded(rollup: Rollup) -> str:
    first = oldest(rollup.unit) // rollup.unit
    return (
        f"SELECT {', '.join(GROUP)}, slot, number FROM {TALLIES} WHERE grain = {rollup.grain.value} AND slot >= {first}"
    )


def _read(select: str) -> Counter[Key]:
    """Numbers by measure, source, campaign, rule, receiver, word and time."""
    counts: Counter[Key] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(select)
        for *key, number in cursor.fetchall():
            counts[tuple(key)] += int(number)
    return counts


def _rolled_up(counts: Counter[Key], rollup: Rollup) -> Counter[Key]:
    rolled: Counter[Key] = Counter()
    shown = [name in rollup.dimensions for name in DIMENSIONS]
    for (measure, *dimensions, word, minute), number in counts.items():
        if minute >= oldest(rollup.unit):
            known = (value if is_shown else 0 for value, is_shown in zip(dimensions, shown, strict=True))
            rolled[(measure, *known, word, minute // rollup.unit)] += number
    return rolled


def _difference(rollup: Rollup, key: Key, told: int, there: int) -> Difference:
    measure, *dimensions, word, slot = key
    named = [f"{name} {value}" for name, value in zip(DIMENSIONS, dimensions, strict=True) if value]
    return Difference(
        what=f"{rollup.unit.name.lower()} of " + ", ".join([f"{measure} {word}".strip(), *named]),
        start=datetime.fromtimestamp(slot * rollup.unit * 60, UTC),
        told=told,
        there=there,
    )
