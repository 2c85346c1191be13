"""Parts "growth" and "memory": five million postbacks in the log, and a million that wait for a dead receiver."""

import json
import os
import statistics
from pathlib import Path
from typing import Any

from bench import backlog
from bench.delivery import workers
from bench.figures import ratio
from bench.measuring import measure
from bench.run import NotMeasured, Run

LOGGED = int(os.environ.get("BENCH_LOGGED", "5000000"))
HELD = 1_000_000
SECONDS = 5.0  # of one measurement
TURNS = 2
CLAIMED = 500  # rows of a claim
CLAIM = """
import time, uuid
from django.db import connection, transaction
from delivery.claim import claim

seen, took = [], []
def note(execute, sql, params, many, context):
    seen.append((sql, params))
    return execute(sql, params, many, context)

for turn in range(12):
    with transaction.atomic():
        begun = time.perf_counter()
        rows = claim(uuid.uuid4(), 500, {})
        took.append((time.perf_counter() - begun) * 1000)
        transaction.set_rollback(True)
with transaction.atomic():
    with connection.execute_wrapper(note):
        claim(uuid.uuid4(), 500, {})
    transaction.set_rollback(True)
plans = []
with transaction.atomic(), connection.cursor() as cursor:
    for sql, params in seen:
        if "delivery_sentpostback" in sql:
            cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)
            plans.append(cursor.fetchone()[0][0]["Plan"])
    transaction.set_rollback(True)
answer = {"rows": len(rows), "took": took[2:], "plans": json.dumps(plans).encode().hex()}  # plans are full of "="
"""


def steps(_run: Run) -> int:
    """How many there are."""
    return 2 + 3 * TURNS + 1


def memory_steps(_run: Run) -> int:
    """How many there are."""
    return 2


def part(run: Run) -> dict[str, Any]:
    """The same backlog in three databases, turn by turn: alone, behind a long log, beside a dead receiver's."""
    scenes = {"growth_none": plain(run), "growth_log": grown(run), "growth_held": held(run)}
    run.told("the claim and its plan")
    claims = {name.removeprefix("growth_"): claim(run, scene) for name, scene in scenes.items()}
    for turn in range(1, TURNS + 1):
        for name, scene in scenes.items():
            run.told(f"{name}, turn {turn}")
            run.receiver.begin()
            # no copies: the long log would take longer to copy than to measure, and there is enough for all turns
            with workers(run, scene):
                run.singles.append(measure(run, name, turn, seconds=SECONDS))
            must_have_left(run, scene)
    return {
        "logged": LOGGED,
        "growth_per_s": {name: run.median(name) for name in scenes},
        "growth": ratio(run.median("growth_log"), run.median("growth_none")),
        "held": ratio(run.median("growth_held"), run.median("growth_none")),
        "claim_ms": {name: told["ms"] for name, told in claims.items()},
        "claim_plan": claims["log"]["plan"],
    }


def memory(run: Run) -> dict[str, Any]:
    """What a worker takes after it has worked with a million queued rows, all of them due."""
    with run.databases.copy(held(run)) as database:
        run.databases.tell(database, f"UPDATE delivery_receiver SET hold_until = NULL WHERE id = {backlog.DEAD}")
        run.told("a worker's memory")
        run.receiver.begin()
        with workers(run, database) as installation:
            measure(run, "memory", 1, seconds=SECONDS)
            resident = [mebibytes(process.pid, "Rss") for process in installation.processes]
            shared_out = [mebibytes(process.pid, "Pss") for process in installation.processes]
    return {"memory_mib": max(resident), "memory_pss_mib": max(shared_out)}


def mebibytes(pid: int, what: str) -> float:
    """What the kernel counts for a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise ValueError(what)


def plain(run: Run) -> str:
    """The backlog alone."""
    return run.databases.built("plain", lambda _name: None, of=run.full())


def grown(run: Run) -> str:
    """The backlog, and five million that were sent."""

    def fill(name: str) -> None:
        run.told(f"a log of {LOGGED:,}")
        with run.databases.session(name) as cursor:
            backlog.fill_log(cursor, LOGGED, run.queued)

    return run.databases.built("grown", fill, of=run.full())


def held(run: Run) -> str:
    """The backlog, and a million behind a receiver that is held."""

    def fill(name: str) -> None:
        run.told(f"{HELD:,} for a dead receiver")
        with run.databases.session(name) as cursor:
            backlog.fill_held(cursor, HELD, run.queued)

    return run.databases.built("held", fill, of=run.full())


def claim(run: Run, database: str) -> dict[str, Any]:
    """Milliseconds of a claim of 500 rows, median of ten that are taken back, and what its plan reads."""
    with run.installation(database) as installation:
        told = installation.shell(CLAIM)
    if told["rows"] < CLAIMED:
        raise NotMeasured(f"a claim of {CLAIMED} got {told['rows']} rows: it cannot be compared")
    return {"ms": round(statistics.median(told["took"]), 2), "plan": plan_of(json.loads(bytes.fromhex(told["plans"])))}


def must_have_left(run: Run, database: str) -> None:
    """Workers that had nothing to do were not measured."""
    waiting = (
        f"SELECT EXISTS (SELECT FROM {backlog.POSTBACKS} WHERE state = 'queued' AND receiver_id <> {backlog.DEAD})"
    )
    if not run.databases.ask(database, waiting)[0][0]:
        raise NotMeasured("the backlog ran dry: more --seconds make a longer one")


def plan_of(plans: list[dict[str, Any]]) -> dict[str, Any]:
    """The indexes that are used on the queue, and whether any of it is read from end to end."""
    nodes = [node for plan in plans for node in nodes_of(plan)]
    scans = [node for node in nodes if node.get("Relation Name") == backlog.POSTBACKS and "Scan" in node["Node Type"]]
    indexes = sorted({node["Index Name"] for node in nodes if "Index Name" in node})
    return {
        "indexes": indexes,
        "uses_sent_due": "sent_due" in indexes,
        "sequential": any(node["Node Type"] == "Seq Scan" for node in scans),
    }


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan and all below it."""
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes_of(child))]
