"""How long from a conversion's save to the postback at its receiver, on an idle machine.

The clock starts when the conversion is made, before its transaction has written anything, and stops when the receiver
has read the request: commit, nudge, claim, render and the way over loopback are in it. Beside it the whole way from the
network's request. Both are the same machine's clock. One JSON line for each installation that this machine can run.
"""

import json
import os
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

from tests.services import PORTS, SERVICES, answers
from tests.system.processes import SCENE, Installation
from tests.system.receiver import Receiver

SAVED = """
from campaigns.models import *
answer = {saved.click.subid: saved.created.timestamp() for saved in Conversion.objects.select_related("click")}
"""
CONVERSIONS = 200
PAUSE = 0.1, 0.4  # seconds between two conversions: each meets an idle or a just idle worker
DATABASE_URL = urlunsplit(urlsplit(SERVICES["postgresql"])._replace(path="/postbacks_bench"))
WARM_UP = 10  # first ones, not counted


@contextmanager
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL server."""
    connection = psycopg2.connect(SERVICES["postgresql"])
    connection.autocommit = True
    connection.cursor().execute("DROP DATABASE IF EXISTS postbacks_bench WITH (FORCE)")
    connection.cursor().execute("CREATE DATABASE postbacks_bench")
    yield DATABASE_URL
    connection.cursor().execute("DROP DATABASE postbacks_bench WITH (FORCE)")
    connection.close()


def measure(broker: str, environment: dict[str, str], conversions: int = CONVERSIONS) -> dict[str, object]:
    """Milliseconds from report to receiver, for so many conversions one at a time."""
    with tempfile.TemporaryDirectory() as folder, Receiver() as receiver:
        installation = Installation(Path(folder), POSTBACK_QUEUE_PREFIX=f"bench-{os.getpid()}-", **environment)
        try:
            installation.manage("migrate", "-v", "0")
            program = SCENE.format(rules=1, clicks=conversions + WARM_UP, port=receiver.port)
            key, subids = installation.shell(program)
            if environment:
                installation.web()
                installation.worker()
            else:
                installation.run()
            url = f"{installation.url}/{key}/postback"
            started = {subid: report(url, subid, receiver) for subid in subids}
            saved: dict[str, float] = installation.shell(SAVED)
        finally:
            installation.close()
    arrived = {subid: came for subid in subids for path, came in receiver.first_came.items() if subid in path}
    counted = subids[WARM_UP:]
    return {
        "broker": broker,
        "conversions": len(counted),
        "save_to_wire_ms": summary([arrived[subid] - saved[subid] for subid in counted]),
        "report_to_wire_ms": summary([arrived[subid] - started[subid] for subid in counted]),
    }


def report(url: str, subid: str, receiver: Receiver) -> float:
    """When the network reported it, in seconds since 1970; back when the postback has arrived."""
    time.sleep(random.uniform(*PAUSE))
    before, started = receiver.arrived.total(), time.time()
    requests.get(url, params={"subid": subid, "status": "sale"}, timeout=10).raise_for_status()
    if not receiver.wait_for_flight(before + 1, 30):
        raise SystemExit(f"The postback of {subid} did not arrive.")
    return started


def summary(took: list[float]) -> dict[str, float]:
    """Median, 99th percentile and worst, in milliseconds."""
    cuts = statistics.quantiles(took, n=100)
    figures = {"p50": cuts[49], "p99": cuts[98], "max": max(took)}
    return {name: round(seconds * 1000, 1) for name, seconds in figures.items()}


def main() -> int:
    """All that this machine can run."""
    print(json.dumps(measure("embedded", {})), flush=True)
    if not answers(SERVICES["postgresql"], PORTS["postgresql"]):
        print("PostgreSQL does not answer: RabbitMQ and Redis are not measured.", file=sys.stderr)
        return 0
    for broker in ("rabbitmq", "redis"):
        if answers(SERVICES[broker], PORTS[broker]):
            with database() as url:
                told = measure(broker, {"DATABASE_URL": url, "CELERY_BROKER_URL": SERVICES[broker]})
                print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
