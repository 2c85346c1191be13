"""Puts libcurl's error numbers into words of our own: its texts hold host names, and say little to a person."""

import re
from typing import Protocol

import pycurl

from delivery.transport.contract import (
    NO_NAME_SERVER,
    Trouble,
    does_not_resolve,
    no_answer_within,
    no_connection_within,
)
from delivery.transport.troubles import TROUBLE_BY_VERIFY_CODE, NoAnswer, not_connected, not_tunnelled

# what pycurl has no name for
E_WEIRD_SERVER_REPLY, E_HTTP2_STREAM, E_PROXY, E_TOO_LARGE = 8, 92, 97, 100
TROUBLE_BY_NUMBER = {
    pycurl.E_UNSUPPORTED_PROTOCOL: Trouble.NOT_HTTP,  # "Received HTTP/0.9 when not allowed"
    E_WEIRD_SERVER_REPLY: Trouble.NOT_HTTP,
    pycurl.E_PARTIAL_FILE: Trouble.RESET,
    pycurl.E_GOT_NOTHING: Trouble.RESET,
    pycurl.E_SEND_ERROR: Trouble.RESET,
    pycurl.E_RECV_ERROR: Trouble.RESET,
    pycurl.E_HTTP2: Trouble.RESET,
    E_HTTP2_STREAM: Trouble.RESET,
    E_TOO_LARGE: Trouble.HEADER_TOO_LONG,
}
# these come before the request
BEFORE = {pycurl.E_COULDNT_RESOLVE_PROXY, pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_CONNECT, E_PROXY} | {
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
}
OUR_NUMBERS = {pycurl.E_OUT_OF_MEMORY, pycurl.E_FAILED_INIT, pycurl.E_INTERFACE_FAILED}
# without a tunnel they are about the way to the proxy
OF_THE_PROXY = {pycurl.E_COULDNT_RESOLVE_PROXY, pycurl.E_COULDNT_CONNECT, pycurl.E_OPERATION_TIMEDOUT, E_PROXY}
TUNNEL = re.compile(r"CONNECT tunnel failed, response ([0-9]{3})")


class Failed(Protocol):
    """What is asked of a transfer that failed."""

    handle: pycurl.Curl
    has_proxy: bool
    connect_timeout: float
    deadline: float

    @property
    def is_out(self) -> bool:
        """Whether something has left, be it to ask a proxy for a tunnel."""

    @property
    def host(self) -> str:
        """Whom it was to ask."""


def broken_off(failed: Failed, number: int, words: str) -> NoAnswer:
    """Why there is no answer, by the number of libcurl's error; its words are searched, never repeated."""
    if tunnel := TUNNEL.search(words):
        return not_tunnelled(int(tunnel[1]))
    if has_left(failed, number, words):
        return _broken(failed, number, words)
    why = _not_begun(failed, number, words)
    if failed.has_proxy and number in OF_THE_PROXY:
        return NoAnswer(f"our proxy: {why.words}", ours=True)
    return why


def has_left(failed: Failed, number: int, words: str) -> bool:
    """Whether the receiver may have the request. What was said to a proxy to reach it does not count."""
    return failed.is_out and number not in BEFORE and not TUNNEL.search(words)


def _broken(failed: Failed, number: int, words: str) -> NoAnswer:
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return NoAnswer(no_answer_within(failed.deadline))
    if "oo large response header" in words or "oo many response headers" in words:
        return NoAnswer(Trouble.HEADER_TOO_LONG)
    if number in OUR_NUMBERS:
        return NoAnswer(Trouble.OUR_MACHINE, ours=True)
    return NoAnswer(TROUBLE_BY_NUMBER.get(number, Trouble.RESET))


def _not_begun(failed: Failed, number: int, words: str) -> NoAnswer:
    """There was no connection yet, or none that is to be trusted."""
    if number == pycurl.E_OPERATION_TIMEDOUT and words.startswith("Resolving timed out"):
        return NoAnswer(f"{does_not_resolve(failed.host)}: {NO_NAME_SERVER}", ours=True)
    if number == pycurl.E_OPERATION_TIMEDOUT:
        if not failed.handle.getinfo(pycurl.NAMELOOKUP_TIME):  # the lookup itself took all the time
            return NoAnswer(f"{does_not_resolve(failed.host)}: {NO_NAME_SERVER}", ours=True)
        return NoAnswer(no_connection_within(failed.connect_timeout))
    if number in {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}:
        return NoAnswer(does_not_resolve(failed.host))
    if number in {pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CONNECT_ERROR}:
        return NoAnswer(_tls_trouble(failed.handle.getinfo(pycurl.SSL_VERIFYRESULT), words))
    if number in OUR_NUMBERS:
        return NoAnswer(Trouble.OUR_MACHINE, ours=True)
    return not_connected(OSError(failed.handle.getinfo(pycurl.OS_ERRNO), ""), failed.connect_timeout)


def _tls_trouble(code: int, words: str) -> Trouble:
    if "subject name" in words or "common name" in words:  # judged before the signature
        return Trouble.CERTIFICATE_NAME
    if code:
        return TROUBLE_BY_VERIFY_CODE.get(code, Trouble.CERTIFICATE_BAD)
    return Trouble.RESET if "SSL_ERROR_SYSCALL" in words or "unexpected eof" in words else Trouble.TLS
