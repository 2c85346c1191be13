"""A whole installation that lives through many faults: one web process, two workers, on servers of the test's own."""

import itertools
import os
import signal
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from tests.faults.servers import LEASH, PATIENCE, Server, free_port
from tests.system.processes import Installation, until

WORKERS = 2
PLACES = 32  # requests that one worker has in flight at most
SQLITE = "sqlite:///"
# The order of production (deadline < grace < lease < patience of the retries) in a hurry. The deadline is still long
# for an answer that takes milliseconds: where it is missed the receiver hung, and not the machine.
HURRY = {
    "POSTBACK_DEADLINE": "5",
    "POSTBACK_STOP_GRACE": "7",
    "POSTBACK_LEASE": "10",
    "POSTBACK_SWEEP_INTERVAL": "0.5",
    "POSTBACK_RETRY_DELAYS": "0.5,1,2,3,4,5,5,5,5,5,5,5,5,5",
    "POSTBACK_BREAKER_HOLD": "1",
    "POSTBACK_CONNECTIONS": str(PLACES),
    "POSTBACK_LOG_LEVEL": "WARNING",
}


class Worker:
    """One worker process."""

    def __init__(self, process: "subprocess.Popen[bytes]", name: str) -> None:
        self.process = process
        self.name = name

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self.send(signal.SIGKILL)
        self.process.wait(timeout=60)


class Site(Installation):
    """What it starts ends with the process that started it, too."""

    before = tuple(LEASH)

    def __init__(self, folder: Path, broker: Server | None, **environment: str) -> None:
        self.broker = broker
        self.prefix = f"faults{free_port()}-"
        brokered = {"CELERY_BROKER_URL": broker.url} if broker else {}
        super().__init__(folder, **{**HURRY, **brokered, "POSTBACK_QUEUE_PREFIX": self.prefix, **environment})
        self.database = self.environment["DATABASE_URL"]
        self.workers: list[Worker] = []
        self._names = (f"worker-{number}" for number in itertools.count(1))
        self.manage("migrate", "-v", "0")

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database, past the product; over a connection that is new, and closed behind us."""
        if self.database.startswith(SQLITE):
            with closing(sqlite3.connect(urlsplit(self.database).path, timeout=20)) as file:
                return file.execute(question.replace("%s", "?"), values).fetchall()
        with closing(psycopg2.connect(self.database, application_name="faults")) as connection:
            cursor = connection.cursor()
            cursor.execute(question, values)
            return cursor.fetchall()

    def start_worker(self, before: tuple[str, ...] = (), **environment: str) -> Worker:
        """One more; it is at work when `wait_for_workers` says so."""
        name = next(self._names)
        worker = Worker(self.worker(before, PGAPPNAME=name, **environment), name)
        self.workers.append(worker)
        return worker

    def keep_workers(self) -> Sequence[Worker]:
        """As many as there should be, all of them at work: those that live, and new ones in place of the dead."""
        while len(self.living) < WORKERS:
            self.start_worker()
        self.wait_for_workers()
        return self.living

    def wait_for_workers(self) -> None:
        """Until each has taken up its sweep, the last thing that a worker does on its way."""
        names = {worker.name for worker in self.living}
        seen = "SELECT DISTINCT application_name FROM pg_stat_activity"
        assert until(lambda: names <= {row[0] for row in self.ask(seen)}, PATIENCE), self.last_words()

    def end_workers(self) -> None:
        """For a fault that brings its own."""
        for worker in self.living:
            worker.kill()

    @property
    def living(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_alive]

    def last_words(self) -> str:
        """The end of what the processes said."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
