"""How long something took, from counts by the length of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.tallies.reading import total

# milliseconds; a time counts for the first of these that it does not exceed, which is known to a fifth of itself
LIMITS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800]
LIMITS += [1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 15_000, 20_000, 30_000, 60_000]
LIMITS += [120_000, 300_000, 600_000, 1_800_000, 3_600_000, 14_400_000, 86_400_000]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds that half, and 95 in 100, did not exceed; None: there was nothing to measure."""

    p50: float | None = None
    p95: float | None = None


def bucket(milliseconds: str) -> str:
    """SQL: the limit that this expression counts for. Without LIMIT PostgreSQL would work it out for each of them."""
    cases = " ".join(f"WHEN ms <= {limit} THEN '{limit}'" for limit in LIMITS)
    return f"(SELECT CASE {cases} ELSE '{LIMITS[-1]}' END FROM (SELECT {milliseconds} AS ms LIMIT 1) AS took)"


def percentiles(since: datetime | None = None, source: int | None = None) -> Percentiles:
    """From the moment a postback was wanted to its first attempt."""
    where: dict[str, Any] = {} if source is None else {"source": source}
    return _percentiles({int(word): number for (word,), number in total("wire", since=since, **where).items()})


def percentiles_by_source(since: datetime | None = None) -> dict[int, Percentiles]:
    """The same of every source."""
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for (source, word), number in total("wire", since=since, by=("source", "word")).items():
        counts[source][int(word)] = number
    return {source: _percentiles(numbers) for source, numbers in counts.items()}


def _percentiles(numbers: Mapping[int, int]) -> Percentiles:
    return Percentiles(percentile(numbers, 50), percentile(numbers, 95))


def percentile(numbers: Mapping[int, int], percent: float) -> float | None:
    """What so many percent did not exceed: within its bucket, as if all in there were spread evenly."""
    wanted = sum(numbers.values()) * percent / 100
    for limit in sorted(numbers):
        if 0 < wanted <= numbers[limit]:
            below = max((lower for lower in LIMITS if lower < limit), default=0)
            return below + (limit - below) * wanted / numbers[limit]
        wanted -= numbers[limit]
    return None
