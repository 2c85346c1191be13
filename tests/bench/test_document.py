"""The benchmark's document has every key, and says which promises hold."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from bench.__main__ import PARTS, part_names
from bench.document import PROMISES, Promise, document
from bench.figures import figure_at, milliseconds, percentile, ratio
from bench.measuring import single
from bench.receiver import Moment
from bench.run import Run
from bench.table import markdown, rows, show, written

KEYS = {
    "versions": set(),
    "cores": set(),
    "commit": set(),
    "delivered_per_s": {
        "curl",
        "requests",
        "django_webhook",
        "celery_per_postback",
        "celery_noop",
        "bare_curl",
        "curl_50ms_one_process",
    },
    "ratios": {
        "curl_to_django_webhook",
        "curl_to_celery_noop",
        "curl_to_bare",
        "requests_to_django_webhook",
        "neighbour",
        "growth",
    },
    "save_to_wire_ms": {"p50", "p99"},
    "intake_per_s": {"url", "report_many"},
    "memory_mib": set(),
    "lost": set(),
    "doubled": set(),
}
RATES = {"curl": 6000.0, "django_webhook": 200.0, "requests": 1700.0, "celery_noop": 1500.0, "bare_curl": 24000.0}


@pytest.fixture
def run() -> Run:
    databases = SimpleNamespace(version=lambda: "15.1")
    made = SimpleNamespace(
        seconds=10,
        turns=3,
        databases=databases,
        brokers={"redis": "redis://"},
        singles=[],
        errors={"growth": "no room"},
    )
    return cast(Run, made)


@pytest.fixture
def told(run: Run) -> dict[str, Any]:
    """After a run that measured the rates and the neighbours, and lost nothing."""
    figures = {"delivered_per_s": RATES, "neighbour": 2.5, "lost": 0, "doubled": 0, "claim_plan": {"indexes": []}}
    return document(run, ["delivery"], figures)


@pytest.mark.parametrize("figures", [{}, {"delivered_per_s": RATES, "lost": 0}])
def test_every_key_is_there_whatever_was_measured(run: Run, figures: dict[str, Any]) -> None:
    made = document(run, [], figures)

    assert set(KEYS) <= set(made)
    assert all(inner <= set(made[name]) for name, inner in KEYS.items() if inner)


def test_ratios_are_those_of_the_medians(told: dict[str, Any]) -> None:
    assert told["ratios"] == {
        "curl_to_django_webhook": 30,
        "curl_to_celery_noop": 4,
        "curl_to_bare": 0.25,
        "requests_to_django_webhook": 8.5,
        "neighbour": 2.5,
        "growth": None,
        "held": None,
    }


def test_whatever_else_was_told_is_there_too(told: dict[str, Any]) -> None:
    assert told["claim_plan"] == {"indexes": []}
    assert "neighbour" not in told


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("ratios.curl_to_django_webhook", True),
        ("ratios.curl_to_celery_noop", False),
        ("ratios.neighbour", False),
        ("ratios.growth", None),
        ("lost", True),
    ],
)
def test_a_promise_holds_or_not_or_was_not_measured(told: dict[str, Any], path: str, holds: bool | None) -> None:
    [promise] = [promise for promise in PROMISES if promise.path == path]

    assert promise.holds(told) is holds


def test_the_table_says_clearly_what_does_not_hold(told: dict[str, Any]) -> None:
    by_name = {row[0]: row[1:] for row in rows(told)}

    assert by_name["libcurl to Celery's nothing"] == ("4", ">= 5", "does not hold")
    assert by_name["libcurl to django-webhook"] == ("30", ">= 20", "holds")
    assert by_name["postbacks/s, requests, two worker processes"] == ("1,700", "", "")
    assert by_name["memory of a worker, MiB, with a million queued"] == ("–", "<= 200", "not measured")


def test_every_promise_stands_in_the_table(told: dict[str, Any]) -> None:
    assert sum(bool(row[2]) for row in rows(told)) == len(PROMISES)


def test_the_terminal_shows_the_table_and_what_went_wrong(told: dict[str, Any]) -> None:
    console = Console(record=True, width=160, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        show(told, console)

    text = console.export_text()
    assert "does not hold" in text
    assert "growth was not measured: no room" in text


def test_the_page_names_what_was_measured(told: dict[str, Any]) -> None:
    assert "| lost | 0 | <= 0 | holds |" in markdown(told)
    assert "postgresql 15.1" in markdown(told)


def test_the_rate_is_that_between_two_moments() -> None:
    measured = single("curl", 1, Moment(10.0, 500, 1.0), Moment(12.0, 4500, 2.0))

    assert measured.per_s == 2000
    assert measured.receiver_cpu == 0.5
    assert measured.to_json()["name"] == "curl"


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3, 1, 2], 50, 2), ([1], 99, 1), (list(range(1, 101)), 99, 99), (list(range(1, 102)), 99, 100), ([1, 2], 0, 1)],
)
def test_percentiles(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_seconds_are_told_in_milliseconds() -> None:
    assert milliseconds([0.0011, 0.002, 0.5]) == {"p50": 2.0, "p99": 500.0, "max": 500.0, "count": 3}


@pytest.mark.parametrize(("one", "other", "expected"), [(3, 2, 1.5), (None, 2, None), (3, None, None), (3, 0, None)])
def test_a_ratio_needs_both(one: float | None, other: float | None, expected: float | None) -> None:
    assert ratio(one, other) == expected


@pytest.mark.parametrize(("path", "found"), [("a.b", 1), ("a.c", None), ("x.b", None), ("a.b.c", None)])
def test_figures_are_found_by_their_path(path: str, found: float | None) -> None:
    assert figure_at({"a": {"b": 1}}, path) == found


@pytest.mark.parametrize(
    ("figure", "text"), [(None, "–"), (0, "0"), (1234.5, "1,234"), (0.1666, "0.167"), (12.34, "12.3")]
)
def test_figures_are_written_as_a_person_reads_them(figure: float | None, text: str) -> None:
    assert written(figure) == text


def test_parts_are_chosen_by_name_and_keep_their_order() -> None:
    assert part_names("neighbour, delivery") == ["delivery", "neighbour"]
    assert part_names("") == [name for name in PARTS if name != "pages"]
    assert part_names("pages") == ["pages"]


def test_a_part_that_does_not_exist_is_named() -> None:
    with pytest.raises(Exception, match="unknown: speed; known are delivery"):
        part_names("speed")


def test_a_promise_says_what_it_asks() -> None:
    assert [str(Promise(path="x", least=2500)), str(Promise(path="x", most=0))] == [">= 2,500", "<= 0"]
