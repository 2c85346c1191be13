"""The nudge: one message that says "there is something to send". It is never waited for and may be lost."""

import logging
import os
import threading
import time

from celery import current_app

logger = logging.getLogger(__name__)

APART = 0.25  # seconds between two messages at least: a burst of conversions needs few


class Bell:
    """Rings from a thread of its own, so that no request waits for a broker."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._process = 0  # whose thread it is: a fork takes no threads along
        self.failures = 0

    def ring(self) -> None:
        """Ask for a message; at once where none went lately, else together with those that ask meanwhile."""
        if self._process != os.getpid():
            self._start()
        self._wanted.set()

    def _start(self) -> None:
        with self._lock:
            if self._process == os.getpid():
                return
            self._wanted = threading.Event()
            self._process = os.getpid()
            threading.Thread(target=self._publish_for_ever, name="nudge", daemon=True).start()

    def _publish_for_ever(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._publish()
            time.sleep(APART)

    def _publish(self) -> None:
        try:
            current_app.send_task("delivery.tasks.send_due", retry=False)
        except Exception as error:
            self.failures += 1
            logger.warning("The broker took no nudge (%s); the sweep will find the row.", type(error).__name__)


ring = Bell().ring
