"""Arithmetic on what was measured."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of them do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and worst."""
    figures = {"p50": percentile(seconds, 50), "p99": percentile(seconds, 99), "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in figures.items()} | {"count": len(seconds)}


def ratio(one: float | None, other: float | None) -> float | None:
    """None where one of them was not measured."""
    return round(one / other, 3) if one is not None and other else None


def figure_at(document: Mapping[str, Any], path: str) -> float | None:
    """What stands at `a.b` in a document; None where nothing does."""
    found: Any = document
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    figure: float | None = found
    return figure
