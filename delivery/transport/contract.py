"""What every transport takes in, gives back and promises."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from delivery.transport.phases import Phases

USER_AGENT = "S2S-Postbacks/1"
MAX_BODY = 64 * 1024  # bytes read of an answer: the log shows it, it does not archive it
MAX_RETRY_AFTER = 24 * 60 * 60  # seconds a receiver may ask us to stay away

NO_PHASES = Phases()  # nothing went out, or nobody looked

METHODS = frozenset({"GET", "POST"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# These say where a request begins and ends, or belong to one connection: only the transport knows them.
OWN_HEADERS = frozenset({"accept-encoding", "connection", "content-length", "expect", "host", "http2-settings"}) | {
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Answers name their charset; these are read as told, any other name (codecs are not all harmless) as UTF-8.
CHARSET = re.compile(
    r"""charset\s*=\s*["']?(utf-16|us-ascii|iso-8859-(?:1[013-6]|[1-9])|windows-125[0-8]|koi8-[ru]"""
    r"""|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr)\s*["']?\s*(?:;|$)""",
    re.IGNORECASE,
)


class Trouble(StrEnum):
    """Why no answer came, in words that name no URL."""

    REFUSED = "connection refused"
    NO_ROUTE = "no route to the receiver"
    RESET = "the connection broke off before the answer was complete"
    NOT_HTTP = "the answer is not HTTP"
    HEADER_TOO_LONG = "the header of the answer is too long"
    CERTIFICATE_NAME = "TLS: the certificate is for another name"
    CERTIFICATE_EXPIRED = "TLS: the certificate has expired"
    CERTIFICATE_UNKNOWN = "TLS: the certificate is not signed by an authority we trust"
    CERTIFICATE_BAD = "TLS: the certificate is not valid"
    TLS = "TLS: the receiver and we do not understand each other"
    PROXY = "our proxy does not let the request through"
    CLOSED = "the sender was stopped before an answer came"
    OUR_MACHINE = "our machine could not open a connection"
    OUR_FAULT = "the sender has a fault of its own; its log says more"


def no_answer_within(seconds: float) -> str:
    """The words for the deadline; a drip of bytes is no answer."""
    return f"no answer within {seconds:g} s"


def no_connection_within(seconds: float) -> str:
    """The words for a receiver that does not even pick up."""
    return f"no connection within {seconds:g} s"


NO_NAME_SERVER = "no name server answers"


def does_not_resolve(host: str) -> str:
    """The words for a host name without an address."""
    return f"the host name {host} does not resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostbackRequest:
    """What is to be asked of a receiver: rendered, nothing left to decide."""

    id: int  # the caller's own number for it; the response brings it back
    method: str
    url: str
    headers: Mapping[str, str]
    once: bool = False  # nothing below may send it a second time, whatever a connection does
    body: bytes = b""  # a POST without a body says Content-Length: 0

    @property
    def flaw(self) -> str:
        """Why it can never be sent, whatever its address; empty: it can."""
        if self.method not in METHODS:
            return "only GET and POST are sent"
        for name, value in self.headers.items():
            if not HEADER_NAME.fullmatch(name):
                return "a header has a name that HTTP does not allow"
            if name.lower() in OWN_HEADERS:
                return f"the header {name} is the sender's own"
            if CONTROL_CHARACTER.search(value):
                return f"the value of the header {name} has a line break or control character"
        return ""

    def wire_headers(self) -> dict[str, str | bytes]:
        """Headers as they go out: UTF-8 where ASCII does not do, the answer asked for as it is, unpacked."""
        headers: dict[str, str | bytes] = {"Accept-Encoding": "identity"}
        if not any(name.lower() == "user-agent" for name in self.headers):
            headers["User-Agent"] = USER_AGENT
        if self.method == "POST" or self.body:
            headers["Content-Length"] = str(len(self.body))
        for name, value in self.headers.items():
            text = value.strip(" \t")
            headers[name] = text if text.isascii() else text.encode("utf-8", "replace")
        return headers


@dataclass(frozen=True, slots=True, kw_only=True)
class PostbackResponse:
    """What became of a request. A failure is one too."""

    id: int
    started: datetime
    duration: float  # seconds
    code: int | None = None  # None: no answer, or one that broke off
    body: str = ""
    error: str = ""
    blocked: bool = False  # it may not or cannot be sent (address not allowed, URL or header impossible): final
    ours: bool = False  # our machine, name server or proxy failed, not the receiver
    maybe_arrived: bool = False  # no whole answer, but the request or a part of it went out: the receiver may have it
    retry_after: float | None = None  # seconds
    location: str = ""  # where a redirect points, without what may be secret
    phases: Phases = NO_PHASES  # of `duration`, as far as the transport can tell

    @property
    def is_sent(self) -> bool:
        """The receiver has it."""
        return self.code is not None and 200 <= self.code < 300

    @property
    def is_temporary(self) -> bool:
        """Another attempt may do better."""
        return not self.blocked and (self.code is None or self.code in {408, 425, 429} or self.code >= 500)

    @property
    def reason(self) -> str:
        """What to tell a person who asks how it went."""
        if self.code is None:
            return self.error
        if self.code not in REDIRECTS:
            return f"HTTP {self.code}"
        final_url = f"the final URL, at {self.location}" if self.location else "the final URL"
        return f"HTTP {self.code}: redirects are not followed; use {final_url}"


class Transport(Protocol):
    """The one door to the network.

    Each request that is started yields exactly one response, whatever its receiver, its URL or its headers are
    like. The answer to a request counts when it is complete, or longer than MAX_BODY; until then there is none.
    """

    def free(self) -> int:
        """How many requests can be started now."""

    def start(self, requests: Sequence[PostbackRequest]) -> None:
        """Send them, without waiting for anything; more than `free()` wait for a place, their deadline with them."""

    def poll(self, timeout: float) -> list[PostbackResponse]:
        """What has come back, waiting at most `timeout` seconds for the first."""

    def close(self, grace: float) -> None:
        """Let the flight land for `grace` seconds, then cut it off.

        What was cut off can still be polled. A request that hangs in a name lookup, which nothing can interrupt,
        may land after that; nobody waits for it.
        """


def read_body(content: bytes, content_type: str = "") -> str:
    """The text of an answer, fit for a database: what cannot be read is replaced, NUL is dropped."""
    told = CHARSET.search(content_type)
    charset = told[1] if told else "utf-8"
    return content[:MAX_BODY].decode(charset, "replace").replace("\0", "")


def read_retry_after(text: str, now: datetime) -> float | None:
    """Seconds from now, 0 to MAX_RETRY_AFTER, that a Retry-After header asks for; None: nonsense, or nothing."""
    text = text.strip()
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        seconds = float(text)
    else:
        moment = _http_date(text)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return min(max(seconds, 0.0), float(MAX_RETRY_AFTER))


def read_location(location: str, url: str) -> str:
    """Scheme and host that a redirect points to; the rest, which may hold a token, is left out."""
    if not location:
        return ""
    try:
        parts = urlsplit(urljoin(url, location.strip()))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in {"http", "https"} or not host.isprintable():
        return ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}/…"


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
