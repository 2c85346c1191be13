"""A receiver on loopback that notes every task key, and whether its answer was completed."""

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address) -> None:
        """A sender that was killed leaves a broken pipe; that is the test's doing."""


class Receiver:
    """Listens at every address of 127.0.0.0/8; answers after `delay` seconds."""

    def __init__(self, delay: float = 0) -> None:
        self.delay = delay
        self.arrived: Counter[str] = Counter()  # requests, by what names the postback in their URL
        self.answered: Counter[str] = Counter()  # those whose answer was written whole
        self.first_came: dict[str, float] = {}  # when, in seconds since 1970
        self.changed = threading.Condition()
        self._server = Server(("0.0.0.0", 0), self._handler())
        self.port = self._server.server_port

    def url(self, host: int = 1) -> str:
        return f"http://127.0.0.{host}:{self.port}"

    def wait_for(self, keys: int, seconds: float = 60) -> bool:
        """Whether so many different postbacks were answered in time."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.answered) >= keys, seconds)

    def wait_for_flight(self, requests: int, seconds: float = 60) -> bool:
        """Whether so many requests have come, answered or not."""
        with self.changed:
            return self.changed.wait_for(lambda: self.arrived.total() >= requests, seconds)

    @property
    def doubled(self) -> int:
        return sum(count - 1 for count in self.answered.values())

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def note(self, counter: Counter[str], path: str) -> None:
        with self.changed:
            counter[path] += 1
            self.changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                name = f"{self.headers['Host']}{self.path}"
                receiver.first_came.setdefault(name, time.time())
                receiver.note(receiver.arrived, name)
                time.sleep(receiver.delay)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")
                self.wfile.flush()
                receiver.note(receiver.answered, name)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        return Answer
