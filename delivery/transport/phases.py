"""Where the time of an attempt went."""

from dataclasses import dataclass
from typing import NamedTuple


class Phases(NamedTuple):
    """Seconds of each part; None: it did not come to it, or there is none. A kept connection has 0 of the first three.

    `wait` goes from the moment the request begins to leave to the first byte of the answer, `read` from there to its
    last. What ended an attempt before its time is the last part that is told.
    """

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    wait: float | None = None
    read: float | None = None

    @classmethod
    def over_kept(cls, asked: float, answered: float, total: float) -> "Phases":
        """Of a request that went over a connection that was there before."""
        wait, before = _part(asked, answered, total)
        return cls(0.0, 0.0, 0.0, wait, _rest(before, total))


@dataclass(slots=True)
class Marks:
    """When each part was over, in seconds since the attempt began; 0: it never was."""

    resolved: float = 0
    connected: float = 0
    secured: float = 0
    asked: float = 0  # the request began to leave
    answered: float = 0  # the first byte was there

    def phases(self, total: float, *, is_secure: bool) -> Phases:
        """The parts between the marks, of an attempt that opened a connection."""
        tls = None
        dns, before = _part(0, self.resolved, total)
        connect, before = _part(before, self.connected, total)
        if is_secure:
            tls, before = _part(before, self.secured, total)
        wait, before = _part(before and max(before, self.asked), self.answered, total)
        return Phases(dns, connect, tls, wait, _rest(before, total))


def _part(before: float | None, mark: float, total: float) -> tuple[float | None, float | None]:
    """How long from the mark before to this one, and where the next part begins; what was never over took the rest."""
    if before is None:
        return None, None
    return (max(mark - before, 0.0), mark) if mark else (max(total - before, 0.0), None)


def _rest(before: float | None, total: float) -> float | None:
    return None if before is None else max(total - before, 0.0)
