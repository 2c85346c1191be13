"""The pump: claim, render, send, record, refill, for as long as there is something to do."""

import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from delivery import nudge
from delivery.claim import claim
from delivery.models import Receiver
from delivery.outcome import record
from delivery.rendering import render
from delivery.transport import PostbackResponse, Transport

logger = logging.getLogger(__name__)

BATCH = 500  # rows in flight at most; memory is bounded by this, not by the backlog
PAUSE = 0.05  # seconds; outcomes are written at most this long after they came
LOOK = 0.01  # seconds between two looks of a pump with nothing in flight
LOOK_AGAIN = 1.0  # seconds: an empty claim is no proof, others may have held the locks


class Pump:
    """One per process. What flies is known to it alone; what it has claimed is known to the database."""

    def __init__(self, transport: Transport, stop: threading.Event, wake: threading.Event) -> None:
        self.transport = transport
        self.stop = stop  # set: claim nothing more, let land what flies, end
        self.wake = wake  # set: there may be something new to claim
        self.leases: dict[int, uuid.UUID] = {}  # by id of what flies or is not recorded yet
        self.receivers: dict[int, Receiver] = {}  # the receiver of the same
        self.landed: list[PostbackResponse] = []
        self.last_found = time.monotonic()

    def run(self, at_most: float, look_again: float = LOOK_AGAIN) -> bool:
        """Send what is due for at most so many seconds; end early when nothing was found for a while.

        Whether to go on: what flies when the time is over goes on flying, and the next run of this pump takes it up.
        Told to stop, it claims nothing more, lets land what flies, and ends.
        """
        until = time.monotonic() + at_most
        while not self.stop.is_set():
            if time.monotonic() >= until:
                return True
            if not self._once_more() and time.monotonic() - self.last_found > look_again:
                return False
        self._land()
        return False

    def _once_more(self) -> bool:
        """One round; whether anything is flying or was found."""
        found = self._despite_the_database(self.refill)
        if found:
            self.last_found = time.monotonic()
        self._take_what_landed()
        self._despite_the_database(self.record)
        return found or bool(self.leases)

    def refill(self) -> bool:
        """Claim, render and send as much as there are places for; whether there was any."""
        self.wake.clear()
        since, places = time.monotonic(), self._places()
        rows = claim(lease := uuid.uuid4(), places, self._free_by_receiver())
        if rows and len(rows) == places:
            nudge.ring()  # as much as there were places for: there may be work for another worker
        requests = render(rows)
        if time.monotonic() - since > settings.POSTBACK_LEASE - settings.POSTBACK_DEADLINE:
            return bool(rows)  # the lease would run out in flight: they go when it has
        flying = {request.id for request in requests}
        requests = [request for request in requests if request.id not in self.leases]  # in flight: its answer counts
        self.leases |= dict.fromkeys(flying, lease)
        self.receivers |= {row.pk: row.receiver for row in rows if row.pk in flying and row.receiver}
        self.transport.start(requests)
        return bool(rows)

    def record(self) -> bool:
        """Write down what has landed; whether there was any."""
        if not self.landed:
            return False
        record(self.landed, self.leases)
        for response in self.landed:
            self.leases.pop(response.id, None)
            self.receivers.pop(response.id, None)
        self.landed.clear()
        return True

    def _places(self) -> int:
        return min(self.transport.free(), BATCH - len(self.leases))

    def _free_by_receiver(self) -> dict[int, int]:
        taken = Counter(receiver.pk for receiver in self.receivers.values())
        return {receiver.pk: max(0, receiver.places - taken[receiver.pk]) for receiver in self.receivers.values()}

    def _take_what_landed(self) -> None:
        """Wait until half of what flies has landed, or the pause is over: few statements a batch, none late."""
        if not self.leases:
            self.wake.wait(LOOK)
        until, enough = time.monotonic() + PAUSE, (len(self.leases) + 1) // 2
        while len(self.landed) < enough and (left := until - time.monotonic()) > 0:
            self.landed += self.transport.poll(left)

    def _land(self) -> None:
        """Wait for what flies, as long as a stopping worker may; the leases of the rest run out, and it goes again."""
        until = time.monotonic() + settings.POSTBACK_STOP_GRACE
        while self.leases and time.monotonic() < until:
            self._take_what_landed()
            self._despite_the_database(self.record)

    def _despite_the_database(self, step: Callable[[], bool]) -> bool:
        """A database that is away costs a round, not the run: what landed stays with us until it can be written."""
        try:
            return step()
        except (OperationalError, InterfaceError):
            logger.exception("The database is not available; trying again.")
            connection.close()
            if self.stop.wait(1):
                time.sleep(PAUSE)
            self.last_found = time.monotonic()  # nothing was looked for: whether anything is due is not known
            return False
