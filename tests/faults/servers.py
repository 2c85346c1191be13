"""The servers that get broken: the test's own, on free ports of loopback, in folders of their own.

Each is started on a leash: the kernel kills it when the process that started it is gone, however that ended.
"""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import amqp
import psycopg2
import pytest
import redis

from tests.services import STRICT
from tests.system.processes import until

LEASH = ["setpriv", "--pdeathsig", "KILL"]
PATIENCE = 120.0  # seconds for a server to start on a machine that has much else to do


def find(name: str, *folders: str) -> str:
    """The program's path; without it the test is skipped with its reason, or fails where services are required."""
    for folder in folders:
        if found := sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}")):
            return str(found[-1])
    if on_path := shutil.which(name):
        return on_path
    reason = f"the program {name} is not installed"
    if STRICT:
        pytest.fail(f"{reason}, and REQUIRE_SERVICES=1")
    pytest.skip(reason)


def free_port() -> int:
    """A port below those that the kernel gives to outgoing connections: it must still be free after a restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """A server process that can be killed, frozen and emptied."""

    name = ""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postbacks-faults-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = self.folder / "server.log"
        self.queues: list[str] = []  # of ours, where it is a broker

    @property
    def url(self) -> str:
        """How clients reach it."""
        raise NotImplementedError

    def command(self) -> Sequence[str]:
        """What starts it."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """What it is told besides."""
        return dict(os.environ)

    def answers(self) -> bool:
        """Whether a client is served."""
        raise NotImplementedError

    def empty(self) -> None:
        """Throw away all that it holds."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, the first time or again, and wait until it serves."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*LEASH, *self.command()],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert until(self.answers, PATIENCE), self.log.read_text()[-3000:]

    def send(self, number: signal.Signals) -> None:
        """To it and to all that it started in its group."""
        assert self.process
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self.send(signal.SIGKILL)
        self.wait()

    def freeze(self) -> None:
        """Stop it without a word: its connections stay open, and nothing answers."""
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self.send(signal.SIGCONT)

    def wait(self) -> None:
        """Until it is gone."""
        assert self.process
        self.process.wait(timeout=60)

    def close(self) -> None:
        """End it, in whatever state it is, and leave nothing behind."""
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql(Server):
    """With fsync, as in production. Started by root it runs as the user postgres, for it refuses root."""

    name = "postgresql"

    def __init__(self) -> None:
        self.initdb = find("initdb", "/usr/lib/postgresql/*/bin")
        self.postgres = find("postgres", "/usr/lib/postgresql/*/bin")
        super().__init__()
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        command = [self.initdb, "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        made = subprocess.run(
            [*self.as_user, *command, "--no-instructions", "--locale=C.UTF-8"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert made.returncode == 0, made.stderr

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def command(self) -> Sequence[str]:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "on",
            "shared_buffers": "64MB",
            "max_connections": 100,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # the leash is put on last: a change of user takes it off
        return [*self.as_user, *LEASH, self.postgres, "-D", str(self.folder / "data"), *options]

    def answers(self) -> bool:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(self.url, connect_timeout=5).close()
            return True
        return False

    def stop_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` does: no checkpoint, no goodbye; the next start recovers from the log."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.wait()

    def create(self, name: str) -> str:
        """A new database's URL."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"CREATE DATABASE {name}")
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"


class Redis(Server):
    """Keeps what it holds in an append-only file, as a broker has to."""

    name = "redis"

    def __init__(self) -> None:
        self.program = find("redis-server")
        super().__init__()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        return [
            *(self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        ]

    def answers(self) -> bool:
        with suppress(redis.RedisError), closing(self._client()) as client:
            return bool(client.ping())
        return False

    def empty(self) -> None:
        with closing(self._client()) as client:
            client.flushall()

    def _client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, socket_timeout=5, socket_connect_timeout=5)


class RabbitMQ(Server):
    """A node of its own, with a name server (epmd) and a cookie of its own, none of which the machine's node knows."""

    name = "rabbitmq"

    def __init__(self) -> None:
        self.program = find("rabbitmq-server", "/usr/lib/rabbitmq/bin")
        self.epmd_program = find("epmd")
        super().__init__()
        self.epmd_port, self.node_port = free_port(), free_port()
        self.epmd = subprocess.Popen(
            [*LEASH, self.epmd_program, "-port", str(self.epmd_port), "-address", "127.0.0.1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> Sequence[str]:
        return [self.program]

    def environment(self) -> Mapping[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": folder,  # where the cookie is
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_NODENAME": f"faults{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RUNNING_UNDER_SYSTEMD": "true",  # so its script becomes the server, and does not stand between us
        }

    def answers(self) -> bool:
        with suppress(OSError, amqp.AMQPError), self._client():
            return True
        return False

    def empty(self) -> None:
        with self._client() as connection:
            for queue in self.queues:
                connection.channel().queue_purge(queue)

    def close(self) -> None:
        super().close()
        self.epmd.kill()
        self.epmd.wait()

    def _client(self) -> amqp.Connection:
        return amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=5, read_timeout=10, write_timeout=10)
