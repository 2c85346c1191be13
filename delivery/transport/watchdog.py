"""Ends what takes too long: a socket's timeout is for one read, a deadline is for all of them together."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from delivery.transport.contract import NO_PHASES, no_answer_within
from delivery.transport.phases import Marks, Phases

_this_thread = threading.local()


class HeldSocket:
    """A second descriptor of a connection's socket: shut down, it ends every read and write, TLS or not.

    It may outlive the connection's own descriptor, because an answer with `Connection: close` is still read after
    its connection was closed. Whoever comes last closes it.
    """

    def __init__(self, of: socket.socket) -> None:
        self._duplicate = of.dup()
        self._lock = threading.Lock()
        self._flight: Flight | None = None
        self._is_left = False

    def hold(self, flight: "Flight") -> None:
        """From now on it is this flight's, and no other may shut it down."""
        with self._lock:
            self._flight = flight

    def let_go(self, flight: "Flight | None") -> None:
        """This flight needs it no more; nothing happens if it is another's by now."""
        with self._lock:
            if self._flight is flight:
                self._flight = None
                self._close_if_last()

    def leave(self) -> None:
        """The connection is closed."""
        with self._lock:
            self._is_left = True
            self._close_if_last()

    def shut_down(self, flight: "Flight") -> None:
        """End what the flight waits for, unless the socket is another's by now."""
        with self._lock:
            if self._flight is flight:
                with suppress(OSError):  # not connected yet, or not any more
                    self._duplicate.shutdown(socket.SHUT_RDWR)

    def _close_if_last(self) -> None:
        if self._is_left and self._flight is None:
            self._duplicate.close()


class Flight:
    """One request from its start to its answer: when it must have landed, and the socket it uses."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.cut_because = ""
        self.is_out = False  # the request or a part of it: from then on the receiver may have it
        self.has_looked_up = False  # a connection is made, and none that was kept is used
        self._began = time.monotonic()
        self._marks = Marks()
        self._held: HeldSocket | None = None

    def mark(self, part: str) -> None:
        """This part of the way is over now."""
        setattr(self._marks, part, time.monotonic() - self._began)

    def phases(self, total: float, *, is_secure: bool) -> Phases:
        """Where its time went."""
        if self.has_looked_up:
            return self._marks.phases(total, is_secure=is_secure)
        return Phases.over_kept(self._marks.asked, self._marks.answered, total) if self._marks.asked else NO_PHASES

    def hold(self, held: HeldSocket) -> None:
        """Use this socket from now on. Cut before or after, it is shut down."""
        self.land()
        self._held = held
        held.hold(self)
        if self.cut_because:
            held.shut_down(self)

    def cut(self, because: str) -> None:
        """End it now, from another thread."""
        self.cut_because = self.cut_because or because
        if held := self._held:
            held.shut_down(self)

    def land(self) -> None:
        """Nothing is waited for any more."""
        if self._held:
            self._held.let_go(self)
            self._held = None


def flight_of_this_thread() -> Flight | None:
    """The flight that the connection in this thread works for."""
    return getattr(_this_thread, "flight", None)


def mark(part: str) -> None:
    """Tell the flight of this thread, if there is one, that this part of its way is over."""
    if flight := flight_of_this_thread():
        flight.mark(part)


class Watchdog:
    """One thread that cuts every flight that is over its deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._flying: dict[Flight, None] = {}  # in the order of their deadlines, as all have the same time
        self._change = threading.Condition()
        self._cut_because = ""
        self._thread = threading.Thread(target=self._patrol, name="postback-watchdog", daemon=True)
        self._thread.start()

    @contextmanager
    def flight(self) -> Iterator[Flight]:
        """A deadline for what this thread does inside."""
        flight = _this_thread.flight = self._take_off()
        try:
            yield flight
        finally:
            _this_thread.flight = None
            with self._change:
                self._flying.pop(flight, None)
            flight.land()

    def cut_all(self, because: str) -> None:
        """End every flight, and those to come before they begin."""
        with self._change:
            self._cut_because = because
            for flight in self._flying:
                flight.cut(because)

    def stop(self) -> None:
        """End the thread; what flies then has no deadline."""
        with self._change:
            self._flying.clear()
            self._cut_because = self._cut_because or "stopped"
            self._change.notify()
        self._thread.join(timeout=1)

    def _take_off(self) -> Flight:
        with self._change:
            flight = Flight(time.monotonic() + self._deadline)
            if self._cut_because:
                flight.cut(self._cut_because)
                return flight
            self._flying[flight] = None
            if len(self._flying) == 1:
                self._change.notify()
        return flight

    def _patrol(self) -> None:
        with self._change:
            while not self._cut_because or self._flying:
                self._cut_overdue()
                first = next(iter(self._flying), None)
                self._change.wait(max(first.until - time.monotonic(), 0) if first else None)

    def _cut_overdue(self) -> None:
        now = time.monotonic()
        overdue = [flight for flight in self._flying if flight.until <= now]
        for flight in overdue:
            flight.cut(no_answer_within(self._deadline))
            del self._flying[flight]
