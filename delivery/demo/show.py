"""The demonstration itself: visitors click, the network reports, and we watch the log."""

import time
from collections import Counter
from dataclasses import dataclass

import requests
from django.db.models import QuerySet
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from campaigns.models import ConversionChange, Installation
from delivery.demo.receiver import DemoReceiver
from delivery.demo.scene import Visit, visits
from delivery.explain import Explanation, Line, Outcome, explain
from delivery.models import FINISHED, SentPostback, State

WAIT = 60  # seconds until what is not sent by then is taken for lost
WIDTH = 150  # characters; a URL is long
COLOURS = {
    Outcome.SENT: "green",
    Outcome.UNKNOWN: "magenta",
    Outcome.QUEUED: "yellow",
    Outcome.FAILED: "red",
    Outcome.NOT_SENT: "dim",
}


@dataclass(frozen=True, slots=True)
class Reported:
    """A click, and how the server answered to what the network said of it."""

    subid: str
    answers: list[tuple[int, str]]

    @property
    def is_fine(self) -> bool:
        """Whether everything was taken."""
        return all(code == 200 for code, _text in self.answers)


def report_all(server: str, progress: Progress) -> list[Reported]:
    """Click every link as a visitor, and report as the network does."""
    path = Installation.objects.current().postback_key
    shown = progress.add_task("clicks and conversions", total=len(visits()))
    reported = []
    for visit in visits():
        reported.append(_report(server, f"{server}/{path}/postback", visit))
        progress.advance(shown)
    return reported


def _report(server: str, postback_url: str, visit: Visit) -> Reported:
    subid = requests.get(f"{server}/c/{visit.alias}", params=visit.query, timeout=10).text
    answers = []
    for report in visit.reports:
        answer = requests.get(postback_url, params={"subid": subid, **report}, timeout=30)
        answers.append((answer.status_code, answer.text))
    return Reported(subid, answers)


def wait_until_finished(subids: list[str], progress: Progress) -> None:
    """Watch the log until nothing is queued any more, or the patience is at its end."""
    rows = _rows(subids)
    shown = progress.add_task("postbacks", total=rows.count())
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        finished = rows.filter(state__in=FINISHED).count()
        progress.update(shown, completed=finished)
        if finished == rows.count():
            return
        time.sleep(0.1)


def _rows(subids: list[str]) -> QuerySet[SentPostback]:
    return SentPostback.objects.filter(subid__in=subids)


def show(console: Console, reported: list[Reported]) -> None:
    """The table: conversion, rule, what was requested, what was answered, and why not."""
    table = Table(title="What became of it", box=SIMPLE_HEAD, width=max(console.width, WIDTH))
    for heading, ratio in (("Conversion", 3), ("Rule", 2), ("Requested", 7), ("Answered, or why not", 4)):
        table.add_column(heading, overflow="fold", ratio=ratio)
    for one in reported:
        _add_rows(table, explain(one.subid))
        table.add_section()
    console.print(table, crop=False)


def _add_rows(table: Table, explanation: Explanation) -> None:
    for section in explanation.sections:
        conversion = f"{explanation.subid} {section.title.partition(',')[0]}"
        for line in section.lines:
            table.add_row(conversion, escape(line.rule), escape(_requested(line)), _outcome(line))
            conversion = ""


def _requested(line: Line) -> str:
    """Method and path; the host is the demonstration's own receiver."""
    postback = SentPostback.objects.filter(pk=line.postback).first()
    if postback is None or line.outcome is Outcome.NOT_SENT:
        return ""
    return f"{postback.method} /{(postback.url or postback.url_template).split('/', 3)[-1]}"


def _outcome(line: Line) -> str:
    return f"[{COLOURS[line.outcome]}]{escape(line.text)}[/]"


def went_wrong(reported: list[Reported], receiver: DemoReceiver) -> list[str]:
    """What did not go as it should; nothing: all did."""
    subids = [one.subid for one in reported]
    wrong = [f"{one.subid} was answered {one.answers}" for one in reported if not one.is_fine]
    states = Counter(_rows(subids).values_list("state", flat=True))
    if set(states) - {State.SENT}:
        wrong.append(f"not all was sent: {dict(states)}")
    times = Counter(arrived.key for arrived in receiver.arrived)
    if len(times) != states[State.SENT]:
        wrong.append(f"{states[State.SENT]} are logged as sent, {len(times)} arrived")
    if doubled := sum(count - 1 for count in times.values()):
        wrong.append(f"{doubled} arrived twice")
    undecided = ConversionChange.objects.filter(conversion__click__subid__in=subids, decision__isnull=True).count()
    if undecided:
        wrong.append(f"{undecided} changes have no decision")
    return wrong
