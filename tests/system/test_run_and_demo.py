"""Two commands from an empty folder: run, and demo."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable

import pytest
import requests

from tests.system.processes import PYTHON, ROOT, Installation, children_of, is_alive, until
from tests.system.receiver import Receiver

Installed = Callable[..., Installation]
Scene = Callable[..., tuple[str, list[str]]]

pytestmark = pytest.mark.services


def test_run_and_demo_send_everything(installed: Installed, servers: dict[str, str]) -> None:
    installation = installed(**servers)
    installation.run()

    shown = installation.manage("demo")

    assert "All went as it should" in shown
    assert "status not ticked" in shown


def test_the_demo_alone_starts_and_stops_its_own_server(installed: Installed) -> None:
    installation = installed()

    shown = installation.manage("demo")

    assert "All went as it should" in shown
    assert not (installation.folder / "run.json").exists()


@pytest.mark.parametrize("delay", [0, 60], ids=["idle", "with a postback in flight"])
def test_ctrl_c_stops_all_of_it(installed: Installed, scene: Scene, receiver: Receiver, delay: int) -> None:
    installation = installed()
    url, subids = scene(installation)
    running = installation.run()
    receiver.delay = delay
    requests.get(url, params={"subid": subids[0], "status": "sale"}, timeout=10)
    assert receiver.wait_for_flight(1)
    family = [running.pid, *children_of(running.pid)]

    os.killpg(running.pid, signal.SIGINT)

    assert running.wait(timeout=5) == 0
    assert not any(map(is_alive, family))


@pytest.mark.parametrize("victim", ["parent", "server"])
def test_killed_it_leaves_nothing_running(installed: Installed, victim: str) -> None:
    installation = installed()
    code = "import subprocess, sys; subprocess.run([sys.executable, 'manage.py', 'run', '--with-parent'])"
    parent = installation.start("-c", code)
    assert until(installation.is_up)
    family = children_of(parent.pid)
    assert len(family) >= 2

    os.kill(parent.pid if victim == "parent" else family[0], signal.SIGKILL)

    assert until(lambda: not any(map(is_alive, family)), 10)


def test_a_second_start_finds_the_data_of_the_first(installed: Installed) -> None:
    installation = installed()
    first = installation.run()
    key = installation.shell("from campaigns.models import *; answer = Installation.objects.current().postback_key")
    os.killpg(first.pid, signal.SIGTERM)
    first.wait(timeout=10)

    installation.run()

    told = installation.log.read_text()
    assert told.count("shown this once") == 1
    assert told.count(f"/{key}/postback") == 2


def test_a_taken_port_is_said_clearly(installed: Installed) -> None:
    installation = installed()
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()

        refused = subprocess.run(
            [PYTHON, "manage.py", "run"],
            cwd=ROOT,
            env=installation.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert refused.returncode == 1
    assert f"Cannot listen at 127.0.0.1:{installation.port}" in refused.stderr
    assert "POSTBACK_BIND=" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_key_file_is_for_its_owner_alone(installed: Installed) -> None:
    installation = installed()

    assert (installation.folder / "secret_key").stat().st_mode & 0o777 == 0o600
