"""Why a name did not resolve, which libcurl does not tell: asked once more, in threads that nobody waits for."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue

from delivery.transport.contract import NO_NAME_SERVER, PostbackResponse, does_not_resolve
from delivery.transport.troubles import unresolved

AT_ONCE = 4  # threads: daemons, as a lookup cannot be interrupted and must not hold up the end of the process
PATIENCE = 2.0  # seconds; who has not answered by then does not answer


class Unresolved:
    """Responses that wait for their reason. Each host is asked for once, however many wait for it."""

    def __init__(self, land: Callable[[list[PostbackResponse]], None]) -> None:
        self._land = land
        self._waiting: dict[str, list[PostbackResponse]] = {}
        self._since: dict[str, float] = {}  # in the order of their coming
        self._hosts: SimpleQueue[str] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def add(self, host: str, response: PostbackResponse) -> None:
        """It did not resolve; say why, and land it."""
        with self._lock:
            self._number += 1
            self._waiting.setdefault(host, []).append(response)
            if host in self._since:
                return
            self._since[host] = time.monotonic()
        self._hosts.put(host)
        if self._threads < AT_ONCE:
            self._threads += 1
            threading.Thread(target=self._work, name="postback-names", daemon=True).start()

    def land_late(self, patience: float = PATIENCE) -> None:
        """Wait no longer for an answer that takes longer than this."""
        moment = time.monotonic() - patience
        with self._lock:
            late = [host for host, since in self._since.items() if since <= moment]
        for host in late:
            self._tell(host, f"{does_not_resolve(host)}: {NO_NAME_SERVER}", ours=True)

    def _work(self) -> None:
        while True:
            host = self._hosts.get()
            if host not in self._since:  # landed meanwhile
                continue
            try:
                socket.getaddrinfo(host, None)
            except OSError as error:
                why = unresolved(host, error)
                self._tell(host, why.words, ours=why.ours)
            except UnicodeError:  # no name at all
                self._tell(host, does_not_resolve(host))
            else:  # now it does
                self._tell(host, does_not_resolve(host))

    def _tell(self, host: str, words: str, *, ours: bool = False) -> None:
        with self._lock:
            self._since.pop(host, None)
            responses = self._waiting.pop(host, [])
            if responses:
                self._land([replace(response, error=words, ours=ours) for response in responses])
            self._number -= len(responses)
