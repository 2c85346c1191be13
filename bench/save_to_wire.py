"""How long from a network's report to the postback at its receiver, on an idle machine.

The clock starts before the incoming postback is sent and stops when the S2S postback is read: intake, commit, nudge,
claim, render and the way over loopback are all in it. One JSON line for each installation that this machine can run.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import requests
from rich.progress import track

from tests.services import PORTS, SERVICES, answers
from tests.system.processes import SCENE, Installation
from tests.system.receiver import Receiver

CONVERSIONS = 200
PAUSE = 0.1, 0.4  # seconds between two conversions: each meets an idle or a just idle worker
WARM_UP = 10  # first ones, not counted


@contextmanager
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL server."""
    connection = psycopg2.connect(SERVICES["postgresql"])
    connection.autocommit = True
    connection.cursor().execute("DROP DATABASE IF EXISTS postbacks_bench WITH (FORCE)")
    connection.cursor().execute("CREATE DATABASE postbacks_bench")
    yield urlunsplit(urlsplit(SERVICES["postgresql"])._replace(path="/postbacks_bench"))
    connection.cursor().execute("DROP DATABASE postbacks_bench WITH (FORCE)")
    connection.close()


def measure(broker: str, environment: dict[str, str]) -> dict[str, object]:
    """Milliseconds from report to receiver, for conversions one at a time."""
    with tempfile.TemporaryDirectory() as folder, Receiver() as receiver:
        installation = Installation(Path(folder), POSTBACK_QUEUE_PREFIX="bench-", **environment)
        try:
            installation.manage("migrate", "-v", "0")
            program = SCENE.format(rules=1, clicks=CONVERSIONS + WARM_UP, port=receiver.port)
            key, subids = installation.shell(program)
            if environment:
                installation.web()
                installation.worker()
            else:
                installation.run()
            url = f"{installation.url}/{key}/postback"
            took = [report(url, subid, receiver) for subid in track(subids, description=f"{broker:10}")]
        finally:
            installation.close()
    return summary(broker, took[WARM_UP:])


def report(url: str, subid: str, receiver: Receiver) -> float:
    """Milliseconds until this conversion's postback has been read."""
    time.sleep(random.uniform(*PAUSE))
    before, started = receiver.arrived.total(), time.perf_counter()
    requests.get(url, params={"subid": subid, "status": "sale"}, timeout=10).raise_for_status()
    if not receiver.wait_for_flight(before + 1, 30):
        raise SystemExit(f"The postback of {subid} did not arrive.")
    return (time.perf_counter() - started) * 1000


def summary(broker: str, took: list[float]) -> dict[str, object]:
    """Median, 99th percentile and worst, in milliseconds."""
    cuts = statistics.quantiles(took, n=100)
    figures = {"p50": cuts[49], "p99": cuts[98], "max": max(took)}
    return {"broker": broker, "conversions": len(took)} | {name: round(value, 1) for name, value in figures.items()}


def main() -> int:
    """All that this machine can run."""
    print(json.dumps({"save_to_wire_ms": measure("embedded", {})}), flush=True)
    if not answers(SERVICES["postgresql"], PORTS["postgresql"]):
        print("PostgreSQL does not answer: RabbitMQ and Redis are not measured.", file=sys.stderr)
        return 0
    for broker in ("rabbitmq", "redis"):
        if answers(SERVICES[broker], PORTS[broker]):
            with database() as url:
                told = measure(broker, {"DATABASE_URL": url, "CELERY_BROKER_URL": SERVICES[broker]})
                print(json.dumps({"save_to_wire_ms": told}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
