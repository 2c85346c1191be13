"""The brakes on a receiver, which all workers share: its breaker, and its pace. Arithmetic alone."""

from dataclasses import dataclass, replace

from django.conf import settings

from delivery.models import Breaker, Receiver

LONGEST = 20  # times the first hold: no hold is longer
FIRST_PACE = 2.0  # requests per second of a receiver that answers again
LEAST_PACE = 1.0  # requests per second: no receiver is slowed down below it
FULL_SPEED = 1024.0  # requests per second; a pace that has come so far is none any more
STEPS = 10  # seconds of growth from the threshold to its double
FORGET = 3600.0  # seconds from one opening to the next, after which it is the first again
LONGEST_WHY = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """As the database has them, or as it shall."""

    breaker: Breaker = Breaker.CLOSED
    pace: float | None = None  # requests per second from all workers; None: as fast as it goes
    threshold: float | None = None  # requests per second: the pace grows in steps from it to its double
    trips: int = 0  # how often the breaker opened in a row
    why: str = ""
    hold: float = 0.0  # seconds from now in which nothing goes; in the database it is a moment

    @classmethod
    def of(cls, receiver: Receiver) -> "Brakes":
        """As they are."""
        names = ("pace", "threshold", "trips", "why")
        return cls(breaker=Breaker(receiver.breaker), **{name: getattr(receiver, name) for name in names})

    @property
    def is_open(self) -> bool:
        """Whether it does not answer, for all we know."""
        return self.breaker == Breaker.OPEN

    @property
    def speed(self) -> float:
        """Requests per second that they leave."""
        return FULL_SPEED if self.pace is None else self.pace

    def opened(self, why: str, *, is_first: bool = False, pause: float = 0.0) -> "Brakes":
        """It does not answer: nothing goes for a while, each time in a row for longer; then one probe at a time."""
        trips = 1 if is_first else self.trips + 1
        hold = max(hold_after(trips), min(pause, longest_hold()))
        probes = 1 / settings.POSTBACK_DEADLINE  # per second: the next goes when the last must have come back
        return Brakes(breaker=Breaker.OPEN, pace=probes, trips=trips, why=_cut(why), hold=hold)

    def resuming(self) -> "Brakes":
        """A probe came through: all that has waited goes, but not all at once."""
        return replace(self, breaker=Breaker.RESUMING, pace=FIRST_PACE, threshold=None, hold=0.0)

    def slowed(self, went: float, why: str, *, pause: float = 0.0) -> "Brakes":
        """It wants fewer: half of its pace, or of what went per second; nothing for as long as it says."""
        pace = max(LEAST_PACE, (self.pace or went) / 2)
        return replace(self, pace=pace, threshold=pace, why=_cut(why), hold=min(pause, longest_hold()))

    def grown(self) -> "Brakes":
        """After a good second: faster, and in the end without brakes.

        Its double was too much: up to there it grows in steps. Beyond that it is not too much any more.
        """
        if self.pace is None or self.is_open:
            return self
        is_near = self.threshold is not None and self.threshold <= self.pace < 2 * self.threshold
        step = max(1.0, (self.threshold or 0) / STEPS) if is_near else self.pace
        pace = self.pace + step
        return replace(self, pace=pace) if pace < FULL_SPEED else Brakes(trips=self.trips)


def hold_after(trips: int) -> float:
    """Seconds in which nothing goes after so many openings in a row: each is twice as long, up to a longest."""
    longest = longest_hold()
    return float(min(longest, settings.POSTBACK_BREAKER_HOLD * 2 ** min(trips - 1, LONGEST)))


def longest_hold() -> float:
    """Seconds."""
    return float(settings.POSTBACK_BREAKER_HOLD * LONGEST)


def _cut(why: str) -> str:
    return why[:LONGEST_WHY]
