"""Reports become conversions: one or a thousand, by the same rules and in as many statements."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Count, Value
from django.db.models.functions import Concat

from campaigns import rows
from campaigns.models.campaign import Campaign
from campaigns.models.change import ConversionChange
from campaigns.models.click import Click
from campaigns.models.judgement import Judgement, accept, ignore, refuse
from campaigns.models.status import IGNORE, KnownStatuses
from campaigns.report import Report
from campaigns.signals import conversions_changed

if TYPE_CHECKING:
    from campaigns.models.conversion import Conversion

AT_ONCE = 1000  # reports of one transaction
# what a report can change
TAKEN = ["status", "original_status", "previous_status", "revenue", "cost"]
TAKEN += ["currency", "parameters", "network", "updated"]
FIRST = "lead"  # where a conversion begins: it never comes after anything else


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, for a moment: it would look again and again at objects that all are in use.

    A thousand reports make some ten thousand of them, and looking took a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class ConversionManager(models.Manager["Conversion"]):
    """Takes reports in."""

    def report_many(self, reports: Iterable[Report]) -> list[Judgement]:
        """Judge reports as if each had come alone, in their order; what became of each, in the same order.

        A thousand are one transaction, with their changes, decisions and postbacks: they commit together or not at
        all. What cannot be used (an unknown subid, `errors` in the report) is answered and stops none of the others.
        """
        waiting, judged = iter(reports), list[Judgement]()
        while some := list(islice(waiting, AT_ONCE)):
            with uncollected():
                judged += self._report(some)
        return judged

    @transaction.atomic(savepoint=False)
    def _report(self, reports: Sequence[Report]) -> list[Judgement]:
        intake = Intake(self.model, reports)
        judged = [intake.judge(report) for report in reports]
        intake.write()
        return judged


class Intake:
    """The reports of one transaction. Their clicks are locked: nobody else changes a conversion of these meanwhile."""

    def __init__(self, model: "type[Conversion]", reports: Sequence[Report]) -> None:
        self.model = model
        self.statuses = KnownStatuses()
        self.clicks = Click.objects.lock({report.subid for report in reports})
        self.known: dict[tuple[int, str], Conversion] = {}  # by click and tid: the same again is the same conversion
        self.numbers: Counter[tuple[int, str]] = Counter()  # how many changes of it there are
        self._look_up({report.tid for report in reports})
        self.written: dict[tuple[int, str], Conversion] = {}
        self.changes: list[ConversionChange] = []

    def _look_up(self, tids: set[str]) -> None:
        conversions = self.model.objects.filter(click__in=[click.pk for click in self.clicks.values()])
        if len(tids) == 1:
            conversions = conversions.filter(tid=min(tids))
        else:  # not by the bare column: PostgreSQL would look into the index for each pair of a click and a tid
            conversions = conversions.alias(said=Concat("tid", Value(""))).filter(said__in=tids)
        for conversion in conversions.annotate(so_far=Count("changes")):
            self.known[conversion.click_id, conversion.tid] = conversion
            self.numbers[conversion.click_id, conversion.tid] = conversion.so_far

    def judge(self, report: Report) -> Judgement:
        """What becomes of it, after all that was said before it."""
        if not report.subid:
            return refuse(report, 400, 'Incorrect subid "". Postback ignored.')
        click = self.clicks.get(report.subid)
        if click is None:
            return refuse(report, 404, f"SubID not found: {report.subid[:64]}")
        if report.errors:
            return refuse(report, 400, " ".join([*report.errors, "Postback refused."]), click)
        status, why = status_of(report, click.campaign, self.statuses)
        if not status:
            return ignore(report, click, why)
        conversion = self.known.get((click.pk, report.tid))
        if conversion and status == FIRST and conversion.status != FIRST:
            why = f"Status {status} came after {conversion.status}: nothing was changed. Postback ignored."
            return ignore(report, click, why, conversion)
        return self._take(report, status, click, conversion)

    def _take(self, report: Report, status: str, click: Click, conversion: "Conversion | None") -> Judgement:
        before = conversion.status if conversion else None
        conversion = conversion or self.model(tid=report.tid)
        conversion.click = click
        conversion.take(report, status)
        identity = click.pk, report.tid
        self.known[identity] = self.written[identity] = conversion
        if status != before:
            self.numbers[identity] += 1
            conversion.previous_status = before or ""
            self.changes.append(ConversionChange.of(conversion, self.numbers[identity]))
        return accept(report, click, conversion, before)

    def write(self) -> None:
        """All of it, and tell the news."""
        new = [conversion for conversion in self.written.values() if conversion.pk is None]
        rows.update([conversion for conversion in self.written.values() if conversion.pk is not None], TAKEN)
        rows.insert(new)
        for change in self.changes:
            change.conversion = change.conversion  # it has its id by now
        rows.insert(self.changes)
        if self.changes:
            conversions_changed.send(sender=self.model, changes=self.changes)


def status_of(report: Report, campaign: Campaign, statuses: KnownStatuses) -> tuple[str, str]:
    """Our status for the network's word, or '' and why not. The request's own lists go before the campaign's."""
    if not report.status:
        return "", "No status was given. Postback ignored."
    for words in (report.words, campaign.status_words):
        meant = statuses.first_of([status for status, said in words.items() if report.status in said])
        if meant == IGNORE:
            return "", f"Status “{report.status}” is in the list of those to ignore."
        if meant:
            return meant, ""
    if report.status in statuses:
        return report.status, ""
    advice = f"known are {', '.join(statuses.names)}. Map it on the campaign's Statuses tab."
    return "", f"Unknown status “{report.status[:80]}”; {advice} Postback ignored."
