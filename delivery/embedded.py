"""The embedded start: web, Celery worker and sweep in one process, so that two commands are all there is to learn."""

import os
import signal
import threading
from ipaddress import ip_address, ip_network

from celery import current_app
from django.conf import settings

from delivery.engine import engine
from delivery.sweeping import sweeper

STOP_WITHIN = 2.0  # seconds for what flies when a person presses Ctrl-C
LAST_WORDS = 1.0  # seconds to write that it ends
LOOK = 0.5  # seconds between two looks whether the parent still lives


class EmbeddedWorker:
    """A Celery worker in a thread, fed by whatever broker the settings name."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="celery", daemon=True)

    def start(self) -> None:
        """Take nudges from now on. A broker that is away is waited for; the sweep does not wait."""
        sweeper.start()
        self._thread.start()

    def stop(self) -> None:
        """Claim no more and let what flies land, for a few seconds; what does not goes again when its lease is out."""
        sweeper.stop()
        engine.stop()
        sweeper.wait(LAST_WORDS)

    def _work(self) -> None:
        # a WorkController, unlike `celery worker`, leaves signals and logging to the process that it lives in
        current_app.WorkController(
            pool="threads",
            concurrency=settings.CELERY_WORKER_CONCURRENCY,
            hostname=f"embedded-{os.getpid()}@localhost",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()


def suit_a_laptop(host: str) -> None:
    """What the embedded start alone may take for granted: nobody waits long for Ctrl-C, and a demo runs on loopback."""
    settings.POSTBACK_STOP_GRACE = min(settings.POSTBACK_STOP_GRACE, STOP_WITHIN)
    if _is_loopback(host):
        loopback = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
        settings.POSTBACK_ALLOWED_NETWORKS = [*settings.POSTBACK_ALLOWED_NETWORKS, *loopback]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False  # a name: who uses it means others to reach it


def end_with_parent() -> None:
    """Stop this process when the one that started it is gone, be it by `kill -9`."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(LOOK)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
