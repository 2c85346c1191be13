"""The engine of one worker process: its one pump, its transport, and the sweep beside them."""

import threading

from django.conf import settings

from delivery import nudge
from delivery.flow import Flow
from delivery.pump import Pump
from delivery.transport import Transport, transport_from_settings

AT_MOST = 60  # seconds of one run of the pump


class Engine:
    """Sends for its process. A second call finds the first at work, wakes it, and ends."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._wake = threading.Event()
        self._running = threading.Lock()
        self._flow = Flow()  # kept from run to run, as is the transport
        self._transport: Transport | None = None  # kept from run to run, with its open connections
        self._pump: Pump | None = None  # of the last run

    @property
    def in_flight(self) -> int:
        """How many requests are on their way just now; read from other threads, for a person to see."""
        return len(self._pump.flying) if self._pump else 0

    def run(self) -> None:
        """Send what is due until nothing is."""
        self._wake.set()
        # Who was woken while it was just ending did not look again: so it is looked at after the lock is free.
        while self._wake.is_set() and not self.stopping.is_set() and self._running.acquire(blocking=False):
            try:
                self._pump_until_dry()
            finally:
                self._running.release()

    def stop(self) -> None:
        """Claim no more, and let what flies land; waits for that no longer than the grace."""
        self.stopping.set()
        self._wake.set()
        if self._running.acquire(timeout=settings.POSTBACK_STOP_GRACE + 1):
            self._running.release()
        if self._transport:
            self._transport.close(0)
            self._transport = None

    def _pump_until_dry(self) -> None:
        if self._transport is None:
            self._transport = transport_from_settings()
        self._pump = Pump(self._transport, self.stopping, self._wake, self._flow)
        while self._pump.run(at_most=AT_MOST):
            nudge.ring()  # a minute of work without a pause: others may help


engine = Engine()
