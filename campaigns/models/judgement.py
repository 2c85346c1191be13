"""What becomes of a report, and what we answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.click import Click
from campaigns.parameters import clean_text
from campaigns.report import Report

if TYPE_CHECKING:
    from campaigns.models.conversion import Conversion


class Verdict(models.TextChoices):
    """What became of a received postback."""

    RECEIVED = "received", _("Received")  # not judged yet: if it stays so, we failed, and the network was told
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    REPEATED = "repeated", _("Repeated")
    IGNORED = "ignored", _("Ignored")
    REFUSED = "refused", _("Refused")

    @property
    def is_accepted(self) -> bool:
        """Whether there is a conversion that says what the network said."""
        return self in {Verdict.CREATED, Verdict.UPDATED, Verdict.REPEATED}

    @property
    def is_taken(self) -> bool:
        """Whether the network did its part right, also where nothing came of it."""
        return self.is_accepted or self == Verdict.IGNORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of one report. `reason` says it in words, `code` is what HTTP would answer."""

    verdict: Verdict
    code: int
    reason: str
    click: Click | None = None  # None: nobody knows the subid
    conversion: "Conversion | None" = None  # None: none came of it

    @property
    def is_news(self) -> bool:
        """Whether it made a conversion, or gave one another status: only news is sent."""
        return self.verdict in {Verdict.CREATED, Verdict.UPDATED}


def accept(report: Report, click: Click, conversion: "Conversion", before: str | None) -> Judgement:
    """The conversion says what the report said; `before` is the status it had, None where it is new."""
    status = conversion.status
    if before is None:
        verdict, reason = Verdict.CREATED, f"Conversion created: {status}."
    elif before == status:
        verdict, reason = Verdict.REPEATED, f"The conversion was {status} already: no news."
    else:
        verdict, reason = Verdict.UPDATED, f"Conversion updated: {before} to {status}."
    return Judgement(verdict=verdict, code=200, reason=_noted(reason, report), click=click, conversion=conversion)


def ignore(report: Report, click: Click, why: str, conversion: "Conversion | None" = None) -> Judgement:
    """The network did its part, and nothing came of it."""
    reason = _noted(why, report)
    return Judgement(verdict=Verdict.IGNORED, code=200, reason=reason, click=click, conversion=conversion)


def refuse(report: Report, code: int, why: str, click: Click | None = None) -> Judgement:
    """It cannot be used."""
    return Judgement(verdict=Verdict.REFUSED, code=code, reason=_noted(why, report), click=click)


def _noted(reason: str, report: Report) -> str:
    """With what was passed over while it was read."""
    return clean_text(" ".join([reason, *(f"Note: {note}." for note in report.notes)]))
