"""One measurement: count what the receiver saw between two moments, when all is running well."""

import os
import time
from collections.abc import Callable

from bench.receiver import Moment
from bench.run import NotMeasured, Run, Single

RUNNING = 200  # requests until a contender counts as running
START = 20.0  # seconds it may take to get there
WARM_UP = 1.5  # seconds that are not counted


def measure(
    run: Run,
    name: str,
    turn: int,
    *,
    available: int | None = None,
    moment: Callable[[], Moment] | None = None,
    seconds: float | None = None,
) -> Single:
    """What is running already, for so many seconds. `available`: how many there were to send, which must not run out.

    `moment` counts what does not come to the receiver.
    """
    count = moment or run.receiver.moment
    until = time.monotonic() + START
    while count().requests < RUNNING:
        if time.monotonic() > until:
            raise NotMeasured(f"{name} did not get going within {START:g} s")
        time.sleep(0.05)
    time.sleep(WARM_UP)
    begun = count()
    time.sleep(seconds or run.seconds)
    ended = count()
    if available is not None and ended.requests >= available:
        raise NotMeasured(f"{name} had nothing left to send: {available} were too few")
    return single(name, turn, begun, ended)


def single(name: str, turn: int, begun: Moment, ended: Moment) -> Single:
    """The rate between two moments."""
    seconds = ended.at - begun.at
    return Single(
        name=name,
        turn=turn,
        per_s=(ended.requests - begun.requests) / seconds,
        receiver_cpu=(ended.cpu - begun.cpu) / seconds,
        load=os.getloadavg()[0],
    )
