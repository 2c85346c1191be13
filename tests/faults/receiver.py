"""The test's end of the receiver process."""

import json
import subprocess
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.faults.servers import LEASH, free_port
from tests.system.processes import PYTHON, ROOT, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the receiver has noted so far, by the conversion's tid."""

    requests: dict[str, int]
    completed: dict[str, int]  # answers with 2xx that were written whole
    answers: dict[str, int]  # all answers, by behaviour

    @property
    def doubled(self) -> int:
        """Keys that were answered 2xx in full more than once."""
        return sum(count > 1 for count in self.completed.values())

    @property
    def repeated(self) -> int:
        """All other second requests."""
        again = sum(self.requests.values()) - len(self.requests)
        return again - sum(count - 1 for count in self.completed.values() if count > 1)


class Receiver:
    """Notes every task key and whether its answer was completed; behaves as it is told."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [*LEASH, PYTHON, "-m", "tests.faults.receiver_process", str(self.port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.seen()

    def behave(self, behaviour: str, delay: float = 0.0) -> Seen:
        """From now on: ok, down, hang, half or 429; answers come after `delay` seconds."""
        return self._order({"behave": behaviour, "delay": delay})

    def seen(self) -> Seen:
        return self._order({})

    def wait_for(self, requests: int, seconds: float = 60) -> None:
        """Until so many have come."""
        assert until(lambda: sum(self.seen().requests.values()) >= requests, seconds)

    def _order(self, order: dict[str, Any]) -> Seen:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Seen(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
