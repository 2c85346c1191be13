"""Puts the exceptions of four libraries into words of our own: theirs hold the URL, and with it the tokens."""

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from delivery.transport.contract import (
    NO_NAME_SERVER,
    Trouble,
    does_not_resolve,
    no_answer_within,
    no_connection_within,
)

OUR_ERRORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}
TROUBLE_BY_ERRNO = {
    errno.ECONNREFUSED: Trouble.REFUSED,
    errno.EHOSTUNREACH: Trouble.NO_ROUTE,
    errno.ENETUNREACH: Trouble.NO_ROUTE,
    errno.ECONNRESET: Trouble.RESET,
}
# OpenSSL's X509_V_ERR_...
TROUBLE_BY_VERIFY_CODE = {
    10: Trouble.CERTIFICATE_EXPIRED,
    18: Trouble.CERTIFICATE_UNKNOWN,
    19: Trouble.CERTIFICATE_UNKNOWN,
    20: Trouble.CERTIFICATE_UNKNOWN,
    21: Trouble.CERTIFICATE_UNKNOWN,
    62: Trouble.CERTIFICATE_NAME,
    64: Trouble.CERTIFICATE_NAME,
}
# The first that stands anywhere in the chain of causes; a kind stands before those it is a case of.
TROUBLE_BY_KIND: list[tuple[type[BaseException], Trouble]] = [
    (ConnectionRefusedError, Trouble.REFUSED),
    (http.client.RemoteDisconnected, Trouble.RESET),
    (ssl.SSLEOFError, Trouble.RESET),
    (ssl.SSLZeroReturnError, Trouble.RESET),
    (ssl.SSLError, Trouble.TLS),
    (requests.exceptions.SSLError, Trouble.TLS),
    (http.client.LineTooLong, Trouble.HEADER_TOO_LONG),
    (http.client.BadStatusLine, Trouble.NOT_HTTP),
    (http.client.UnknownProtocol, Trouble.NOT_HTTP),
    (http.client.IncompleteRead, Trouble.RESET),
    (urllib3.exceptions.InvalidHeader, Trouble.NOT_HTTP),
    (ConnectionError, Trouble.RESET),
    (http.client.HTTPException, Trouble.HEADER_TOO_LONG),  # "got more than 100 headers"
]
TIMEOUTS = (TimeoutError, requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
CONNECT_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")


class NoAnswer(Exception):  # noqa: N818 - it says what is, as its siblings in the standard library do
    """There is no answer, and why. No OSError, so that urllib3 passes it on as it is."""

    def __init__(self, words: str, *, blocked: bool = False, ours: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.blocked = blocked
        self.ours = ours


def unresolved(host: str, error: OSError) -> NoAnswer:
    """The name server has no address, or there is no name server: the second is no fault of the receiver."""
    if error.errno == socket.EAI_AGAIN:
        return NoAnswer(f"{does_not_resolve(host)}: {NO_NAME_SERVER}", ours=True)
    return NoAnswer(does_not_resolve(host))


def not_connected(error: OSError, patience: float) -> NoAnswer:
    """Nobody picks up, or there is no way."""
    if isinstance(error, TimeoutError):
        return NoAnswer(no_connection_within(patience))
    if error.errno in OUR_ERRORS:
        return NoAnswer(Trouble.OUR_MACHINE, ours=True)
    trouble = TROUBLE_BY_ERRNO.get(error.errno or 0, Trouble.NO_ROUTE)
    return NoAnswer(trouble, ours=error.errno == errno.ENETUNREACH)


def broken_off(error: Exception, deadline: float) -> NoAnswer:
    """There was a connection, but no whole answer came over it."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswer(TROUBLE_BY_VERIFY_CODE.get(cause.verify_code, Trouble.CERTIFICATE_BAD))
        if isinstance(cause, TIMEOUTS):
            return NoAnswer(no_answer_within(deadline))
        if isinstance(cause, OSError) and (refusal := CONNECT_TUNNEL.search(str(cause))):
            return not_tunnelled(int(refusal[1]))
    for kind, trouble in TROUBLE_BY_KIND:
        if any(isinstance(cause, kind) for cause in causes):
            return NoAnswer(trouble)
    return NoAnswer(Trouble.RESET)


def not_tunnelled(code: int) -> NoAnswer:
    """A gateway error is the proxy's word for a receiver that it does not reach; all else is between it and us."""
    return NoAnswer(f"{Trouble.PROXY}: HTTP {code}", ours=code not in {502, 503, 504})


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was made from, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
