"""The pump: claim, render, send, record, refill, for as long as there is something to do."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from functools import cached_property

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from campaigns.models import Installation
from delivery import nudge
from delivery.claim import claim
from delivery.claimed import Claimed, Draft, Ended
from delivery.flow import Flow
from delivery.models import SentPostback
from delivery.outcome import answered, flawed, given_back, record
from delivery.rendering import render, request_of
from delivery.transport import PostbackResponse, Transport

logger = logging.getLogger(__name__)

BATCH = 500  # rows claimed at once; memory is bounded by this and the transport's places, not by the backlog
PAUSE = 0.05  # seconds; outcomes are written at most this long after they came
LOOK = 0.01  # seconds between two looks of a pump that has taken all there was
LOOK_AGAIN = 1.0  # seconds: an empty claim is no proof, others may have held the locks


class Pump:
    """One per process. What flies is known to it alone; what it has claimed is known to the database."""

    def __init__(
        self, transport: Transport, stop: threading.Event, wake: threading.Event, flow: Flow | None = None
    ) -> None:
        self.transport = transport
        self.flow = flow or Flow()  # how fast each receiver is sent to
        self.flow.begin()
        self.stop = stop  # set: claim nothing more, let land what flies, end
        self.wake = wake  # set: there may be something new to claim
        self.flying: dict[int, Draft] = {}  # by id, what is in the transport
        self.ended: dict[int, Ended] = {}  # what is not written down yet
        self.busy = 0  # receivers that the last claim found something for
        self.is_full = False  # the last claim was as large as there were places for
        self.is_idle = True  # the last claim found nothing
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
                break
        if self.stop.is_set():
            self._land()
        self._despite_the_database(self._save_last)
        return False

    def _once_more(self) -> bool:
        """One round; whether anything is flying or was found."""
        found = self._despite_the_database(self.refill)
        if found:
            self.last_found = time.monotonic()
        self._take_what_landed()
        self._despite_the_database(self.record)
        return found or bool(self.flying or self.ended)

    def refill(self) -> bool:
        """Claim, render and send as much as there are places for; whether there was any."""
        self.wake.clear()
        since, places = time.monotonic(), self._places()
        rows = self._claim(places)
        self.is_idle, self.is_full = not rows, len(rows) == places > 0
        if self.is_full:
            nudge.ring()  # as much as there were places for: there may be work for another worker
        drafts = render(rows)
        self.ended |= {draft.row.id: flawed(draft) for draft in drafts if draft.flaw}
        sound = [draft for draft in drafts if not draft.flaw]
        if time.monotonic() - since < settings.POSTBACK_LEASE - settings.POSTBACK_DEADLINE:
            self._send(sound)
        else:  # the lease would run out in flight
            self.ended |= {draft.row.id: given_back(draft) for draft in sound if draft.row.id not in self.flying}
        return bool(rows)

    def record(self) -> bool:
        """Write down what has landed, and what it says of the receivers; whether there was any."""
        found = bool(self.ended)
        if found:
            record(list(self.ended.values()))
            self.ended.clear()
        self.flow.save()
        return found

    @cached_property
    def installation(self) -> uuid.UUID:
        """Ours: part of each idempotency key."""
        return Installation.objects.current().uuid

    def _claim(self, places: int) -> list[Claimed]:
        if self.is_idle and not SentPostback.objects.due():  # a look costs less than a claim that finds nothing
            return []
        rows = claim(uuid.uuid4(), places, self.flow.free(), self._each(places))
        self.busy = len({row.receiver_id for row in rows})
        self.flow.learn({row.receiver_id: row.version for row in rows})
        return rows

    def _each(self, places: int) -> int:
        """Of how many rows a receiver a claim chooses: twice its share, as long as those of the last are all busy."""
        return 1 + 2 * places // max(self.busy, 1)

    def _send(self, drafts: list[Draft]) -> None:
        """What flies already, its lease lost and claimed anew, is not started again: its answer counts."""
        fresh = [draft for draft in drafts if draft.row.id not in self.flying]
        self.flying |= {draft.row.id: draft for draft in drafts}
        for draft in fresh:
            self.flow.took_off(draft.row.receiver_id, draft.row.id)
        self.transport.start([request_of(draft, self.installation) for draft in fresh])

    def _places(self) -> int:
        return min(self.transport.free(), BATCH)

    def _save_last(self) -> bool:
        self.flow.save(is_last=True)
        return False

    def _take_what_landed(self) -> None:
        """Wait for answers: with work left over until half of what flies has landed, else only until the next look.

        So a busy pump writes few statements a batch, and one that waits for a slow receiver takes up news meanwhile.
        """
        if not self.flying:
            self.wake.wait(LOOK)
            return
        until, enough = time.monotonic() + (PAUSE if self.is_full else LOOK), (len(self.flying) + 1) // 2
        while self.flying and (left := until - time.monotonic()) > 0:
            self.take(self.transport.poll(left))
            if self.is_full and len(self.ended) >= enough:
                return

    def take(self, responses: Iterable[PostbackResponse]) -> None:
        """An answer that an earlier pump asked for is passed over: who has that row now is not known."""
        for response in responses:
            if draft := self.flying.pop(response.id, None):
                self.flow.landed(draft.row.receiver_id, response)
                self.ended[response.id] = answered(draft, response)

    def _land(self) -> None:
        """Wait for what flies, as long as a stopping worker may; the leases of the rest run out, and it goes again."""
        until = time.monotonic() + settings.POSTBACK_STOP_GRACE
        while (self.flying or self.ended) and time.monotonic() < until:
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
