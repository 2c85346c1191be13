"""Starting a contender: its database, its messages, its two worker processes; and ending all of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench import queues
from bench.contenders.kinds import AT_MOST_PER_SECOND, Kind, Setup
from bench.measuring import WARM_UP
from bench.receiver import Moment
from bench.run import PREFIX, WORKERS, Run

ROOT = Path(__file__).resolve().parents[2]
START = 1.5  # seconds that a worker may have worked before it is looked at


def environment(run: Run, database: str, setup: Setup, queue: str) -> dict[str, str]:
    """The contender's settings."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.contenders.settings",
        "PYTHONWARNINGS": "ignore",
        "CONTENDERS_DATABASE_URL": run.databases.url(database),
        "CONTENDERS_BROKER_URL": run.brokers.get(setup.broker) or next(iter(run.brokers.values())),
        "CONTENDERS_QUEUE": queue,
        "CONTENDERS_PREFETCH": str(setup.prefetch),
        "CONTENDERS_KEEP_CONNECTION": "1",
    }


def migrated(run: Run) -> str:
    """A database with the contenders' tables."""

    def migrate(name: str) -> None:
        values = environment(run, name, Setup(pool="solo", concurrency=1), "unused")
        python("-m", "django", "migrate", "--run-syncdb", "-v0", env=values)

    return run.databases.built("contenders", migrate)


@contextmanager
def running(run: Run, kind: Kind, setup: Setup, seconds: float) -> Iterator["Queue"]:
    """Its two workers, with more to do than they can in so many seconds."""
    count = int((seconds + WARM_UP + START) * AT_MOST_PER_SECOND[kind])
    with run.databases.copy(migrated(run)) as database:
        queue = f"{PREFIX}{kind}-{database}"
        values = environment(run, database, setup, queue)
        waiting = Queue(values["CONTENDERS_BROKER_URL"], queue, count)
        processes = []
        try:
            python("-m", "bench.contenders.fill", kind, str(count), str(run.receiver.port), env=values)
            processes = [start_worker(setup, number, values, run.log) for number in range(WORKERS)]
            yield waiting
        finally:
            end(processes)
            waiting.delete()


class Queue:
    """The messages that wait at the broker: of a task that sends nothing they alone tell how many have run."""

    def __init__(self, url: str, name: str, laid: int) -> None:
        self.url, self.name, self.laid = url, name, laid

    def moment(self) -> Moment:
        """How many messages were taken by now."""
        left = queues.waiting(self.url, self.name)
        return Moment(time.monotonic(), self.laid - left, 0)

    def delete(self) -> None:
        """With its exchange."""
        queues.delete(self.url, self.name)


def python(*arguments: str, env: dict[str, str]) -> None:
    """Run it to its end, which has to be a good one."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True, timeout=120)


def start_worker(setup: Setup, number: int, env: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """One worker, without what costs messages; what it says goes to the log."""
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
    options += ["--pool", setup.pool, "--concurrency", str(setup.concurrency), "--hostname", f"c{number}@%h"]
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "bench.contenders.celery:app", "worker", *options]
    with log.open("ab") as said:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=said, start_new_session=True)


def end(processes: "list[subprocess.Popen[bytes]]") -> None:
    """At once, with their children."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
