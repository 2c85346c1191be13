"""Part "delivery": how many postbacks a second, beside the other ways to send them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

from bench.contenders.kinds import SETUPS, Kind, Setup
from bench.contenders.workers import running
from bench.measuring import measure
from bench.run import WORKERS, NotMeasured, Run, Single
from tests.system.processes import Installation, until

PROBE = 3.0  # seconds for each set-up that is tried
TO_THE_END = 20_000  # postbacks of the run that is looked at row by row
PATIENCE = 60.0  # seconds until those must have gone
SLOW = 0.05  # seconds
Contender = Callable[[Run, int], Single]


@contextmanager
def workers(run: Run, database: str, count: int = WORKERS, **environment: str) -> Iterator[Installation]:
    """Worker processes of the product, started as deploy/ says."""
    with run.installation(database, **environment) as installation:
        for _ in range(count):
            installation.worker()
        yield installation


def ours(name: str, transport: str, *, processes: int = WORKERS, delay: float = 0) -> Contender:
    """The product with this transport."""

    def contend(run: Run, turn: int) -> Single:
        with run.databases.copy(run.full()) as database:
            run.receiver.begin(delay=delay)
            with workers(run, database, processes, POSTBACK_TRANSPORT=transport):
                return measure(run, name, turn, available=run.queued)

    return contend


def bare(run: Run, turn: int) -> Single:
    """The transport alone."""
    run.receiver.begin()
    with run.installation("none", POSTBACK_TRANSPORT="curl", BENCH_AT_MOST=f"{run.seconds + 60}") as installation:
        for number in range(WORKERS):
            installation.start("-m", "bench.bare", str(run.receiver.port), str(number))
        return measure(run, "bare_curl", turn)


def contender(kind: Kind, chosen: dict[Kind, Setup]) -> Contender:
    """Another way, in the set-up that was chosen."""
    return lambda run, turn: contend(run, kind, chosen[kind], kind, turn, run.seconds)


def contend(run: Run, kind: Kind, setup: Setup, name: str, turn: int, seconds: float) -> Single:
    """That many seconds of it."""
    run.receiver.begin()
    with running(run, kind, setup, seconds) as queue:
        moment = queue.moment if kind is Kind.CELERY_NOOP else None
        return measure(run, name, turn, available=queue.laid, moment=moment, seconds=seconds)


def choose(run: Run) -> tuple[dict[Kind, Setup], dict[str, float]]:
    """The set-up of each contender, and what those did that were tried for a moment: all of them, if asked for."""
    chosen = {kind: setups[0] for kind, setups in SETUPS.items()}
    tried: dict[str, float] = {}
    if not run.probe:
        return chosen, tried
    for kind, setups in SETUPS.items():
        rates = {}
        for setup in setups:
            run.told(f"{kind}: {setup}")
            with run.may_fail(f"{kind}: {setup}"):
                rates[setup] = contend(run, kind, setup, kind, 0, PROBE).per_s
                tried[f"{kind}: {setup}"] = round(rates[setup], 1)
        chosen[kind] = max(setups, key=lambda setup: rates.get(setup, 0.0))
    return chosen, tried


def steps(run: Run) -> int:
    """How many there are."""
    return 2 + (sum(len(setups) for setups in SETUPS.values()) if run.probe else 0) + 7 * run.turns + 1


def part(run: Run) -> dict[str, Any]:
    """All contenders, turn by turn, so that a busy moment of the machine does not meet one of them alone."""
    run.full()
    chosen, tried = choose(run)
    contenders: dict[str, Contender] = {
        "curl": ours("curl", "curl"),
        "django_webhook": contender(Kind.DJANGO_WEBHOOK, chosen),
        "requests": ours("requests", "requests"),
        "celery_noop": contender(Kind.CELERY_NOOP, chosen),
        "bare_curl": bare,
        "celery_per_postback": contender(Kind.CELERY_PER_POSTBACK, chosen),
        "curl_50ms_one_process": ours("curl_50ms_one_process", "curl", processes=1, delay=SLOW),
    }
    for turn in range(1, run.turns + 1):
        for name, measured in contenders.items():
            run.told(f"{name}, turn {turn}")
            with run.may_fail(f"{name}, turn {turn}"):
                run.singles.append(measured(run, turn))
    return {
        "delivered_per_s": {name: run.median(name) for name in contenders},
        "setups": {kind: str(setup) for kind, setup in chosen.items()},
        "tried_per_s": tried,
        **to_the_end(run),
    }


def to_the_end(run: Run) -> dict[str, Any]:
    """Let a backlog run dry, and compare the receiver's keys with the table's rows, one by one."""
    run.told("nothing lost, nothing doubled")
    run.receiver.begin()
    with run.databases.copy(run.full()) as database:
        run.keep(database, TO_THE_END)
        with workers(run, database, POSTBACK_TRANSPORT="curl"):
            recorded = "SELECT count(*) FROM delivery_sentpostback WHERE state = 'sent'"
            if not until(lambda: run.databases.ask(database, recorded)[0][0] == TO_THE_END, PATIENCE):
                raise NotMeasured(f"{TO_THE_END:,} postbacks were not sent and recorded within {PATIENCE:g} s")
        attempts = run.databases.ask(database, "SELECT count(*) FROM delivery_attempt")[0][0]
        missing = keys(run, database) - set(run.receiver.first_came())
        return {"lost": len(missing), "doubled": run.receiver.repeated(), "attempts_missing": TO_THE_END - attempts}


def keys(run: Run, database: str) -> set[str]:
    """The idempotency key of every postback in the table."""
    [(installation,)] = run.databases.ask(database, "SELECT uuid::text FROM campaigns_installation")
    rows = run.databases.ask(database, "SELECT task_key FROM delivery_sentpostback")
    return {str(uuid5(UUID(installation), task_key)) for (task_key,) in rows}
