"""The nudge: one message that says "there is something to send". It is never waited for and may be lost."""

import logging
import os
import threading
import time
from typing import Any

from celery import Celery, current_app
from kombu.transport import virtual

logger = logging.getLogger(__name__)

APART = 0.25  # seconds between two messages at least: a burst of conversions needs few
# Seconds between two messages of a burst that goes on. The pump that the first one woke looks for new rows by itself,
# until it has found none for as long as this (`pump.LOOK_AGAIN`): rarer messages make nothing later.
MOST_APART = 1.0
MOST_WAITING = 100  # messages that no worker takes; more would say no more, and Redis would keep them all


class Bell:
    """Rings from a thread of its own, so that no request waits for a broker."""

    def __init__(self, app: Celery = current_app) -> None:
        self._app = app
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
        apart = APART
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self.publish()
            time.sleep(apart)
            apart = min(2 * apart, MOST_APART) if self._wanted.is_set() else APART

    def publish(self) -> None:
        """Send the message now, unless enough of them wait; a broker that is away is counted and logged."""
        try:
            self._connection = self._connection or self._app.connection_for_write()
            if not self._is_enough():
                producer = self._app.amqp.Producer(self._connection, auto_declare=False)
                self._app.send_task("delivery.tasks.send_due", producer=producer, retry=False, confirm_timeout=5)
        except Exception as error:  # whatever a broker's client raises: a dead thread would ring no more
            self.failures += 1
            logger.warning("The broker took no nudge (%s); the sweep will find the row.", type(error).__name__)
            if self._connection:
                self._connection.collect(1)  # not close(): that waits for the broker's goodbye, without end
                self._connection = None

    def _is_enough(self) -> bool:
        """Whether as many messages wait as may. RabbitMQ sees to that itself (x-max-length); others keep them all."""
        channel = self._connection.default_channel
        if not isinstance(channel, virtual.Channel):
            return False
        return bool(channel._size(self._app.conf.task_default_queue) >= MOST_WAITING)


ring = Bell().ring
