"""The fast transport: libcurl's multi interface, hundreds of transfers in one thread, connections kept alive."""

import logging
import os
import select
import threading
import time
import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network

import certifi
import pycurl

from delivery.transport.contract import PostbackRequest, PostbackResponse, Trouble, no_answer_within
from delivery.transport.names import Unresolved
from delivery.transport.transfer import Transfer
from delivery.transport.troubles import NoAnswer
from postbacks.addresses import why_refused

AT_ONCE = 256  # sockets looked at in one turn
LONGEST = 0.1  # seconds without a turn until the watch takes one: the caller may wait for a database meanwhile

logger = logging.getLogger(__name__)


class CurlTransport:
    """Driven by whoever polls; while nobody does, by a thread of its own, so that no answer comes too late for us."""

    def __init__(
        self,
        *,
        places: int = 512,
        connect_timeout: float = 5,
        deadline: float = 15,
        allowed_networks: Sequence[IPv4Network | IPv6Network] = (),
        proxy_url: str = "",
        ca_file: str = "",
        resolve: Sequence[str] = (),
    ) -> None:
        self._places = places
        self._allowed_networks = tuple(allowed_networks)
        self._options = {
            "connect_timeout": min(connect_timeout, deadline),
            "deadline": deadline,
            "allowed_networks": self._allowed_networks,
            "proxy_url": proxy_url,
            "ca_file": ca_file or certifi.where(),
            "resolve": list(resolve),  # names and addresses in libcurl's form, as in example.com:80:203.0.113.7
        }
        self._waiting: deque[PostbackRequest] = deque()
        self._landed: deque[PostbackResponse] = deque()
        self._free: list[Transfer] = []
        self._flying: dict[pycurl.Curl, Transfer] = {}
        self._sockets = Sockets(places)
        self._unresolved = Unresolved(self._land_explained)
        self._turn = threading.RLock()
        self._last_turn = time.monotonic()
        self._is_closed = threading.Event()
        self._watch = threading.Thread(target=self._drive_what_nobody_drives, name="postback-curl", daemon=True)
        self._watch.start()

    def free(self) -> int:
        """How many requests can be started now."""
        return max(self._places - len(self._flying) - len(self._waiting) - len(self._unresolved), 0)

    def start(self, requests: Sequence[PostbackRequest]) -> None:
        """Send them, without waiting for anything."""
        with self._turn:
            for request in requests:
                if self._is_closed.is_set():
                    self._landed.append(_unsent(request, Trouble.CLOSED, ours=True))
                elif refusal := request.flaw or why_refused(request.url, self._allowed_networks):
                    self._landed.append(_unsent(request, refusal, blocked=True))
                else:
                    self._waiting.append(request)
            self._fill_places()

    def poll(self, timeout: float) -> list[PostbackResponse]:
        """What has come back, waiting at most `timeout` seconds for the first."""
        until = time.monotonic() + timeout
        self._take_turn(0)
        while not self._landed and (left := until - time.monotonic()) > 0:
            if self._is_closed.is_set():
                time.sleep(left)  # nothing comes any more
            else:
                self._take_turn(min(left, LONGEST))
        return [self._landed.popleft() for _ in range(len(self._landed))]

    def close(self, grace: float) -> None:
        """Let the flight land for `grace` seconds, then cut it off; what was cut off can still be polled."""
        if self._is_closed.is_set():
            return
        until = time.monotonic() + grace
        while (self._flying or self._waiting or self._unresolved) and (left := until - time.monotonic()) > 0:
            self._take_turn(min(left, LONGEST))
        self._is_closed.set()
        self._watch.join()
        self._unresolved.land_late(patience=0)
        with self._turn:
            for transfer in list(self._flying.values()):
                self._land(
                    transfer, transfer.unanswered(NoAnswer(Trouble.CLOSED, ours=True), maybe_arrived=transfer.is_out)
                )
            self._landed += [_unsent(request, Trouble.CLOSED, ours=True) for request in self._waiting]
            self._waiting.clear()
            for transfer in self._free:
                transfer.close()
            self._free.clear()
            self._sockets.close()

    def _take_turn(self, timeout: float) -> None:
        """Let libcurl do what there is to do; wait for it at most so long."""
        with self._turn:
            if self._is_closed.is_set():
                return
            self._sockets.turn(timeout)
            for handle, number, words in self._sockets.finished():
                self._end(self._flying[handle], number, words)
            self._land_forgotten()
            self._unresolved.land_late()
            self._fill_places()
            self._last_turn = time.monotonic()

    def _drive_what_nobody_drives(self) -> None:
        while not self._is_closed.wait(LONGEST):
            if (self._flying or self._unresolved) and time.monotonic() - self._last_turn > LONGEST:
                self._take_turn(0)

    def _fill_places(self) -> None:
        while self._waiting and len(self._flying) < self._places:
            self._take_off(self._waiting.popleft())

    def _take_off(self, request: PostbackRequest) -> None:
        transfer = self._free.pop() if self._free else Transfer(**self._options)  # type: ignore[arg-type]
        try:
            transfer.ask(request)
            self._sockets.multi.add_handle(transfer.handle)
        except (pycurl.error, ValueError, TypeError) as error:  # whatever libcurl does not take: never again either
            logger.error("A postback was not sent: libcurl refused it (%s).", type(error).__name__)
            self._free.append(transfer)
            self._landed.append(_unsent(request, "the URL or a header cannot be sent", blocked=True))
            return
        self._flying[transfer.handle] = transfer

    def _end(self, transfer: Transfer, number: int, words: str) -> None:
        try:
            response = transfer.failure(number, words) if number else transfer.answer()
        except Exception as error:
            # A bug of ours must cost neither the caller a response nor us a place. Its message may hold a URL.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("An answer was not read: %s\n%s", type(error).__name__, where)
            response = transfer.unanswered(NoAnswer(Trouble.OUR_FAULT, ours=True), maybe_arrived=transfer.is_out)
        if number == pycurl.E_COULDNT_RESOLVE_HOST:
            self._unresolved.add(transfer.host, response)
            self._release(transfer)
        else:
            self._land(transfer, response)

    def _land_explained(self, responses: list[PostbackResponse]) -> None:
        self._landed += responses
        self._sockets.wake()

    def _land_forgotten(self) -> None:
        """libcurl ends each transfer at its deadline. Should it ever not, no place may be lost with it."""
        while self._flying:
            first = next(iter(self._flying.values()))  # they stand in the order of their deadlines
            if first.until + LONGEST * 10 > time.monotonic():
                return
            why = NoAnswer(no_answer_within(first.deadline))
            self._land(first, first.unanswered(why, maybe_arrived=first.is_out))

    def _land(self, transfer: Transfer, response: PostbackResponse) -> None:
        self._landed.append(response)
        self._release(transfer)

    def _release(self, transfer: Transfer) -> None:
        self._sockets.multi.remove_handle(transfer.handle)
        del self._flying[transfer.handle]
        self._free.append(transfer)


