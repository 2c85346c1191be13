"""The product as its user starts it: real processes, each ended by the test that started it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
# rules, each for a receiver of its own, and clicks; answers with the postback key and the subids
SCENE = """
from campaigns.models import *
from postbacks.models import *
source = Source.objects.create(name="S")
campaign = Campaign.objects.create(name="C", alias="c", source=source)
for number in range(1, {rules} + 1):
    url = "http://127.0.0.%d:{port}/p?c={{subid}}&s={{status}}&n=%d" % (number, number)
    rule = PostbackRule(campaign=campaign, name=str(number), url=url, statuses=["lead", "sale"])
    rule.full_clean()
    rule.save()
from campaigns.models import Visitor
subids = [Click.objects.record(campaign, {{"external_id": "e%d" % n}}, Visitor()).subid for n in range({clicks})]
answer = [Installation.objects.current().postback_key, subids]
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *children_of(child)]
    return found


def is_alive(pid: int) -> bool:
    """Running, and not only a name waiting for its parent."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(condition, seconds: float = 30.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class Installation:
    """One data directory, database and broker, and the processes on it."""

    before: tuple[str, ...] = ()  # what every process is started by

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("POSTBACK_", "DATABASE_", "CELERY_"))
            },
            "POSTBACK_DATA_DIR": str(folder),
            "POSTBACK_BIND": f"127.0.0.1:{self.port}",
            "POSTBACK_ALLOWED_NETWORKS": "127.0.0.0/8",
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.log = folder / "processes.log"

    def start(
        self, *command: str, before: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a process in a group of its own, with settings for it alone; what it says goes to the log."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self.before, *before, PYTHON, *command],
                cwd=ROOT,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def run(self) -> "subprocess.Popen[bytes]":
        """`make run`, without make."""
        process = self.start("manage.py", "run")
        assert until(self.is_up, 60), self.log.read_text()
        return process

    def web(self) -> "subprocess.Popen[bytes]":
        """The web process of production."""
        command = ["-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--threads", "16"]
        process = self.start(*command)
        assert until(self.is_up, 60), self.log.read_text()
        return process

    def worker(self, before: tuple[str, ...] = (), **environment: str) -> "subprocess.Popen[bytes]":
        """The worker process of production."""
        name = f"w{free_port()}@%h"
        command = ["-m", "celery", "-A", "config", "worker", "--loglevel", "WARNING", "--hostname", name]
        return self.start(*command, before=before, environment=environment)

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def manage(self, *arguments: str) -> str:
        """The output of a management command that has to succeed."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str):
        """What the code leaves in `answer`."""
        program = f"import json\n{code}\nprint('=' + json.dumps(answer))"
        return json.loads(self.manage("shell", "--no-imports", "-c", program).rpartition("=")[2])

    def close(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
