"""A receiver in a process of its own, which can be told to misbehave: `python -m tests.faults.receiver_process PORT`.

It obeys lines of JSON on standard input and answers each with one on standard output; it ends with its input.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

# The five forms in which receivers write Retry-After: seconds, a date, a date that is over, nonsense, not at all.
RETRY_AFTERS: list[Callable[[], str]] = [
    lambda: "Retry-After: 1\r\n",
    lambda: f"Retry-After: {formatdate(time.time() + 2, usegmt=True)}\r\n",
    lambda: f"Retry-After: {formatdate(time.time() - 3600, usegmt=True)}\r\n",
    lambda: "Retry-After: -5 minutes\r\n",
    lambda: "",
]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nOK, I have it, th"


class Book:
    """How it behaves, and what it has seen."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.behaviour = "ok"
        self.delay = 0.0  # seconds before an answer
        self.requests: Counter[str] = Counter()  # by the conversion's tid
        self.completed: Counter[str] = Counter()  # those answered 2xx whose answer was written whole
        self.answers: Counter[str] = Counter()  # by behaviour
        self.connections: set[Connection] = set()
        self.server: asyncio.Server | None = None

    async def listen(self) -> None:
        """At every address of loopback."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Connection(self), "0.0.0.0", self.port, backlog=1024)

    async def obey(self, line: bytes) -> dict[str, Any]:
        """Behave so from now on; 'report' changes nothing."""
        order = json.loads(line)
        match order:
            case {"behave": "down"} if self.server:
                self.server.close()
                self.server = None
                for connection in list(self.connections):
                    connection.transport.abort()
            case {"behave": str(behaviour)}:
                self.behaviour, self.delay = behaviour, order["delay"]
                if not self.server:
                    await self.listen()
        return {"requests": self.requests, "completed": self.completed, "answers": self.answers}


class Connection(asyncio.Protocol):
    """One connection, kept alive; requests without a body, one after the other."""

    transport: asyncio.Transport

    def __init__(self, book: Book) -> None:
        self.book = book
        self.unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.book.connections.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self.book.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        *requests, self.unread = (self.unread + data).split(b"\r\n\r\n")
        for request in requests:
            query = request.split(b" ", 2)[1].partition(b"?")[2].decode()
            tid = parse_qs(query)["t"][0]
            self.book.requests[tid] += 1
            asyncio.get_running_loop().call_later(self.book.delay, self.answer, tid, self.book.behaviour)

    def answer(self, tid: str, behaviour: str) -> None:
        if self.transport.is_closing() or behaviour == "hang":
            return
        self.book.answers[behaviour] += 1
        if behaviour == "ok":
            self.transport.write(OK)
            # what the kernel did not take at once may never arrive
            self.book.completed[tid] += self.transport.get_write_buffer_size() == 0
        elif behaviour == "half":
            self.transport.write(HALF)
            self.transport.close()
        else:
            retry_after = RETRY_AFTERS[self.book.answers[behaviour] % len(RETRY_AFTERS)]()
            self.transport.write(f"HTTP/1.1 429 Slow down\r\n{retry_after}Content-Length: 0\r\n\r\n".encode())


async def main(port: int) -> None:
    """Until the input ends."""
    book, orders = Book(port), asyncio.StreamReader()
    await book.listen()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        print(json.dumps(await book.obey(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