class Sockets:
    """The multi handle and the sockets it wants looked at."""

    def __init__(self, places: int) -> None:
        self.multi = pycurl.CurlMulti()
        self.multi.setopt(pycurl.M_SOCKETFUNCTION, self._want)
        self.multi.setopt(pycurl.M_TIMERFUNCTION, self._want_time)
        # idle ones count, too: a process commonly has 1,024 descriptors, and the databases want theirs
        self.multi.setopt(pycurl.M_MAXCONNECTS, places)
        self._open = threading.Lock()
        self._is_closed = False
        self._epoll = select.epoll()
        self._alarm = os.eventfd(0, os.EFD_NONBLOCK)
        self._epoll.register(self._alarm, select.EPOLLIN)
        self._due: float | None = 0.0  # when libcurl wants to be called, whatever the sockets do

    def turn(self, timeout: float) -> None:
        """Wait for sockets or for libcurl's timer, and call it."""
        if self._due is not None:
            timeout = min(timeout, max(self._due - time.monotonic(), 0))
        for number, events in self._epoll.poll(timeout, AT_ONCE):
            if number == self._alarm:
                os.eventfd_read(self._alarm)
            else:
                self._tell(number, events)
        if self._due is not None and self._due <= time.monotonic():
            self._due = None
            self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> list[tuple[pycurl.Curl, int, str]]:
        """Transfers that are over, with the number and the words of libcurl's error; 0: none."""
        ended: list[tuple[pycurl.Curl, int, str]] = []
        more = 1
        while more:
            try:
                more, good, bad = self.multi.info_read(1)
            except UnicodeDecodeError:
                # libcurl's words quote a certificate that is no text; its transfer is found when it is overdue
                continue
            ended += [(handle, 0, "") for handle in good]
            ended += bad
        return ended

    def wake(self) -> None:
        """End a wait, from another thread."""
        with self._open:  # closed meanwhile, its number may be another's descriptor by now
            if not self._is_closed:
                os.eventfd_write(self._alarm, 1)

    def close(self) -> None:
        """Give all back to the system."""
        self.multi.close()
        with self._open:
            self._is_closed = True
            self._epoll.close()
            os.close(self._alarm)

    def _tell(self, number: int, events: int) -> None:
        bits = pycurl.CSELECT_IN if events & select.EPOLLIN else 0
        bits |= pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
        bits |= pycurl.CSELECT_ERR if events & (select.EPOLLERR | select.EPOLLHUP) else 0
        self.multi.socket_action(number, bits)

    def _want(self, what: int, number: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            with suppress(OSError):  # closed, and so forgotten
                self._epoll.unregister(number)
            return
        events = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        try:
            self._epoll.modify(number, events)
        except FileNotFoundError:
            self._epoll.register(number, events)

    def _want_time(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000


def _unsent(request: PostbackRequest, words: str, *, blocked: bool = False, ours: bool = False) -> PostbackResponse:
    return PostbackResponse(
        id=request.id, started=datetime.now(UTC), duration=0, error=words, blocked=blocked, ours=ours
    )
