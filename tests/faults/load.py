"""The steady load: a network that reports conversions to us, and reports again what is refused."""

import http.client
import itertools
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

PER_SECOND = 100
CONNECTIONS = 12
PATIENCE = 120.0  # seconds that one report is repeated
PAUSE = 0.2  # seconds before a report is repeated


class Load:
    """Reports conversions, each with a tid of its own, at a steady pace over connections that are kept alive.

    Behind schedule it reports as fast as it is answered. Used as a context: what is begun inside ends accepted.
    """

    def __init__(self, url: str, subids: Sequence[str], per_second: float = PER_SECOND) -> None:
        self.parts = urlsplit(url)
        self.subids = subids
        self.per_second = per_second
        self.accepted: list[str] = []  # tids that were answered 2xx
        self.refused = 0  # answers that were not 2xx, and answers that never came
        self.given_up: list[str] = []
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._report_for_long, daemon=True) for _ in range(CONNECTIONS)]

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)
        assert error or not self.given_up, f"{len(self.given_up)} conversions were never accepted"

    def wait_for(self, accepted: int) -> None:
        """Until so many have been accepted in all."""
        end = time.monotonic() + PATIENCE
        while len(self.accepted) < accepted:
            assert time.monotonic() < end, f"{len(self.accepted)} of {accepted} conversions were accepted"
            time.sleep(0.02)

    def go_on(self, seconds: float) -> None:
        """For so long, and until as many more as belong to that time have been accepted: on a slow machine longer."""
        wanted = len(self.accepted) + int(seconds * self.per_second * 0.5)
        time.sleep(seconds)
        self.wait_for(wanted)

    def _report_for_long(self) -> None:
        connection = http.client.HTTPConnection(self.parts.hostname or "", self.parts.port, timeout=20)
        while not self._ended.is_set():
            number = next(self._numbers)
            if self._ended.wait(max(0.0, self._began + number / self.per_second - time.monotonic())):
                break
            self._report(connection, number)
        connection.close()

    def _report(self, connection: http.client.HTTPConnection, number: int) -> None:
        """Until it is accepted, as networks do."""
        tid = f"t{number}"
        query = urlencode({"subid": self.subids[number % len(self.subids)], "status": "sale", "tid": tid})
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._is_taken(connection, f"{self.parts.path}?{query}"):
                self.accepted.append(tid)
                return
            self.refused += 1
            time.sleep(PAUSE)
        self.given_up.append(tid)

    def _is_taken(self, connection: http.client.HTTPConnection, path: str) -> bool:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()  # the next request opens it anew
            return False
        return 200 <= answer.status < 300
