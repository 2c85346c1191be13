"""What a receiver has answered lately. Times are seconds of any clock that only goes forward."""

from collections import deque

SECONDS = 30.0  # that are looked back
MOST = 500  # outcomes that are kept
SHARE = 0.7  # of failures, that opens the breaker


class Window:
    """The outcomes of the last half minute."""

    def __init__(self) -> None:
        self._outcomes: deque[tuple[float, bool]] = deque()
        self.failed = 0

    def __len__(self) -> int:
        return len(self._outcomes)

    def add(self, now: float, *, failed: bool) -> None:
        """One more; what is too old, or too much, goes."""
        self._outcomes.append((now, failed))
        self.failed += failed
        while len(self._outcomes) > MOST or self._outcomes[0][0] < now - SECONDS:
            self.failed -= self._outcomes.popleft()[1]

    def is_bad(self, least: int) -> bool:
        """Whether most of at least so many have failed."""
        return len(self) >= least and self.failed >= SHARE * len(self)

    def clear(self) -> None:
        """Look back no more."""
        self._outcomes.clear()
        self.failed = 0


class Meter:
    """How many landed per second: of this second and the last, the better."""

    def __init__(self) -> None:
        self._second = 0
        self._count = self._before = 0

    def add(self, now: float) -> None:
        """One has landed."""
        self._turn(now)
        self._count += 1

    def rate(self, now: float) -> int:
        """Of the better second."""
        self._turn(now)
        return max(self._count, self._before)

    def _turn(self, now: float) -> None:
        second = int(now)
        if second != self._second:
            self._before = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0
