"""Reading a log in bounded steps: whatever is asked of its rows, only so many of them are looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Case, F, Field, Model, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

STEPS = (100, 900, 4000)  # rows that are looked at, until the page is full
LARGEST = 2**63 - 1
PROBE = 1000  # rows deep it is asked which index leads farthest


class Same(Exact):  # type: ignore[type-arg]
    """`field = value`, in words that PostgreSQL answers from the index on (field, -id).

    As an equality it would rather walk the whole log by id, wherever it believes that such rows are many: of a
    campaign that was paused a million rows ago there is none on that way.
    """

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, of_left = self.process_lhs(compiler, connection)
        right, of_right = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY[{right}])", [*of_left, *of_right]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Rows that stand together in an index, there in the order of their ids."""

    where: Any = None
    first: str = ""  # the column that stands before the id in that index


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that is asked of every row.

    Whatever meets it is among the rows of its leads; where those are exact, they hold nothing else. Without a lead no
    index knows it.
    """

    holds: Any
    leads: tuple[Lead, ...] = ()
    is_exact: bool = True
    above: int | None = None  # ids between which such rows stand
    below: int | None = None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of them that meet it."""
        return Span(above=self.above, below=self.below).cut(rows.filter(self.holds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a log: ids between these two, and from which end it is read."""

    above: int | None = None
    below: int | None = None
    upwards: bool = False

    def cut(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that stand in it."""
        rows = rows if self.above is None else rows.filter(pk__gt=self.above)
        return rows if self.below is None else rows.filter(pk__lt=self.below)

    def within(self, condition: Condition) -> "Span":
        """What both leave."""
        above = max((pk for pk in (self.above, condition.above) if pk is not None), default=None)
        below = min((pk for pk in (self.below, condition.below) if pk is not None), default=None)
        return replace(self, above=above, below=below)

    def after(self, pk: int) -> "Span":
        """What is left when everything up to this row was read."""
        return replace(self, above=pk) if self.upwards else replace(self, below=pk)

    def order(self, lead: Lead) -> list[str]:
        """As the index of the lead stands, or its reverse."""
        return [*([("-" if self.upwards else "") + lead.first] if lead.first else []), "pk" if self.upwards else "-pk"]

    def nearest(self, ids: Iterable[int]) -> int:
        """The one that is read first."""
        return min(ids) if self.upwards else max(ids)

    def sort(self, ids: Iterable[int]) -> list[int]:
        """As they are read."""
        return sorted(ids, reverse=not self.upwards)

    def reaches(self, pk: int, last: int | None) -> bool:
        """Whether this row is read no later than that one; None: everything is read."""
        return last is None or (pk <= last if self.upwards else pk >= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a bounded look has found: ids, in the order they were read."""

    ids: list[int]
    looked_at: int
    last: int | None  # everything up to this row was looked at; None: there is no more


def look(
    every: QuerySet[Any], conditions: Sequence[Condition], span: Span, wanted: int, steps: Sequence[int] = STEPS
) -> Found:
    """At least `wanted` rows that meet all conditions, if the steps lead to so many."""
    for condition in conditions:
        span = span.within(condition)
    chosen = _farthest(every, [condition for condition in conditions if condition.leads], span)
    leads = chosen.leads if chosen else (Lead(),)
    rest = [condition.holds for condition in conditions if condition is not chosen or not condition.is_exact]
    ids: list[int] = []
    looked_at, last = 0, None
    for step in steps if rest else (wanted,):
        read = [_read(every, lead, rest, span, step) for lead in leads]
        last = _last(read, span, step)
        seen = {pk: holds for rows in read for pk, holds in rows if span.reaches(pk, last)}
        ids += span.sort(pk for pk, holds in seen.items() if holds)
        looked_at += len(seen)
        if last is None or len(ids) >= wanted:
            break
        span = span.after(last)
    return Found(ids=ids, looked_at=looked_at, last=last)


def lead_by(model: type[Model], name: str, value: Any, within: Any = None) -> Lead:
    """Rows of which this field is that, from the index on (field, -id), be it a partial one."""
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    value = field.get_prep_value(field.to_python(value))
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{name} is {value}, which no database can hold.")
    same = Same(F(field.attname), value)
    return Lead(where=Q(same) & within if within else Q(same), first=field.attname)


def is_led(model: type[Model], name: str) -> bool:
    """Whether an index on (field, -id) says which rows are meant, or one on the field alone, as of few rows each."""
    if any(list(index.fields) == [name, "-id"] and index.condition is None for index in model._meta.indexes):
        return True
    fields = [field for field in model._meta.concrete_fields if field.name == name]
    return any(field.unique or getattr(field, "db_index", False) for field in fields)


def equal(model: type[Model], name: str, value: Any) -> Condition:
    """That a field, of this model or of a related one, is this value."""
    leads = (lead_by(model, name, value),) if is_led(model, name) else ()
    return Condition(holds=Q(**{name: value}), leads=leads)


def either(conditions: Sequence[Condition]) -> Condition:
    """That one of them is met, or several."""
    holds = Q()
    for condition in conditions:
        holds |= Q(condition.holds)
    leads = tuple(lead for condition in conditions for lead in condition.leads)
    return Condition(
        holds=holds,
        leads=leads if all(condition.leads for condition in conditions) else (),
        is_exact=all(condition.is_exact for condition in conditions),
    )


def _read(every: QuerySet[Any], lead: Lead, rest: Sequence[Any], span: Span, most: int) -> list[tuple[int, bool]]:
    """Ids of the lead, and of each whether it meets the rest, which the database is not asked to look for."""
    rows = span.cut(every if lead.where is None else every.filter(lead.where)).order_by(*span.order(lead))
    if not rest:
        return [(pk, True) for pk in rows.values_list("pk", flat=True)[:most]]
    asked = Q()
    for holds in rest:
        asked &= Q(holds)
    verdict = Case(When(asked, then=Value(True)), default=Value(False), output_field=BooleanField())
    return list(rows.annotate(_holds=verdict).values_list("pk", "_holds")[:most])


def _last(read: Sequence[list[tuple[int, bool]]], span: Span, step: int) -> int | None:
    """How far all leads were read; None: to their ends."""
    ends = [rows[-1][0] for rows in read if len(rows) == step]
    return span.nearest(ends) if ends else None


def _farthest(every: QuerySet[Any], led: Sequence[Condition], span: Span) -> Condition | None:
    """The condition whose rows are the fewest on this way."""
    if len(led) < 2:
        return led[0] if led else None
    reach: dict[int, int] = {}
    for place, condition in enumerate(led):
        last = _last([_read(every, lead, (), span, PROBE) for lead in condition.leads], span, PROBE)
        if last is None:
            return condition
        reach[place] = last
    return led[max(reach, key=lambda place: reach[place] if span.upwards else -reach[place])]
