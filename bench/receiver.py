"""A receiver in a process of its own, as cheap as Python allows: it answers, counts, and notes when each key came.

It listens at every address of 127.0.0.0/8, so that one process stands for as many receivers as are wanted. A request's
key is its `Idempotency-Key`, or its whole target where there is none.
"""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, cast

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
KEY = b"\r\nidempotency-key:"
LENGTH = b"\r\ncontent-length:"
PATIENCE = 30.0  # seconds for the process to say something


@dataclass(frozen=True, slots=True)
class Moment:
    """What was counted by then."""

    at: float  # seconds of the machine's monotonic clock
    requests: int
    cpu: float  # seconds that the receiver's process has worked


@dataclass(slots=True)
class Counted:
    """Every request that came, by its key; and how requests are answered from now on."""

    delay: float = 0.0  # seconds
    hanging: frozenset[str] = frozenset()  # addresses that never answer
    requests: int = 0
    first_came: dict[bytes, float] = field(default_factory=dict)  # seconds since 1970
    repeated: int = 0  # requests whose key had come before

    def note(self, key: bytes) -> None:
        """One more."""
        self.requests += 1
        if key in self.first_came:
            self.repeated += 1
        else:
            self.first_came[key] = time.time()


class Answering(asyncio.Protocol):
    """One connection: kept alive, and read by hand."""

    def __init__(self, counted: Counted) -> None:
        self.counted = counted
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Which of the receivers this is, its own address says."""
        self.transport = cast(asyncio.WriteTransport, transport)
        self.address: str = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self.rest += data
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            header = self.rest[:end]
            length = end + 4 + (int(value_of(header, LENGTH) or 0) if header.startswith(b"POST") else 0)
            if len(self.rest) < length:
                return
            self.rest = self.rest[length:]
            self.counted.note(value_of(header, KEY) or header.split(b" ", 2)[1])
            self.answer()

    def answer(self) -> None:
        """Now, later or never."""
        if self.counted.delay:
            asyncio.get_running_loop().call_later(self.counted.delay, self.transport.write, ANSWER)
        elif self.address not in self.counted.hanging:
            self.transport.write(ANSWER)


def value_of(header: bytes, name: bytes) -> bytes:
    """The value of a header, b"" where it is missing; `name` in small letters, from its line break to its colon."""
    start = header.lower().find(name)
    if start < 0:
        return b""
    start += len(name)
    end = header.find(b"\r", start)
    return header[start : end if end >= 0 else len(header)].strip()


class Serving:
    """The receiver's own process, and what it can be asked."""

    def __init__(self, questions: Connection) -> None:
        self.questions = questions
        self.counted = Counted()
        self.over = asyncio.Event()
        self.answers: dict[str, Callable[..., Any]] = {
            "moment": lambda: Moment(time.monotonic(), self.counted.requests, time.process_time()),
            "first_came": lambda: self.counted.first_came,
            "repeated": lambda: self.counted.repeated,
            "begin": self.begin,
        }

    async def serve(self) -> None:
        """Until nobody asks any more."""
        loop = asyncio.get_running_loop()
        listening = socket.create_server(("0.0.0.0", 0), backlog=4096)
        server = await loop.create_server(lambda: Answering(self.counted), sock=listening)
        self.questions.send(listening.getsockname()[1])
        loop.add_reader(self.questions.fileno(), self.tell)
        await self.over.wait()
        loop.remove_reader(self.questions.fileno())
        server.close()

    def tell(self) -> None:
        """Answer one question; whoever asked has ended where the pipe is closed."""
        try:
            question, *values = self.questions.recv()
            self.questions.send(self.answers[question](*values))
        except (EOFError, OSError):
            self.over.set()

    def begin(self, delay: float, hanging: frozenset[str]) -> None:
        """Count anew. In place: connections that are open go on."""
        self.counted.delay, self.counted.hanging = delay, hanging
        self.counted.requests = self.counted.repeated = 0
        self.counted.first_came.clear()


def serve(questions: Connection) -> None:
    """What the process does."""
    asyncio.run(Serving(questions).serve())


class Receiver:
    """The process, as whoever starts it sees it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._questions, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.port: int = self._heard()

    def moment(self) -> Moment:
        """How many have come by now."""
        return cast(Moment, self._ask("moment"))

    def first_came(self) -> dict[str, float]:
        """When each key came first, in seconds since 1970."""
        return {key.decode(): came for key, came in self._ask("first_came").items()}

    def repeated(self) -> int:
        """How many requests had a key that had come before."""
        return cast(int, self._ask("repeated"))

    def begin(self, *, delay: float = 0, hanging: Collection[str] = ()) -> None:
        """Count from nothing; answer after `delay` seconds from now on, and at the `hanging` addresses never."""
        self._ask("begin", delay, frozenset(hanging))

    def wait_for(self, requests: int, seconds: float) -> bool:
        """Whether so many had come in time."""
        until = time.monotonic() + seconds
        while self.moment().requests < requests:
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        """End the process."""
        self._questions.close()
        self._process.join(5)
        self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, *question: object) -> Any:
        self._questions.send(question)
        return self._heard()

    def _heard(self) -> Any:
        if not self._questions.poll(PATIENCE):
            raise TimeoutError("The receiver's process says nothing.")
        return self._questions.recv()
