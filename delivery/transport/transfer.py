"""One transfer of libcurl's at a time: what is asked, what is read, and how it ended."""

import os
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import pycurl

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
from delivery.transport.curl_troubles import broken_off, has_left
from delivery.transport.phases import Marks, Phases
from delivery.transport.troubles import NoAnswer, not_connected
from postbacks.addresses import why_address_refused, with_ascii_host

# Many servers close an idle connection after 5 s; a request that crosses with that is lost without a word.
FRESH_FOR = 4  # seconds
END_OF_HEADER = {b"\r\n", b"\n"}
NO_PROXY = ""  # said aloud, or libcurl asks the environment


class Opened:
    """pycurl goes on with a duplicate of the descriptor; this one is over as soon as nobody holds it."""

    def __init__(self, opened: socket.socket) -> None:
        self._number = opened.detach()

    def fileno(self) -> int:
        """As pycurl asks for it."""
        return self._number

    def __del__(self) -> None:
        os.close(self._number)


class Transfer:
    """A place: an easy handle that is used again and again, with its own callbacks."""

    def __init__(
        self,
        *,
        connect_timeout: float,
        deadline: float,
        allowed_networks: Sequence[IPv4Network | IPv6Network],
        proxy_url: str,
        ca_file: str,
        resolve: list[str],
    ) -> None:
        self.request = PostbackRequest(id=0, method="GET", url="", headers={})
        self.refused: NoAnswer | None = None  # why no socket was opened to what it resolves to
        self.connect_timeout, self.deadline, self.has_proxy = connect_timeout, deadline, bool(proxy_url)
        self._allowed_networks = allowed_networks
        self._headers: list[bytes] = []
        self._body: list[bytes] = []
        self._room = 0  # bytes of the answer that are still read
        self._method = ""
        self.started = datetime.now(UTC)
        self.began = self.until = 0.0  # seconds of a clock that only goes forward
        self.handle = pycurl.Curl()
        self._prepare(proxy_url, ca_file)
        if resolve:
            self.handle.setopt(pycurl.RESOLVE, resolve)

    def _prepare(self, proxy_url: str, ca_file: str) -> None:
        """All that stays the same from request to request."""
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.TIMEOUT_MS, round(self.deadline * 1000)),
            (pycurl.CONNECTTIMEOUT_MS, round(self.connect_timeout * 1000)),
            (pycurl.MAXAGE_CONN, FRESH_FOR),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PATH_AS_IS, 1),
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
            (pycurl.NETRC, 0),
            (pycurl.PROXY, proxy_url),
            (pycurl.NOPROXY, NO_PROXY),
            (pycurl.CAINFO, ca_file),
            (pycurl.PROXY_CAINFO, ca_file),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.OPENSOCKETFUNCTION, self._open_socket),
            (pycurl.HEADERFUNCTION, self._headers.append),
            (pycurl.WRITEFUNCTION, self._read),
        ):
            self.handle.setopt(option, value)

    @property
    def host(self) -> str:
        """Whom it asks."""
        return urlsplit(self.request.url).hostname or ""

    @property
    def is_out(self) -> bool:
        """Whether something has left, be it to ask a proxy for a tunnel."""
        return int(self.handle.getinfo(pycurl.REQUEST_SIZE)) > 0

    def ask(self, request: PostbackRequest) -> None:
        """Make it ready to go."""
        self.request, self.refused, self._room = request, None, MAX_BODY
        self._headers.clear()
        self._body.clear()
        self.started, self.began = datetime.now(UTC), time.monotonic()
        self.until = self.began + self.deadline
        self.handle.setopt(pycurl.URL, with_ascii_host(request.url).encode("utf-8", "replace"))
        self.handle.setopt(pycurl.HTTPHEADER, _lines(request))
        # libcurl sends once more, by itself, what went out over a kept connection that turned out to be closed
        self.handle.setopt(pycurl.FRESH_CONNECT, request.once)
        self._choose_method(request)

    def _choose_method(self, request: PostbackRequest) -> None:
        before, self._method = self._method, ""  # unknown, should libcurl refuse what follows
        if request.body or request.method != "GET":
            self.handle.setopt(pycurl.POSTFIELDS, request.body)
            self.handle.setopt(pycurl.CUSTOMREQUEST, request.method)
        elif before != "GET":
            self.handle.unsetopt(pycurl.CUSTOMREQUEST)
            self.handle.setopt(pycurl.HTTPGET, 1)
        self._method = "" if request.body else request.method

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        """The last look: what is judged here is what is connected to."""
        family, kind, protocol, where = address
        if not self.has_proxy:  # the proxy is the operator's own, and judges for itself
            refusal = why_address_refused(ip_address(where[0]), self._allowed_networks)
            self.refused = NoAnswer(refusal, blocked=True) if refusal else self.refused
        if self.refused:
            return pycurl.SOCKET_BAD
        try:
            return Opened(socket.socket(family, kind, protocol))
        except OSError as error:
            self.refused = not_connected(error, self.connect_timeout)
            return pycurl.SOCKET_BAD

    def _read(self, some: bytes) -> int:
        """As much as is kept; the rest is not waited for."""
        self._body.append(some[: self._room])
        self._room -= len(some)
        return len(some) if self._room > 0 else 0

    def answer(self) -> PostbackResponse:
        """What came back, whole or as much of it as counts; a header that breaks off is no answer."""
        if not self._has_whole_header():
            return self.unanswered(NoAnswer(Trouble.RESET), maybe_arrived=True)
        code = self.handle.getinfo(pycurl.RESPONSE_CODE)
        if code < 200:  # 101: it begins to speak something that nobody asked for
            return self.unanswered(NoAnswer(Trouble.NOT_HTTP), maybe_arrived=True)
        told = self._told() if code >= 300 else {}
        duration = self.handle.getinfo(pycurl.TOTAL_TIME)
        return PostbackResponse(
            id=self.request.id,
            started=self.started,
            duration=duration,
            code=code,
            body=self._text(),
            retry_after=read_retry_after(told.get("retry-after", ""), datetime.now(UTC)),
            location=read_location(told.get("location", ""), self.request.url),
            phases=self._phases(duration),
        )

    def failure(self, number: int, words: str) -> PostbackResponse:
        """Why there is no answer."""
        if number == pycurl.E_WRITE_ERROR and self._room <= 0:
            return self.answer()
        if self.refused:
            return self.unanswered(self.refused, maybe_arrived=self.is_out and not self.refused.blocked)
        return self.unanswered(broken_off(self, number, words), maybe_arrived=has_left(self, number, words))

    def unanswered(self, why: NoAnswer, *, maybe_arrived: bool) -> PostbackResponse:
        """No answer is a response too."""
        duration = time.monotonic() - self.began
        return PostbackResponse(
            id=self.request.id,
            started=self.started,
            duration=duration,
            error=why.words,
            blocked=why.blocked,
            ours=why.ours,
            maybe_arrived=maybe_arrived,
            phases=NO_PHASES if why.blocked else self._phases(duration),
        )

    def _phases(self, duration: float) -> Phases:
        """Few questions, as this is asked of every answer; the most go over a kept connection."""
        ask = self.handle.getinfo
        asked, answered = ask(pycurl.PRETRANSFER_TIME), ask(pycurl.STARTTRANSFER_TIME)
        if not ask(pycurl.NUM_CONNECTS) and self.is_out:
            return Phases.over_kept(asked, answered, duration)
        resolved, connected = ask(pycurl.NAMELOOKUP_TIME), ask(pycurl.CONNECT_TIME)
        marks = Marks(resolved, connected, ask(pycurl.APPCONNECT_TIME), asked, answered)
        return marks.phases(duration, is_secure=self.request.url[:6].lower() == "https:")

    def _text(self) -> str:
        if not self._body:
            return ""
        content_type = self.handle.getinfo_raw(pycurl.CONTENT_TYPE) or b""  # a receiver may send any bytes in it
        return read_body(b"".join(self._body), content_type.decode("latin-1"))

    def _has_whole_header(self) -> bool:
        """Whether each header, that of an interim answer too, ended with its empty line."""
        begun = sum(line.startswith(b"HTTP/") for line in self._headers)
        return sum(line in END_OF_HEADER for line in self._headers) >= begun

    def _told(self) -> dict[str, str]:
        """The header of the final answer; interim ones stand before it."""
        told: dict[str, str] = {}
        for line in self._headers:
            if line.startswith(b"HTTP/"):
                told.clear()
            name, _colon, value = line.decode("latin-1").partition(":")
            told.setdefault(name.strip().lower(), value.strip())  # of several the first
        return told

    def close(self) -> None:
        """Give it back to the system."""
        self.handle.close()


def _lines(request: PostbackRequest) -> list[bytes]:
    """The header lines, and the names of those that libcurl would add by itself."""
    lines = [b"Accept:", b"Expect:"]
    names = {"accept"}
    for name, value in request.wire_headers().items():
        if name != "Content-Length":  # libcurl's own
            line = value if isinstance(value, bytes) else value.encode("ascii")
            lines.append(name.encode("ascii") + (b": " + line if line else b";"))
            names.add(name.lower())
    return lines if "content-type" in names else [*lines, b"Content-Type:"]
