"""The document: what was measured, on what, and which of the promises hold."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.figures import figure_at, ratio
from bench.run import Run
from tests.system.processes import ROOT

PACKAGES = ["django", "celery", "kombu", "requests", "urllib3", "pycurl", "gunicorn", "psycopg2-binary"]
PACKAGES += ["django-webhook"]
DELIVERED = ["curl", "requests", "django_webhook", "celery_per_postback", "celery_noop", "bare_curl"]
DELIVERED += ["curl_50ms_one_process"]
RATIOS = {
    "curl_to_django_webhook": ("curl", "django_webhook"),
    "curl_to_celery_noop": ("curl", "celery_noop"),
    "curl_to_bare": ("curl", "bare_curl"),
    "requests_to_django_webhook": ("requests", "django_webhook"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A figure that must be at least, or at most, so much."""

    path: str
    least: float | None = None
    most: float | None = None

    def holds(self, document: Mapping[str, Any]) -> bool | None:
        """None: it was not measured."""
        figure = self.figure(document)
        if figure is None:
            return None
        return (self.least is None or figure >= self.least) and (self.most is None or figure <= self.most)

    def figure(self, document: Mapping[str, Any]) -> float | None:
        """What was measured."""
        return figure_at(document, self.path)

    def __str__(self) -> str:
        return f">= {self.least:,.6g}" if self.least is not None else f"<= {self.most:,.6g}"


PROMISES = [
    Promise(path="ratios.curl_to_django_webhook", least=20),
    Promise(path="ratios.curl_to_celery_noop", least=5),
    Promise(path="ratios.curl_to_bare", least=round(1 / 6, 3)),
    Promise(path="ratios.requests_to_django_webhook", least=8),
    Promise(path="delivered_per_s.curl_50ms_one_process", least=2500),
    Promise(path="save_to_wire_ms.p99", most=100),
    Promise(path="ratios.neighbour", most=2),
    Promise(path="ratios.growth", least=0.9),
    Promise(path="ratios.held", least=0.9),
    Promise(path="intake_per_s.report_many", least=5000),
    Promise(path="memory_mib", most=200),
    Promise(path="slowest_page_ms", most=100),
    Promise(path="lost", most=0),
    Promise(path="doubled", most=0),
]


def document(run: Run, parts: list[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """All keys, whatever was measured: what was not is null."""
    rates = told.get("delivered_per_s", {})
    delivered = {name: rates.get(name) for name in DELIVERED}
    ratios = {name: ratio(delivered[one], delivered[other]) for name, (one, other) in RATIOS.items()}
    beside = {name: told.get(name) for name in ("neighbour", "growth", "held")}
    return {
        "versions": versions(run),
        "cores": os.cpu_count(),
        "commit": commit(),
        "parts": parts,
        "errors": run.errors,
        "seconds": run.seconds,
        "turns": run.turns,
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "delivered_per_s": delivered,
        "ratios": ratios | beside,
        "save_to_wire_ms": told.get("save_to_wire_ms", {"p50": None, "p99": None}),
        "intake_per_s": told.get("intake_per_s", {"url": None, "report_many": None}),
        "memory_mib": told.get("memory_mib"),
        "slowest_page_ms": told.get("slowest_page_ms"),
        "lost": told.get("lost"),
        "doubled": told.get("doubled"),
        **{name: figure for name, figure in told.items() if name not in PLACED},
        "singles": [single.to_json() for single in run.singles],
    }


PLACED = {"delivered_per_s", "neighbour", "growth", "held", "save_to_wire_ms", "intake_per_s", "memory_mib"} | {
    "slowest_page_ms",
    "lost",
    "doubled",
}


def versions(run: Run) -> dict[str, str | None]:
    """Of all that has a part in the figures."""
    servers = {"python": platform.python_version(), "postgresql": run.databases.version()}
    return servers | {"brokers": ", ".join(run.brokers)} | {name: installed(name) for name in PACKAGES}


def installed(package: str) -> str | None:
    """None: it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def commit() -> str | None:
    """What was measured; None outside of a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
