"""The heart of a worker process: beats while it lives, so that a page can say who sends, and that nobody does."""

import os
import socket
import time
import tomllib
import uuid

from django.conf import settings

from delivery.engine import engine
from delivery.models import Worker

APART = 5.0  # seconds between two beats, where sweeps are more frequent
MISSED = 4  # beats that may be missed until a worker is taken for gone


def silence() -> float:
    """Seconds without a beat after which a worker counts as gone."""
    return MISSED * max(APART, settings.POSTBACK_SWEEP_INTERVAL)


def version() -> str:
    """Ours, as pyproject.toml says it; '' where that is not at hand."""
    try:
        told = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    return str(told["project"]["version"])


class Heart:
    """One per process, beating from the thread that sweeps: it never stands in the way of what is sent."""

    def __init__(self) -> None:
        self.process = uuid.uuid4()
        self._facts = {
            "host": socket.gethostname()[:255],
            "pid": os.getpid(),
            "version": version(),
            "transport": settings.POSTBACK_TRANSPORT,
        }
        self._last = 0.0

    def beat(self) -> None:
        """Say that we live, unless that was said a moment ago."""
        now = time.monotonic()
        if self._last and now - self._last < APART * 0.9:
            return
        Worker.objects.beat(self.process, in_flight=engine.in_flight, **self._facts)
        self._last = now

    def stop(self) -> None:
        """Say that we end."""
        Worker.objects.end(self.process)
