"""The figures of the overview. All come from the tallies: no row is counted, however many there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import Source
from campaigns.tallies import Percentiles, Slot, Unit, percentiles, percentiles_by_source, series, total
from delivery.models import Kind, State

FAILED = "failed:"  # how the words of a failure begin
SOURCES = 12  # that the table shows
FAILURES = 6
HOURS = 24  # of which most figures are


class Span(models.TextChoices):
    """What a bar of the charts stands for."""

    MINUTE = "minute", _("Minutes")
    HOUR = "hour", _("Hours")
    DAY = "day", _("Days")

    @property
    def unit(self) -> Unit:
        """Of the tallies."""
        return Unit[self.name]

    @property
    def bars(self) -> int:
        """How many bars."""
        return {Span.MINUTE: 60, Span.HOUR: HOURS, Span.DAY: 30}[self]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many postbacks are how far."""

    by_word: Mapping[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """The receivers have them."""
        return self.by_word.get(State.SENT, 0)

    @property
    def failed(self) -> int:
        """For whatever reason."""
        return sum(number for word, number in self.by_word.items() if word.partition(":")[0] == State.FAILED)

    @property
    def unknown(self) -> int:
        """For a person to settle."""
        return self.by_word.get(State.UNKNOWN, 0)

    @property
    def waiting(self) -> int:
        """Queued, or being sent."""
        return self.by_word.get("waiting", 0)

    @property
    def all(self) -> int:
        """Those that were cancelled too."""
        return sum(self.by_word.values())

    @property
    def success(self) -> float | None:
        """Percent of those that ended; None: none has."""
        ended = self.sent + self.failed + self.unknown
        return 100 * self.sent / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How it goes with one source."""

    pk: int
    name: str
    conversions: int
    postbacks: Outcomes
    wire: Percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """So many failed at one receiver for one reason; the word is the tallies'."""

    word: str
    receiver: int
    number: int


class Figures:
    """As of now."""

    def __init__(self, span: Span = Span.HOUR) -> None:
        self.span = span
        self.since = _whole_hour(timezone.now()) - timedelta(hours=HOURS - 1)

    @cached_property
    def conversions(self) -> list[Slot]:
        """For the chart."""
        return series("conversion", self.span.unit, self.span.bars)

    @cached_property
    def postbacks(self) -> list[Slot]:
        """For the chart."""
        return series(Kind.POSTBACK, self.span.unit, self.span.bars)

    @cached_property
    def last_hour(self) -> Outcomes:
        """The postbacks of the last sixty minutes."""
        is_shown = self.span is Span.MINUTE
        return Outcomes(_summed(self.postbacks if is_shown else series(Kind.POSTBACK, Unit.MINUTE, 60)))

    @cached_property
    def last_hour_conversions(self) -> int:
        """Those of the last sixty minutes."""
        is_shown = self.span is Span.MINUTE
        return _summed(self.conversions if is_shown else series("conversion", Unit.MINUTE, 60)).total()

    @cached_property
    def wire(self) -> Percentiles:
        """From saved to the wire, whatever the source."""
        return percentiles(self.since)

    @cached_property
    def by_source(self) -> list[SourceRow]:
        """Those with most conversions and postbacks first."""
        conversions = {
            source: number for (source,), number in total("conversion", since=self.since, by=("source",)).items()
        }
        wire = percentiles_by_source(self.since)
        ids = conversions.keys() | self._outcomes_by_source.keys() | wire.keys()
        names = dict(Source.objects.filter(pk__in=ids).values_list("pk", "name"))
        rows = [
            SourceRow(
                pk=pk,
                name=names.get(pk, ""),
                conversions=conversions.get(pk, 0),
                postbacks=self._outcomes_by_source.get(pk, Outcomes()),
                wire=wire.get(pk, Percentiles()),
            )
            for pk in ids
        ]
        return sorted(rows, key=lambda row: (-row.conversions - row.postbacks.all, row.name))

    @cached_property
    def last_day(self) -> Outcomes:
        """The postbacks of the last 24 hours, this one included."""
        return _merged(self._outcomes_by_source.values())

    @property
    def last_day_conversions(self) -> int:
        """Those of the last 24 hours, this one included."""
        return sum(row.conversions for row in self.by_source)

    @cached_property
    def by_receiver(self) -> dict[int, Outcomes]:
        """The postbacks of the last 24 hours to each; 0: those without one."""
        return _grouped(total(Kind.POSTBACK, since=self.since, by=("receiver", "word")))

    @property
    def failures(self) -> list[Failure]:
        """The most frequent."""
        found = [
            Failure(word=word, receiver=receiver, number=number)
            for receiver, outcomes in self.by_receiver.items()
            for word, number in outcomes.by_word.items()
            if word.startswith(FAILED)
        ]
        return sorted(found, key=lambda failure: (-failure.number, failure.word, failure.receiver))[:FAILURES]

    @cached_property
    def _outcomes_by_source(self) -> dict[int, Outcomes]:
        return _grouped(total(Kind.POSTBACK, since=self.since, by=("source", "word")))


def _grouped(counts: Mapping[tuple[int, str], int]) -> dict[int, Outcomes]:
    words: dict[int, dict[str, int]] = {}
    for (pk, word), number in counts.items():
        words.setdefault(pk, {})[word] = number
    return {pk: Outcomes(by_word) for pk, by_word in words.items()}


def _merged(some: Iterable[Outcomes]) -> Outcomes:
    numbers: Counter[str] = Counter()
    for outcomes in some:
        numbers.update(outcomes.by_word)
    return Outcomes(numbers)


def _summed(slots: Iterable[Slot]) -> Counter[str]:
    numbers: Counter[str] = Counter()
    for slot in slots:
        numbers.update(slot.counts)
    return numbers


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
