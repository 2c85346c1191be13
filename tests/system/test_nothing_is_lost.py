"""What is killed, stopped or frozen costs time, and no postback."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import requests

from tests.services import answers, need
from tests.system.processes import Installation, free_port, until
from tests.system.receiver import Receiver

Installed = Callable[..., Installation]
Scene = Callable[..., tuple[str, list[str]]]

pytestmark = pytest.mark.services

# the order of production, deadline < lease, in a hurry
HURRY = {"POSTBACK_DEADLINE": "5", "POSTBACK_LEASE": "6", "POSTBACK_SWEEP_INTERVAL": "1", "POSTBACK_CONNECTIONS": "200"}


def report(url: str, subids: list[str], status: str = "sale") -> list[int]:
    """Report a conversion of each click, as a network does; the codes of the answers."""

    def one(subid: str) -> int:
        return requests.get(url, params={"subid": subid, "status": status, "payout": "1"}, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, subids))


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Redis that may be broken; its port is `.port`."""
    need("redis")
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    server.url = f"redis://127.0.0.1:{port}/0"  # type: ignore[attr-defined]
    assert until(lambda: answers(server.url, port))  # type: ignore[attr-defined]
    yield server
    server.kill()
    server.wait()


def test_kill_9_of_the_worker_in_mid_flight_loses_nothing(
    installed: Installed, servers: dict[str, str], scene: Scene, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = installed(**servers, **HURRY)
    url, subids = scene(installation, rules=10, clicks=20)
    receiver.delay = 3
    is_embedded = not servers
    worker = installation.run() if is_embedded else (installation.web(), installation.worker())[1]
    assert report(url, subids) == [200] * 20
    assert receiver.wait_for_flight(200)

    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    receiver.delay = 0
    installation.run() if is_embedded else installation.worker()

    assert receiver.wait_for(200), f"{len(receiver.answered)} of 200 were received"
    with capsys.disabled():
        print(f"\nkill -9 with 200 in flight: 200 received, {receiver.doubled} answered twice")


def test_a_worker_told_to_end_lets_what_flies_land(
    installed: Installed, postgresql: str, scene: Scene, receiver: Receiver
) -> None:
    installation = installed(DATABASE_URL=postgresql, CELERY_BROKER_URL=need("redis"))
    url, subids = scene(installation, clicks=10)
    receiver.delay = 2
    installation.web()
    worker = installation.worker()
    report(url, subids)
    assert receiver.wait_for_flight(10)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=25) == 0
    states = "list(SentPostback.objects.values_list('state', flat=True))"
    assert installation.shell(f"from delivery.models import *; answer = {states}") == ["sent"] * 10
    assert receiver.doubled == 0


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "stopped"])
def test_no_request_waits_for_a_broker_and_nothing_is_lost(
    installed: Installed,
    postgresql: str,
    own_redis: "subprocess.Popen[bytes]",
    scene: Scene,
    receiver: Receiver,
    fault: signal.Signals,
) -> None:
    broker: str = own_redis.url  # type: ignore[attr-defined]
    installation = installed(**HURRY, DATABASE_URL=postgresql, CELERY_BROKER_URL=broker)
    url, subids = scene(installation, clicks=20)
    installation.web()
    installation.worker()
    assert report(url, subids[:1]) == [200]
    assert receiver.wait_for(1)

    own_redis.send_signal(fault)
    assert report(url, subids[1:]) == [200] * 19
    if fault == signal.SIGSTOP:
        own_redis.send_signal(signal.SIGCONT)
    else:
        own_redis.wait()
        again = subprocess.Popen(
            ["redis-server", "--port", broker.split(":")[2].split("/")[0], "--save", ""], stdout=subprocess.DEVNULL
        )
    try:
        assert receiver.wait_for(20)
    finally:
        if fault == signal.SIGKILL:
            again.kill()
            again.wait()


def test_a_locked_database_asks_the_network_to_come_again(installed: Installed, scene: Scene, tmp_path: Path) -> None:
    database = tmp_path / "locked.sqlite3"
    installation = installed(DATABASE_URL=f"sqlite:///{database}?timeout=1")
    url, subids = scene(installation)
    installation.run()
    with sqlite3.connect(database) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = requests.get(url, params={"subid": subids[0], "status": "sale"}, timeout=30)
        other.rollback()
    other.close()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert report(url, subids) == [200]


def test_a_database_that_is_away_asks_the_network_to_come_again(
    installed: Installed, postgresql: str, scene: Scene
) -> None:
    installation = installed(DATABASE_URL=postgresql)
    url, subids = scene(installation)
    installation.web()
    name = postgresql.rpartition("/")[2]
    with_server = psycopg2.connect(need("postgresql"))
    with_server.autocommit = True
    try:
        with_server.cursor().execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        with_server.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        assert report(url, subids) == [503]
        with_server.cursor().execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert until(lambda: report(url, subids) == [200])
    finally:
        with_server.close()
