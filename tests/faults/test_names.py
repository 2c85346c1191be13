"""Our name server is dead: that is our fault and not the receiver's, so no postback is given up for it."""

import os
import random
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.receiver import Receiver
from tests.faults.site import WORKERS, Site
from tests.faults.trial import Trial
from tests.services import STRICT

HOST = "receiver.faults.test"
# with an /etc/resolv.conf that nobody else sees
INSIDE = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"')


class NameServer:
    """Knows one answer: 127.0.0.1. Silent, it takes every question and says nothing."""

    def __init__(self) -> None:
        self.address = f"127.{random.randrange(64, 128)}.{random.randrange(256)}.53"
        self.is_silent = True
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.is_silent = True
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                question, sender = self._socket.recvfrom(512)
            except OSError:
                return  # closed
            if not self.is_silent:
                self._socket.sendto(answer(question), sender)


def answer(query: bytes) -> bytes:
    """127.0.0.1 to a question for an IPv4 address, and "there is none" to any other."""
    end = query.index(b"\0", 12) + 5  # behind name, type and class
    question = query[12:end]
    is_ipv4 = question[-4:-2] == b"\0\1"
    head = query[:2] + struct.pack(">HHHHH", 0x8180, 1, int(is_ipv4), 0, 0)
    record = struct.pack(">HHHIH4B", 0xC00C, 1, 1, 1, 4, 127, 0, 0, 1)  # kept for one second
    return head + question + (record if is_ipv4 else b"")


@pytest.fixture
def name_server(site: Site, tmp_path: Path) -> Iterator[NameServer]:
    """The only one that the workers know."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        reason = "only root, where it may make namespaces, can give the workers a name server of their own"
        (pytest.fail if STRICT else pytest.skip)(reason)
    with closing(NameServer()) as server:
        settings = tmp_path / "resolv.conf"
        settings.write_text(f"nameserver {server.address}\n")
        site.end_workers()
        for _number in range(WORKERS):
            site.start_worker((*INSIDE, str(settings)), RES_OPTIONS="timeout:1 attempts:2")
        site.wait_for_workers()
        yield server
        site.end_workers()


@pytest.mark.timeout(420)
def test_the_name_server_is_dead(site: Site, receiver: Receiver, name_server: NameServer) -> None:
    # The broker has no part in it: it is known by its address.
    trial = Trial(site, receiver, HOST)
    with trial.load() as load:
        load.go_on(8)
        assert not receiver.seen().requests
        name_server.is_silent = False
        load.go_on(2)

    trial.end("DNS dead")
    assert trial.ended_with("no name server answers")
