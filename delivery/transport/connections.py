"""urllib3's connections, which open no socket to an address that is not allowed and obey the watchdog."""

import errno
import http.client
import io
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import islice
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.wait import wait_for_write

from delivery.transport.contract import does_not_resolve, no_connection_within
from delivery.transport.troubles import NoAnswer, not_connected, unresolved
from delivery.transport.watchdog import HeldSocket, flight_of_this_thread, mark
from postbacks.addresses import why_address_refused

# Many servers close an idle connection after 5 s. A request that crosses with that is lost without a word, and
# nobody can tell whether the receiver has it; so a connection is not used again when that moment is near.
FRESH_FOR = 4.0  # seconds


class LineReader(io.BufferedReader):
    """Knows what it read last: an empty line means that nothing more comes."""

    last_line = b""

    def readline(self, size: int | None = -1) -> bytes:
        """The next line, empty where the stream ends."""
        self.last_line = super().readline(size)
        return self.last_line


class FinalResponse(http.client.HTTPResponse):
    """Stricter than the standard library's: it reads on over each interim answer (1xx), and a header has an end."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = self._reader = LineReader(sock.makefile("rb", buffering=0))

    def begin(self) -> None:
        """Read the header; one that breaks off is a broken answer, even if it began with 200."""
        if self._reader.peek(1):
            mark("answered")
        super().begin()
        if not self._reader.last_line:
            raise http.client.IncompleteRead(b"")

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, 100 if status < 200 else status, reason


class GuardedConnection(HTTPConnection):
    """Connects to what was judged, and lets the watchdog shut it down."""

    response_class = FinalResponse
    allowed_networks: Sequence[IPv4Network | IPv6Network] = ()
    held: HeldSocket | None = None

    def connect(self) -> None:
        """Together with the handshakes of TLS and of a proxy."""
        try:
            super().connect()
        except TimeoutError as error:
            raise NoAnswer(no_connection_within(float(self.timeout or 0))) from error
        mark("secured")

    def endheaders(self, *args: Any, **options: Any) -> None:
        """Send the request, which the receiver may have from here on; what a proxy is asked first does not count."""
        if self.sock is None:
            self.connect()
        if flight := flight_of_this_thread():
            flight.is_out = True
        mark("asked")
        super().endheaders(*args, **options)

    def close(self) -> None:
        """Leave the socket to whoever still reads from it."""
        try:
            super().close()
        finally:
            self._leave()

    def _new_conn(self) -> socket.socket:
        if flight := flight_of_this_thread():
            flight.has_looked_up = True
        try:
            answers = resolve(self._dns_host, self.port)
            mark("resolved")
            if self.proxy is None:  # the proxy is the operator's own, and judges for itself
                judge(answers, self.allowed_networks)
            return self._connect_to_one(answers)
        except NoAnswer as error:
            if self.proxy is None:
                raise
            raise NoAnswer(f"our proxy: {error.words}", ours=True) from None

    def _leave(self) -> None:
        if self.held:
            self.held.leave()
            self.held = None

    def _connect_to_one(self, answers: list[tuple[Any, ...]]) -> socket.socket:
        """The first that picks up; together they have the time of one."""
        patience = float(self.timeout or 0)
        until = time.monotonic() + patience
        errors = []
        for number, answer in enumerate(answers):
            share = max(until - time.monotonic(), 0.01) / (len(answers) - number)
            try:
                opened = self._connect_to(answer, share)
                mark("connected")
                return opened
            except OSError as error:
                errors.append(error)
        raise not_connected(errors[0], patience)

    def _connect_to(self, answer: tuple[Any, ...], patience: float) -> socket.socket:
        family, kind, protocol, _, address = answer
        opened = socket.socket(family, kind, protocol)
        try:
            for option in self.socket_options or ():
                opened.setsockopt(*option)
            self.held = HeldSocket(opened)
            if flight := flight_of_this_thread():
                flight.hold(self.held)
            connect_within(patience, opened, address)
        except BaseException:  # passed on as it is: whatever it was, no descriptor may stay open
            opened.close()
            self._leave()
            raise
        return opened


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same with TLS."""


