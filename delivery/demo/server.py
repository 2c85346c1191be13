"""The server that the demonstration speaks to: the one that runs, or one of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.conf import settings
from django.core.management.base import CommandError

START_WITHIN = 60  # seconds


def running_server() -> str:
    """The URL of the `manage.py run` that uses this data; '' where there is none."""
    try:
        told = json.loads((settings.POSTBACK_DATA_DIR / "run.json").read_text())
        os.kill(told["pid"], 0)
        requests.get(told["url"] + "/healthz", timeout=5).raise_for_status()
    except (OSError, ValueError, KeyError, requests.RequestException):
        return ""
    return str(told["url"])


@contextmanager
def some_server() -> Iterator[str]:
    """The URL of the running server; where none runs, of one that is started for as long as this lasts."""
    if url := running_server():
        yield url
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"POSTBACK_BIND": f"127.0.0.1:{port}"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run", "--with-parent"]
    server = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command
    try:
        yield _started(server)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def _started(server: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and server.poll() is None:
        if url := running_server():
            return url
        time.sleep(0.2)
    raise CommandError("The server for the demo did not start; its own words stand above.")
