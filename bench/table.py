"""The table: for the terminal, and in Markdown for the page."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.document import PROMISES
from bench.figures import figure_at

WORDS = {True: "holds", False: "does not hold", None: "not measured"}
ROWS = {
    "delivered_per_s.curl": "postbacks/s, libcurl, two worker processes",
    "delivered_per_s.requests": "postbacks/s, requests, two worker processes",
    "delivered_per_s.django_webhook": "postbacks/s, django-webhook, two worker processes",
    "delivered_per_s.celery_per_postback": "postbacks/s, one Celery task each, two worker processes",
    "delivered_per_s.celery_noop": "Celery tasks/s that do nothing, two worker processes",
    "delivered_per_s.bare_curl": "requests/s, the bare libcurl transport, two processes",
    "delivered_per_s.curl_50ms_one_process": "postbacks/s to receivers that take 50 ms, libcurl, one process",
    "ratios.curl_to_django_webhook": "libcurl to django-webhook",
    "ratios.curl_to_celery_noop": "libcurl to Celery's nothing",
    "ratios.curl_to_bare": "libcurl to the bare transport",
    "ratios.requests_to_django_webhook": "requests to django-webhook",
    "save_to_wire_ms.p50": "save to wire, median, ms, at 100 conversions/s",
    "save_to_wire_ms.p99": "save to wire, p99, ms, at 100 conversions/s",
    "ratios.neighbour": "neighbour: p99 beside the sick to p99 without them",
    "ratios.growth": "growth: throughput behind a long log to none",
    "ratios.held": "held: throughput beside a million behind a dead receiver to none",
    "intake_per_s.url": "incoming postbacks/s, two web processes",
    "intake_per_s.report_many": "conversions/s in bulk, one process",
    "memory_mib": "memory of a worker, MiB, with a million queued",
    "slowest_page_ms": "slowest page of the admin, ms, with five million rows in each log",
    "lost": "lost",
    "doubled": "doubled",
}


def rows(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """What, how much, how much it must be, and whether it is."""
    promises = {promise.path: promise for promise in PROMISES}
    told = []
    for path, words in ROWS.items():
        promise = promises.get(path)
        wanted, holds = (str(promise), WORDS[promise.holds(document)]) if promise else ("", "")
        told.append((words, written(figure_at(document, path)), wanted, holds))
    return told


def written(figure: float | None) -> str:
    """As a person reads it."""
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if figure >= 100 or figure == int(figure) else f"{figure:.3g}"


def show(document: Mapping[str, Any], console: Console) -> None:
    """On the terminal."""
    table = Table("", "figure", "must be", "", title=f"commit {document['commit']}, {document['cores']} cores")
    for row in rows(document):
        table.add_row(*row, style="red" if row[3] == "does not hold" else None)
    console.print(table)
    for part, error in document["errors"].items():
        console.print(f"{part} was not measured: {error}", style="red", markup=False)


def pages(document: Mapping[str, Any]) -> str:
    """How long each page took, for the page, the slowest first."""
    took = sorted(document["page_ms"].items(), key=lambda page: -page[1]["median"])
    lines = [f"| {name} | {times['median']:.0f} | {times['max']:.0f} |" for name, times in took]
    head = f"| with {document['page_rows']:,} rows in each log | median, ms | worst of seven, ms |"
    return "\n".join([head, "|---|---:|---:|", *lines])


def markdown(document: Mapping[str, Any]) -> str:
    """For the page, with what it was measured on."""
    lines = ["| | figure | must be | |", "|---|---:|---|---|", *(f"| {' | '.join(row)} |" for row in rows(document))]
    versions = ", ".join(f"{name} {told}" for name, told in document["versions"].items() if told)
    return "\n".join([*lines, "", f"Commit {document['commit']}, {document['cores']} cores; {versions}."])
