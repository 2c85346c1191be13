"""Places: how many requests may fly to one receiver at once, from this worker."""


class Places:
    """One more for each round of good answers, half of them for each round of bad ones."""

    def __init__(self, start: int, most: int) -> None:
        self.count = max(1, start)
        self.most = max(1, start, most)
        self._good = 0

    def grow(self) -> None:
        """A good answer came."""
        self._good += 1
        if self._good >= self.count:
            self._good = 0
            self.count = min(self.count + 1, self.most)

    def halve(self) -> None:
        """It is too much for the receiver."""
        self._good = 0
        self.count = max(1, self.count // 2)
