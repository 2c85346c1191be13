"""Part "neighbour": how much longer the others wait while one receiver hangs and one refuses."""

import socket
from typing import Any

from bench.backlog import RECEIVERS
from bench.figures import milliseconds, ratio
from bench.flow import flow
from bench.run import Run

SECONDS = 12.0
HANGING, REFUSING = RECEIVERS - 1, RECEIVERS  # campaigns, and the last number of their receivers' addresses
SHARES = {HANGING: 30, REFUSING: 10}  # percent of all conversions
TO_NOBODY = "UPDATE postbacks_postbackrule SET url = replace(url, ':{port}/', ':{closed}/') WHERE id = {rule}"


def steps(_run: Run) -> int:
    """How many there are."""
    return 2


def part(run: Run) -> dict[str, Any]:
    """The same healthy traffic twice, alone and beside the sick."""
    run.quiet()
    alone = healthy(run, "without the sick", -1)
    beside = healthy(run, "beside the sick", 1)
    return {"neighbour_ms": {"alone": alone, "beside": beside}, "neighbour": ratio(beside["p99"], alone["p99"])}


def healthy(run: Run, name: str, sign: int) -> dict[str, float]:
    """Milliseconds from due to arrived, at all receivers but the two."""
    run.told(f"neighbours {name}")
    run.receiver.begin(hanging=[f"127.0.0.{HANGING}"])
    shares = [f"{sign * campaign}={percent}" for campaign, percent in SHARES.items()]
    with socket.socket() as bound:  # and not listening: who connects is refused
        bound.bind(("0.0.0.0", 0))
        closed = bound.getsockname()[1]
        rules = TO_NOBODY.format(port=run.receiver.port, closed=closed, rule=REFUSING)
        arrived = flow(run, SECONDS, *shares, rules=rules)
    return milliseconds([arrival.from_due for arrival in arrived if arrival.campaign not in SHARES])
