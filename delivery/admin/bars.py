"""The picture of a funnel: three bars, each as long as what is left of the one above."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from delivery.admin.numbers import grouped
from delivery.funnel import Fate, Funnel

WIDTH = 1000  # of the picture, in its own units
LEAST = 4  # of a piece that is there at all
TONES = {
    Fate.SENT: "good",
    Fate.WAITING: "busy",
    Fate.FAILED: "bad",
    Fate.UNKNOWN: "warn",
    Fate.CANCELLED: "quiet",
    Fate.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle, and what stands in its title."""

    x: int
    width: int
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What was left, and what it is made of."""

    label: str
    number: str
    pieces: Sequence[Piece]

    @property
    def words(self) -> str:
        """For who does not see it."""
        return f"{self.label}: {self.number}"


def bars(funnel: Funnel) -> list[Bar]:
    """Asked, wanted, sent; nothing where nobody was asked."""
    if not funnel.asked:
        return []
    ended: dict[Fate, int] = {fate: funnel.count(fate) for fate in Fate}
    wanted: dict[Fate, int] = {fate: number for fate, number in ended.items() if fate is not Fate.REFUSED}
    sent: dict[Fate, int] = {Fate.SENT: ended[Fate.SENT]}
    return [
        Bar(_("Asked"), grouped(funnel.asked), list(_pieces({"asked": funnel.asked}, funnel.asked))),
        Bar(_("Wanted"), grouped(funnel.wanted), list(_pieces(_named(wanted), funnel.asked))),
        Bar(_("Sent"), grouped(ended[Fate.SENT]), list(_pieces(_named(sent), funnel.asked))),
    ]


def one_bar(funnel: Funnel) -> Bar:
    """All fates in one."""
    counts = _named({fate: funnel.count(fate) for fate in Fate})
    return Bar(_("Asked"), grouped(funnel.asked), list(_pieces(counts, funnel.asked)))


def _named(counts: Mapping[Fate, int]) -> dict[str, int]:
    return {TONES[fate]: number for fate, number in counts.items()}


def _pieces(counts: dict[str, int], most: int) -> Iterator[Piece]:
    x = 0
    for tone, number in counts.items():
        if number:
            width = max(LEAST, round(WIDTH * number / most))
            yield Piece(min(x, WIDTH - LEAST), width, tone, f"{grouped(number)} {_titles()[tone]}")
            x += width


def _titles() -> dict[str, str]:
    return {
        "asked": _("asked"),
        "good": _("sent"),
        "busy": _("waiting"),
        "bad": _("failed"),
        "warn": _("unknown"),
        "quiet": _("cancelled"),
        "refused": _("refused"),
    }
