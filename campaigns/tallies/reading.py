"""Reading the counts. What is not folded yet is added in the same statement, so that they are exact at any moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from campaigns.tallies.counted import REST
from campaigns.tallies.dialects import CHANGES
from campaigns.tallies.folding import TALLIES
from campaigns.tallies.rollups import ROLLUPS, Rollup, Unit, minute_of
from campaigns.tallies.spans import Span, bounds, spans

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A minute, hour or day, and what was counted in it, by word."""

    start: datetime
    counts: dict[str, int]


def total(
    measure: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Collection[str] = ("word",),
    **where: Any,
) -> dict[Key, int]:
    """How many rows there are, by these names (source, campaign, rule, receiver, word); of all 0 nothing is said.

    `since` and `until` are rounded down to the hour, or to the day where they are more than 15 days ago.
    """
    word = where.pop("word", None)
    dimensions = [name for name in by if name != "word"]
    first, end = bounds(since, until)
    chosen = [_slots(measure, span, where, dimensions) for span in spans(first, end)]
    chosen.append(_unfolded(measure, Span(Unit.MINUTE, first, end), where))
    counts: dict[Key, int] = defaultdict(int)
    for *key, words in _by_word(dimensions, chosen):
        for one, number in words.items():
            if number and word in (None, one):
                place = iter(key)
                counts[tuple(one if name == "word" else next(place) for name in by)] += number
    return dict(counts)


def series(measure: str, unit: Unit, count: int, *, until: datetime | None = None, **where: Any) -> list[Slot]:
    """So many slots, the oldest first, up to the one of `until` (now), by word: the part of it before a colon."""
    return _series((), measure, _last(unit, count, until), where)[()]


def series_by(
    name: str, measure: str, unit: Unit, count: int, *, until: datetime | None = None, **where: Any
) -> dict[int, list[Slot]]:
    """The same for each source, campaign, rule or receiver of which anything was counted, in one statement."""
    every = _series((name,), measure, _last(unit, count, until), where)
    return {key[0]: slots for key, slots in every.items() if key}


def _last(unit: Unit, count: int, until: datetime | None) -> Span:
    last = minute_of(until or timezone.now()) // unit
    return Span(unit, (last - count + 1) * unit, (last + 1) * unit)


def _series(by: tuple[str, ...], measure: str, span: Span, where: Mapping[str, Any]) -> dict[Key, list[Slot]]:
    counts: dict[Key, dict[int, dict[str, int]]] = {(): {}}
    chosen = [_slots(measure, span, where, by), _unfolded(measure, span, where)]
    for *key, slot, words in _by_word([*by, "slot"], chosen):
        told = counts.setdefault(tuple(key), {}).setdefault(slot, defaultdict(int))
        for word, number in words.items():
            if number:
                told[word.partition(":")[0]] += number
    unit, end = span.unit, span.end or 0
    starts = [(minute // unit, datetime.fromtimestamp(minute * 60, UTC)) for minute in range(span.first, end, unit)]
    return {key: [Slot(start, dict(of.get(slot, {}))) for slot, start in starts] for key, of in counts.items()}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to be summed up: SQL and its values."""

    sql: str
    values: list[Any]


def _slots(measure: str, span: Span, where: Mapping[str, Any], by: Iterable[str] = ()) -> Rows:
    """What is folded."""
    rollup = _rollup(span.unit, {*where, *by})
    slots = Span(span.unit, span.first // span.unit, None if span.end is None else span.end // span.unit)
    text, values = _filter("slot", slots, where)
    columns = "source, campaign, rule, receiver, word, slot, number"
    return Rows(
        f"SELECT {columns} FROM {TALLIES} WHERE grain = %s AND measure = %s{text}",
        [rollup.grain.value, measure, *values],
    )


def _unfolded(measure: str, span: Span, where: Mapping[str, Any]) -> Rows:
    """What is not."""
    text, values = _filter("minute", span, where)
    columns = f"source, campaign, rule, receiver, word, minute / {span.unit.value} AS slot, number"
    return Rows(f"SELECT {columns} FROM {CHANGES} WHERE measure = %s{text}", [measure, *values])


def _filter(column: str, span: Span, where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """What has to hold; of a name with several values, one of them."""
    limits = [(f"{column} >= %s", [span.first])]
    if span.end is not None:
        limits.append((f"{column} < %s", [span.end]))
    for name, value in where.items():
        values = list(value) if isinstance(value, Collection) and not isinstance(value, str) else [value]
        limits.append((f"{name} IN ({', '.join(['%s'] * len(values))})", values))
    return "".join(f" AND {text}" for text, _values in limits), [one for _text, values in limits for one in values]


def _rollup(unit: Unit, dimensions: Collection[str]) -> Rollup:
    """The first that tells all of them apart: the shortest."""
    for rollup in ROLLUPS:
        if rollup.unit is unit and set(dimensions) <= set(rollup.dimensions):
            return rollup
    raise ValueError(f"Nothing is counted by {unit.name.lower()} and {', '.join(sorted(dimensions))}.")


def _by_word(by: list[str], chosen: list[Rows]) -> Iterable[Key]:
    """The names' values, and the numbers by word."""
    names = ", ".join([*by, "word"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names}, sum(number) FROM ({' UNION ALL '.join(rows.sql for rows in chosen)}) AS chosen "
            f"GROUP BY {names}",
            [value for rows in chosen for value in rows.values],
        )
        counts: dict[Key, dict[str, int]] = defaultdict(dict)
        for *key, word, number in cursor.fetchall():
            counts[tuple(key)][word] = int(number)
    return [(*key, _with_rest(words)) for key, words in counts.items()]


def _with_rest(words: dict[str, int]) -> dict[str, int]:
    """Instead of the number of all, that of those which no other word counts."""
    told = {word: number for word, number in words.items() if not word.startswith(REST)}
    rest = {word.removeprefix(REST): number - sum(told.values()) for word, number in words.items() if word not in told}
    return {**rest, **told}
