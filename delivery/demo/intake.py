"""What the networks of the history said, judged as it would have been when it came."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from campaigns import rows
from campaigns.models import Click, Conversion, ConversionChange, Judgement, ReceivedPostback
from campaigns.models.intake import status_of
from campaigns.models.judgement import accept, ignore, refuse
from campaigns.models.status import KnownStatuses
from campaigns.report import Report
from delivery.demo.traffic import Said, Visit
from delivery.models import DemoMark

NETWORK = "198.51.100.7"  # TEST-NET-2: nobody's
NOBODYS = {"subid": "nobodyknowsthissubid", "status": "sale", "payout": "12.5"}


@dataclass(slots=True)
class Books:
    """The rows that came of it, not saved yet."""

    statuses: KnownStatuses = field(default_factory=KnownStatuses)
    conversions: list[Conversion] = field(default_factory=list)
    changes: list[ConversionChange] = field(default_factory=list)
    numbers: Counter[int] = field(default_factory=Counter)  # of changes, by conversion
    received: list[ReceivedPostback] = field(default_factory=list)

    def take(self, visit: Visit) -> None:
        """All that was said of one click; every conversion of it has the same tid."""
        conversion: Conversion | None = None
        for said in visit.reports:
            conversion = self._report(said, visit.click, conversion)

    def _report(self, said: Said, click: Click, conversion: Conversion | None) -> Conversion | None:
        report = Report.read(said.query)
        status, why = status_of(report, click.campaign, self.statuses)
        before = conversion.status if conversion else None
        if not status:
            self._receive(said, report, ignore(report, click, why, conversion))
            return conversion
        if conversion is None:
            conversion = Conversion(click=click, tid=report.tid, created=said.time)
            self.conversions.append(conversion)
        conversion.take(report, status)
        if status != before:
            conversion.previous_status = before or ""
            self._note(conversion, said.time)
        self._receive(said, report, accept(report, click, conversion, before))
        return conversion

    def _note(self, conversion: Conversion, time: datetime) -> None:
        self.numbers[id(conversion)] += 1
        change = ConversionChange.of(conversion, self.numbers[id(conversion)])
        change.time = time
        self.changes.append(change)

    def _receive(self, said: Said, report: Report, judgement: Judgement) -> None:
        row = ReceivedPostback(method="GET", query=urlencode(said.query), ip=NETWORK, created=said.time)
        row.note(report, judgement)
        self.received.append(row)


def take_in(visits: Sequence[Visit], now: datetime) -> list[ConversionChange]:
    """Store clicks, conversions, changes and received postbacks with the times they had; the changes, oldest first."""
    rows.insert([visit.click for visit in visits])
    books = Books()
    for visit in visits:
        books.take(visit)
    _write(books)
    _refuse_a_stranger(now)
    return books.changes


def _write(books: Books) -> None:
    for conversion in books.conversions:
        conversion.click = conversion.click  # it has its id by now
    books.conversions.sort(key=lambda conversion: conversion.created)
    rows.insert(books.conversions)
    for change in books.changes:
        change.conversion = change.conversion
    books.changes.sort(key=lambda change: change.time)
    rows.insert(books.changes)
    for received in books.received:
        received.conversion = received.conversion
    books.received.sort(key=lambda received: received.created)
    rows.insert(books.received)


def _refuse_a_stranger(now: datetime) -> None:
    """One that belongs to nobody is there only for its mark's sake, and goes with it."""
    report = Report.read(NOBODYS)
    row = ReceivedPostback(method="GET", query=urlencode(NOBODYS), ip=NETWORK, created=now)
    row.note(report, refuse(report, 404, f"SubID not found: {report.subid}"))
    row.save()
    DemoMark.objects.mark(row)
