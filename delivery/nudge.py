"""The nudge: one message that says "there is something to send". It is never waited for and may be lost."""

import logging
import os
import threading
import time
from typing import Any

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
        self._connection: Any = None

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
            self._connection = None
            threading.Thread(target=self._publish_for_ever, name="nudge", daemon=True).start()

    def _publish_for_ever(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._publish()
            time.sleep(APART)

    def _publish(self) -> None:
        try:
            self._connection = self._connection or current_app.connection_for_write()
            producer = current_app.amqp.Producer(self._connection, auto_declare=False)
            current_app.send_task("delivery.tasks.send_due", producer=producer, retry=False, confirm_timeout=5)
        except Exception as error:  # whatever a broker's client raises: a dead thread would ring no more
            self.failures += 1
            logger.warning("The broker took no nudge (%s); the sweep will find the row.", type(error).__name__)
            if self._connection:
                self._connection.collect(1)  # not close(): that waits for the broker's goodbye, without end
                self._connection = None


ring = Bell().ring
