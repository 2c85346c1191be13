"""Receivers on loopback that answer, dawdle and lie as their script says."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from delivery.transport.contract import PostbackRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


def answer(code: int, *headers: str, body: bytes = b"", version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {code} So", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class Conversation:
    """One connection, from the receiver's side."""

    def __init__(self, receiver: "Receiver", connection: socket.socket):
        self.receiver = receiver
        self.connection = connection
        self._reader = connection.makefile("rb")

    def read(self) -> bytes:
        """The next request, head and body; empty: there is none."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._reader.readline()
            if not line:
                return b""
            head += line
        size = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
        request = head + self._reader.read(size[0] if size else 0)
        self.receiver.requests.append(request)
        self.receiver.asked.release()
        return request

    def read_line(self) -> bytes:
        """As much of the request as says what is asked for."""
        return self._reader.readline()

    def send(self, content: bytes) -> None:
        self.connection.sendall(content)

    def drip(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            if self.receiver.is_over.wait(0.02):
                return
            self.send(piece)

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.receiver.is_over.wait(60)

    def reset(self) -> None:
        """Hang up with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def close(self) -> None:
        self._reader.close()
        self.connection.close()


Script = Callable[[Conversation], None]


class Receiver:
    """Listens on a free port of 127.0.0.1; each connection has a thread and follows the script."""

    def __init__(self, script: Script | bytes, tls: ssl.SSLContext | None = None):
        self.script = answering(script) if isinstance(script, bytes) else script
        self.tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = threading.Semaphore(0)
        self.hung_up = threading.Semaphore(0)
        self.is_over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/canary/p?token=canary&sum=1.5"

    def close(self) -> None:
        self.is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(5)
        for connection in self._sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(5)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._sockets.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=[connection], daemon=True))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._sockets.append(connection)
            conversation = Conversation(self, connection)
            try:
                self.script(conversation)
            finally:
                conversation.close()
        connection.close()
        self.hung_up.release()


def answering(content: bytes) -> Script:
    """The same answer to every request, on a connection that is kept."""

    def script(conversation: Conversation) -> None:
        while conversation.read():
            conversation.send(content)

    return script


def answering_once(content: bytes) -> Script:
    """One answer, then hang up."""

    def script(conversation: Conversation) -> None:
        if conversation.read():
            conversation.send(content)

    return script


def request_to(url, **options):
    return PostbackRequest(**{"id": 7, "method": "GET", "url": url, "headers": {}} | options)


def ask(transport, url, **options):
    """The one response to one request, in which no token may stand."""
    transport.start([request_to(url, **options)])
    (response,) = transport.poll(30)
    assert response.id == 7
    assert "canary" not in response.error + response.reason
    assert transport.poll(0) == []
    return response
