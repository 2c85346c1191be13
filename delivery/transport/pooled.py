"""The transport that runs everywhere: threads, and requests' adapter with connections kept alive."""

import logging
import ssl
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from queue import Empty, SimpleQueue
from typing import Any

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from delivery.transport.connections import GuardedPool, GuardedTLSPool, IdleConnections
from delivery.transport.contract import (
    MAX_BODY,
    NO_PHASES,
    PostbackRequest,
    PostbackResponse,
    Trouble,
    read_body,
    read_location,
    read_retry_after,
)
from delivery.transport.troubles import NoAnswer, broken_off
from delivery.transport.watchdog import Flight, Watchdog
from postbacks.addresses import why_refused, with_ascii_host

LAST_MOMENT = 1.0  # second, for what was cut off to land

logger = logging.getLogger(__name__)


class GuardedAdapter(HTTPAdapter):
    """Keeps connections, follows nothing, remembers nothing, and trusts one list of authorities."""

    def __init__(self, places: int, allowed_networks: Sequence[IPv4Network | IPv6Network], ca_file: str) -> None:
        self.idle = IdleConnections(at_most=4 * places)
        self._tls = ssl.create_default_context(cafile=ca_file or certifi.where())
        self._pool_classes = {
            "http": partial(GuardedPool, allowed_networks=allowed_networks, idle=self.idle),
            "https": partial(GuardedTLSPool, allowed_networks=allowed_networks, idle=self.idle),
        }
        super().__init__(pool_connections=4 * places, pool_maxsize=places)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: D102
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:  # noqa: D102
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:  # noqa: D102
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._tls, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to do: reading the authorities anew for each connection takes longer than the request."""

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """No cookies, no guess at an encoding."""
        response = requests.Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.request, response.url = req, req.url
        return response

    def close(self) -> None:  # noqa: D102
        super().close()
        self.idle.close()


class PooledTransport:
    """A thread for each place."""

    def __init__(
        self,
        *,
        places: int = 64,
        connect_timeout: float = 5,
        deadline: float = 15,
        allowed_networks: Sequence[IPv4Network | IPv6Network] = (),
        proxy_url: str = "",
        ca_file: str = "",
    ) -> None:
        self._places = places
        self._connect_timeout = min(connect_timeout, deadline)
        self._deadline = deadline
        self._allowed_networks = tuple(allowed_networks)
        self._proxies = {"http": proxy_url, "https": proxy_url} if proxy_url else {}
        self._adapter = GuardedAdapter(places, self._allowed_networks, ca_file)
        self._watchdog = Watchdog(deadline)
        self._waiting: SimpleQueue[PostbackRequest | None] = SimpleQueue()
        self._landed: SimpleQueue[PostbackResponse] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._change = threading.Condition()
        self._flying = 0
        self._is_closed = False

    def free(self) -> int:
        """How many requests can be started now."""
        return max(self._places - self._flying, 0)

    def start(self, requests: Sequence[PostbackRequest]) -> None:
        """Send them, without waiting for anything."""
        with self._change:
            self._flying += len(requests)
            is_closed = self._is_closed
        for request in requests:
            if is_closed:
                self._land(unanswered(request, Trouble.CLOSED, ours=True))
            else:
                self._waiting.put(request)
        while len(self._threads) < min(self._places, self._flying) and self._hire():
            pass
        if not self._threads:
            self._land_waiting()

    def poll(self, timeout: float) -> list[PostbackResponse]:
        """What has come back, waiting at most `timeout` seconds for the first."""
        try:
            first = self._landed.get(timeout=max(timeout, 0))
        except Empty:
            return []
        return [first, *(self._landed.get_nowait() for _ in range(self._landed.qsize()))]

    def close(self, grace: float) -> None:
        """Let the flight land for `grace` seconds, then cut it off; what was cut off can still be polled."""
        with self._change:
            self._is_closed = True
            self._change.wait_for(self._is_empty, max(grace, 0))
        self._watchdog.cut_all(Trouble.CLOSED)
        with self._change:
            self._change.wait_for(self._is_empty, LAST_MOMENT)
        for _ in self._threads:
            self._waiting.put(None)
        last_moment = time.monotonic() + LAST_MOMENT
        for thread in self._threads:
            thread.join(max(last_moment - time.monotonic(), 0))
        self._watchdog.stop()
        self._adapter.close()

    def _is_empty(self) -> bool:
        return self._flying == 0

    def _hire(self) -> bool:
        """One thread more; False where the machine has none left for us, and those that there are must do."""
        thread = threading.Thread(target=self._work, name="postback-sender", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            logger.exception("No thread can be started.")
            return False
        self._threads.append(thread)
        return True

    def _land_waiting(self) -> None:
        """Nobody is there to send them."""
        with suppress(Empty):
            while request := self._waiting.get_nowait():
                self._land(unanswered(request, Trouble.OUR_MACHINE, ours=True))

    def _work(self) -> None:
        while (request := self._waiting.get()) is not None:
            started, clock = datetime.now(UTC), time.monotonic()
            with self._watchdog.flight() as flight:
                response = self._response_to(request, flight)
            arrived = response.code is None and (response.maybe_arrived or flight.is_out)
            duration = time.monotonic() - clock
            is_secure = request.url[:6].lower() == "https:"
            phases = NO_PHASES if response.blocked else flight.phases(duration, is_secure=is_secure)
            told = replace(response, started=started, duration=duration, maybe_arrived=arrived, phases=phases)
            self._land(told)

    def _land(self, response: PostbackResponse) -> None:
        with self._change:
            self._landed.put(response)
            self._flying -= 1
            self._change.notify_all()

    def _response_to(self, request: PostbackRequest, flight: Flight) -> PostbackResponse:
        try:
            return self._judged(request, flight)
        except Exception as error:
            # A bug of ours must not cost the caller a response, nor us a thread. Its message may hold a URL.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("A postback was not sent: %s\n%s", type(error).__name__, where)
            return unanswered(request, Trouble.OUR_FAULT, ours=True)

    def _judged(self, request: PostbackRequest, flight: Flight) -> PostbackResponse:
        if refusal := request.flaw or why_refused(request.url, self._allowed_networks):
            return unanswered(request, refusal, blocked=True)
        response = self._sent(request) if not flight.cut_because else None
        # Cut off, a connection's end looks like the end of an answer: so whatever came is not one.
        if flight.cut_because or response is None:
            return unanswered(request, flight.cut_because, ours=flight.cut_because == Trouble.CLOSED)
        return response

    def _sent(self, request: PostbackRequest) -> PostbackResponse:
        try:
            answer, content = self._exchange(prepared(request))
        except (NoAnswer, requests.RequestException, HTTPError, OSError) as error:
            why = error if isinstance(error, NoAnswer) else broken_off(error, self._deadline)
            silent = isinstance(error, requests.ReadTimeout)
            return unanswered(request, why.words, blocked=why.blocked, ours=why.ours, maybe_arrived=silent)
        now = datetime.now(UTC)
        return PostbackResponse(
            id=request.id,
            started=now,
            duration=0,
            code=answer.status_code,
            body=read_body(content, answer.headers.get("Content-Type", "")),
            retry_after=read_retry_after(first(answer, "Retry-After"), now),
            location=read_location(first(answer, "Location"), request.url),
        )

    def _exchange(self, wire: requests.PreparedRequest) -> tuple[requests.Response, bytes]:
        timeout = (self._connect_timeout, self._deadline)  # for each read; for all of them there is the watchdog
        answer = self._adapter.send(wire, stream=True, timeout=timeout, proxies=self._proxies)
        try:
            return answer, read_at_most(MAX_BODY, answer.raw)
        finally:
            answer.close()  # what was not read to its end is not used again


def prepared(request: PostbackRequest) -> requests.PreparedRequest:
    """The request as it is; requests' own preparing rewrites the URL and asks for .netrc and cookies."""
    wire = requests.PreparedRequest()
    wire.method = request.method
    wire.url = with_ascii_host(request.url)
    wire.headers = CaseInsensitiveDict(request.wire_headers())  # type: ignore[arg-type]  # bytes are fine
    wire.body = request.body or None
    return wire


def first(answer: requests.Response, name: str) -> str:
    """Of several headers of this name the first; joined, two figures would be none."""
    told: list[str] = answer.raw.headers.getlist(name)
    return told[0] if told else ""


def read_at_most(size: int, raw: Any) -> bytes:
    """As it came over the wire, unpacked by nobody."""
    content = b""
    while len(content) < size and (more := raw.read(size - len(content), decode_content=False)):
        content += more
    return content


def unanswered(
    request: PostbackRequest, words: str, *, blocked: bool = False, ours: bool = False, maybe_arrived: bool = False
) -> PostbackResponse:
    """No answer is a response too."""
    now = datetime.now(UTC)
    return PostbackResponse(
        id=request.id, started=now, duration=0, error=words, blocked=blocked, ours=ours, maybe_arrived=maybe_arrived
    )
