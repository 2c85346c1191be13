"""One run of the benchmark: the servers, the receiver, the databases, and how long and how often is measured."""

import os
import statistics
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench import backlog, queues
from bench.databases import Databases
from bench.receiver import Receiver
from tests.services import PORTS, SERVICES, answers
from tests.system.processes import Installation

PREFIX = f"bench-{os.getpid()}-"  # of everything at the brokers
WORKERS = 2
AT_MOST_PER_SECOND = 12_000  # what a backlog is made for


class NotMeasured(Exception):  # noqa: N818 - an outcome, not a mistake
    """Why there is no figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One measurement."""

    name: str
    turn: int
    per_s: float
    receiver_cpu: float  # of a core: near 1 the receiver would be the bottleneck
    load: float  # the machine's load average at its end

    def to_json(self) -> dict[str, Any]:
        """As it stands in the document."""
        figures = {"per_s": self.per_s, "receiver_cpu": self.receiver_cpu, "load": self.load}
        return {"name": self.name, "turn": self.turn} | {name: round(told, 2) for name, told in figures.items()}


@dataclass(slots=True)
class Run:
    """What every part works with."""

    seconds: float  # of one measurement
    turns: int  # of each contender
    told: Callable[[str], None]  # called with the name of each step before it is taken
    probe: bool = False  # whether the set-ups of the others are tried anew
    brokers: dict[str, str] = field(default_factory=dict)  # URLs by kind
    singles: list[Single] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)  # what could not be measured, and why
    receiver: Receiver = field(init=False)
    databases: Databases = field(init=False)
    folder: tempfile.TemporaryDirectory[str] = field(init=False)

    def __enter__(self) -> Self:
        self.brokers = self.brokers or found_brokers()
        self.databases = Databases(SERVICES["postgresql"])
        self.folder = tempfile.TemporaryDirectory(prefix="postbacks-bench-")
        self.receiver = Receiver()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.receiver.close()
        self.databases.close()
        for url in self.brokers.values():
            queues.delete(url, f"{PREFIX}send", f"{PREFIX}sweep")
        self.folder.cleanup()

    @property
    def log(self) -> Path:
        """What the processes of the others say."""
        return Path(self.folder.name) / "contenders.log"

    @property
    def queued(self) -> int:
        """How many a full backlog has beside the pattern: no measurement runs it dry."""
        return int(AT_MOST_PER_SECOND * (self.seconds + 4))

    @contextmanager
    def may_fail(self, name: str) -> Iterator[None]:
        """What cannot be measured is noted, and costs the others nothing."""
        try:
            yield
        except Exception as error:  # whatever it is: minutes of figures must not be lost to it, and it is told
            self.errors[name] = f"{type(error).__name__}: {error}"

    def median(self, name: str) -> float | None:
        """Of its measurements; None: there is none."""
        rates = [single.per_s for single in self.singles if single.name == name]
        return round(statistics.median(rates), 1) if rates else None

    @contextmanager
    def installation(self, database: str, **environment: str) -> Iterator[Installation]:
        """The product on this database and on a real broker, as the units in deploy/ start it."""
        folder = Path(self.folder.name) / uuid.uuid4().hex[:8]
        folder.mkdir()
        environment = {"CELERY_BROKER_URL": next(iter(self.brokers.values())), **environment}
        installation = Installation(
            folder, DATABASE_URL=self.databases.url(database), POSTBACK_QUEUE_PREFIX=PREFIX, **environment
        )
        try:
            yield installation
        finally:
            installation.close()

    # ---- databases that several parts begin with

    def pattern(self) -> str:
        """Migrated, with one campaign, rule, click, conversion and postback for each receiver."""
        return self.databases.built("pattern", self._lay_pattern)

    def full(self) -> str:
        """With a backlog over all receivers."""
        return self.databases.built("full", self._fill_queue, of=self.pattern())

    def quiet(self) -> str:
        """With clicks, and nothing to send."""
        return self.databases.built("quiet", self._empty_queue, of=self.full())

    def _lay_pattern(self, name: str) -> None:
        self.told("a database to begin with")
        with self.installation(name) as installation:
            installation.manage("migrate", "-v", "0")
            code = backlog.PATTERN.format(receivers=backlog.RECEIVERS, port=self.receiver.port, dead=backlog.DEAD)
            installation.shell(code)

    def _fill_queue(self, name: str) -> None:
        self.told(f"a backlog of {self.queued:,}")
        with self.databases.session(name) as cursor:
            backlog.fill_queue(cursor, self.queued)

    def keep(self, name: str, count: int) -> None:
        """Of its backlog so many, and nothing else."""
        with self.databases.session(name) as cursor:
            backlog.leave(cursor, count)

    def _empty_queue(self, name: str) -> None:
        self.keep(name, 0)


def found_brokers() -> dict[str, str]:
    """Those that answer, RabbitMQ first; BENCH_BROKER names the only one wanted."""
    wanted = os.environ.get("BENCH_BROKER", "rabbitmq,redis").split(",")
    brokers = {kind: SERVICES[kind] for kind in wanted if answers(SERVICES[kind], PORTS[kind])}
    if not answers(SERVICES["postgresql"], PORTS["postgresql"]):
        raise SystemExit("PostgreSQL does not answer: nothing can be measured.")
    if not brokers:
        raise SystemExit("Neither RabbitMQ nor Redis answers: nothing can be measured.")
    return brokers
