"""The values of a funnel: parts that add up to all that was asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from postbacks.models import Why

# what nobody wants: a person can do something about it
MENDABLE = {Why.NO_EXTERNAL_ID, Why.NO_RULE, Why.CAMPAIGN_PAUSED}


class Fate(StrEnum):
    """How asking a rule about a change ended; in this order."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    REFUSED = "refused"


ORDER = list(Fate)


@dataclass(frozen=True, slots=True)
class Part:
    """One number's worth: a fate and, of a refusal, why; of a failure, how, and whose it was."""

    fate: Fate
    detail: str = ""
    receiver: int = 0

    @property
    def is_loss(self) -> bool:
        """Whether somebody ought to look at it."""
        return self.fate in {Fate.FAILED, Fate.UNKNOWN} or self.detail in MENDABLE

    @classmethod
    def of_postback(cls, word: str, receiver: int) -> "Part":
        """From what postbacks are counted as: `sent`, or `failed:HTTP 403`."""
        fate, _colon, detail = word.partition(":")
        return cls(Fate(fate), detail, receiver if fate == Fate.FAILED else 0)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Parts with their numbers; together they are all that was asked."""

    counts: Counter[Part]

    @property
    def asked(self) -> int:
        """How many times a rule was asked about a change."""
        return self.counts.total()

    @property
    def wanted(self) -> int:
        """What a rule said yes to."""
        return self.asked - self.count(Fate.REFUSED)

    @property
    def lost(self) -> int:
        """What nobody wanted lost, and a person can do something about."""
        return sum(number for part, number in self.counts.items() if part.is_loss)

    def count(self, fate: Fate) -> int:
        """How many ended so."""
        return sum(number for part, number in self.counts.items() if part.fate is fate)

    def parts(self) -> list[tuple[Part, int]]:
        """By fate, and of one fate the greatest first."""
        rows = [(part, number) for part, number in self.counts.items() if number]
        return sorted(rows, key=lambda row: (ORDER.index(row[0].fate), -row[1], row[0].detail, row[0].receiver))

    @classmethod
    def sum(cls, funnels: "Iterable[Funnel]") -> "Funnel":
        """All of them as one."""
        whole: Counter[Part] = Counter()
        for funnel in funnels:
            whole.update(funnel.counts)
        return cls(whole)
