"""A load generator: keep-alive connections, each with one request under way, as cheap as Python allows."""

import asyncio
import socket
import sys
import time
from collections.abc import Iterator
from typing import cast

CONNECTIONS = 16


class Asking(asyncio.Protocol):
    """One connection; the next target is asked for when the answer to the last has come."""

    def __init__(self, host: bytes, targets: Iterator[bytes], count: "Count") -> None:
        self.host, self.targets, self.count = host, targets, count
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def data_received(self, data: bytes) -> None:
        """Count the answer when it is complete, and ask on."""
        self.rest += data
        end = self.rest.find(b"\r\n\r\n")
        if end < 0:
            return
        header = self.rest[:end].lower()
        start = header.find(b"content-length:")
        length = int(header[start + 15 :].split(b"\r", 1)[0]) if start >= 0 else 0
        if len(self.rest) < end + 4 + length:
            return
        self.rest = b""
        self.count.answered[header[9:12].decode()] = self.count.answered.get(header[9:12].decode(), 0) + 1
        self.ask()

    def ask(self) -> None:
        """The next one, if there is time."""
        target = next(self.targets, None) if time.monotonic() < self.count.until else None
        if target is None:
            self.transport.close()
        else:
            self.transport.write(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target, self.host))

    def connection_lost(self, _error: Exception | None) -> None:
        """The last one ends the load."""
        self.count.open -= 1
        if not self.count.open:
            self.count.over.set()


class Count:
    """Answers by their code."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.answered: dict[str, int] = {}
        self.open = CONNECTIONS
        self.over = asyncio.Event()


async def load(port: int, seconds: float, targets: Iterator[bytes]) -> dict[str, int]:
    """Answers by their code, after so many seconds or when the targets are at an end."""
    loop = asyncio.get_running_loop()
    count = Count(time.monotonic() + seconds)
    for _ in range(CONNECTIONS):
        wire = socket.create_connection(("127.0.0.1", port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.create_connection(lambda: Asking(b"127.0.0.1:%d" % port, targets, count), sock=wire)
    await count.over.wait()
    return count.answered


if __name__ == "__main__":
    _, port_text, seconds_text = sys.argv[:3]
    lines = (line.strip().encode() for line in sys.stdin)
    started = time.monotonic()
    answered = asyncio.run(load(int(port_text), float(seconds_text), lines))
    import json

    print(json.dumps({"answered": answered, "seconds": time.monotonic() - started}))
