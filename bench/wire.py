"""Part "wire": from a conversion's save to its postback at the receiver, at a steady pace and one at a time."""

from typing import Any

from bench import save_to_wire
from bench.figures import milliseconds
from bench.flow import RATE, flow
from bench.run import Run

SECONDS = 15.0
ONE_BY_ONE = 20  # conversions


def steps(_run: Run) -> int:
    """How many there are."""
    return 3


def part(run: Run) -> dict[str, Any]:
    """A process saves, two workers send."""
    run.quiet()
    run.told(f"{RATE} conversions a second")
    run.receiver.begin()
    steady = flow(run, SECONDS)
    return {
        "save_to_wire_ms": milliseconds([arrival.from_save for arrival in steady]),
        "idle_save_to_wire_ms": one_by_one(run),
    }


def one_by_one(run: Run) -> dict[str, Any]:
    """Single conversions, each by a request to an idle installation: `make run`, and one with servers."""
    run.told("one at a time: make run")
    told = {"embedded": save_to_wire.measure("embedded", {}, ONE_BY_ONE)}
    broker, url = next(iter(run.brokers.items()))
    run.told(f"one at a time: {broker}")
    with run.databases.scratch() as database:
        told[broker] = save_to_wire.measure(broker, {"DATABASE_URL": database, "CELERY_BROKER_URL": url}, ONE_BY_ONE)
    return told