class IdleConnections:
    """The connections that wait for another request. Each costs two descriptors, so the oldest make room."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._since_by_connection: dict[GuardedConnection, float] = {}
        self._lock = threading.Lock()

    def add(self, connection: GuardedConnection) -> None:
        """It waits from now on."""
        with self._lock:
            self._since_by_connection[connection] = time.monotonic()
            surplus = list(islice(self._since_by_connection, max(len(self._since_by_connection) - self._at_most, 0)))
            for oldest in surplus:
                del self._since_by_connection[oldest]
        for oldest in surplus:
            oldest.close()

    def take(self, connection: GuardedConnection) -> bool:
        """Whether it may be used again; whoever takes it out of here is the only one to use or to close it."""
        with self._lock:
            since = self._since_by_connection.pop(connection, None)
        if since is None:
            return False
        if time.monotonic() - since > FRESH_FOR:
            connection.close()
            return False
        return True

    def close(self) -> None:
        """Close them, and all that come."""
        with self._lock:
            self._at_most = 0
            waiting = list(self._since_by_connection)
            self._since_by_connection.clear()
        for connection in waiting:
            connection.close()


class IdleQueue(queue.LifoQueue[GuardedConnection | None]):
    """A pool's stock of one receiver's connections; None stands for one that is still to be made."""

    def __init__(self, maxsize: int, idle: IdleConnections) -> None:
        super().__init__(maxsize)
        self._idle = idle

    def put(self, item: GuardedConnection | None, block: bool = True, timeout: float | None = None) -> None:  # noqa: D102
        kept = None if item is None or item.is_closed else item
        if kept:
            self._idle.add(kept)
        super().put(kept, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> GuardedConnection | None:  # noqa: D102
        kept = super().get(block, timeout)
        return kept if kept and self._idle.take(kept) else None


class GuardedPool(HTTPConnectionPool):
    """One receiver's connections; each is held by the flight that uses it."""

    ConnectionCls = GuardedConnection

    def __init__(
        self, *args: Any, allowed_networks: Sequence[IPv4Network | IPv6Network], idle: IdleConnections, **options: Any
    ) -> None:
        self._allowed_networks = allowed_networks
        self._idle = idle
        super().__init__(*args, **options)

    def _new_pool_queue(self, maxsize: int) -> queue.LifoQueue[Any]:
        return IdleQueue(maxsize, self._idle)

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.allowed_networks = self._allowed_networks
        return connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        flight = flight_of_this_thread()
        if flight and connection.held:
            flight.hold(connection.held)
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn and conn.held:
            conn.held.let_go(flight_of_this_thread())
        super()._put_conn(conn)


class GuardedTLSPool(GuardedPool, HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = GuardedTLSConnection


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Every address of the host, asked for once."""
    try:
        answers: list[tuple[Any, ...]] = list(socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM))
    except OSError as error:
        raise unresolved(host, error) from error
    except UnicodeError as error:
        raise NoAnswer(does_not_resolve(host)) from error
    if not answers:
        raise NoAnswer(does_not_resolve(host))
    return answers


def connect_within(patience: float, opened: socket.socket, address: Any) -> None:
    """Connect, but for a flight that was cut: what is shut down before it begins to connect would not notice."""
    opened.setblocking(False)
    code = opened.connect_ex(address)
    if code == errno.EINPROGRESS:
        flight = flight_of_this_thread()
        if flight and flight.cut_because:
            raise NoAnswer(flight.cut_because)
        if not wait_for_write(opened, timeout=patience):
            raise TimeoutError
        code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    opened.settimeout(patience)


def judge(answers: Sequence[tuple[Any, ...]], allowed_networks: Sequence[IPv4Network | IPv6Network]) -> None:
    """One address that is not allowed is enough: who answers with both means us to take the wrong one."""
    for *_, address in answers:
        if refusal := why_address_refused(ip_address(address[0]), allowed_networks):
            raise NoAnswer(refusal, blocked=True)


# urllib3's log lines hold whole URLs, tokens and all: about postbacks it keeps quiet.
for name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(name).addFilter(lambda _: flight_of_this_thread() is None)
