"""One rule and one change: what was decided, in a sentence, and what to change."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.explain.places import PLACES, Place
from postbacks.models import Answer, PostbackRule, Reason, Why
from postbacks.reasons import TELLING


class Outcome(StrEnum):
    """How a line ends; a page colours it so."""

    SENT = "sent"
    QUEUED = "queued"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why not, and what to do about it."""

    text: str
    advice: str = ""
    place: Place = Place.NOWHERE  # where that is done

    @classmethod
    def of(cls, reason: Reason) -> "Cause":
        """Of a rule's no."""
        return cls(text=reason.text, advice=reason.advice, place=PLACES[reason.why])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one rule's postback. Every cause, not the first."""

    rule: str
    outcome: Outcome
    text: str
    causes: list[Cause] = field(default_factory=list)
    rule_id: int | None = None
    postback: int | None = None  # its page in the log
    receiver: int | None = None

    @property
    def sentence(self) -> str:
        """Where nothing went out the first cause, where it failed the last one, else how it went."""
        if self.outcome is Outcome.NOT_SENT and self.causes:
            return _("not sent: %(why)s") % {"why": self.causes[0].text}
        if self.outcome is Outcome.FAILED and self.causes:
            return _("failed: %(why)s") % {"why": self.causes[-1].text}
        return self.text


def exact(moment: datetime | None) -> str:
    """A time as a person reads it, in UTC."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z") if moment else _("never")


def of_refusal(answer: Answer, *, is_gone: bool = False, click_id: Cause | None = None) -> Line:
    """What the rule said against it, the reason that tells most first; what to change in a rule that is gone, nobody
    needs to know. `click_id` is what is wrong with the click's, in better words than the rule's."""
    reasons = sorted(answer.reasons, key=lambda reason: TELLING.index(reason.why))
    causes = [click_id if click_id and why.why == Why.NO_EXTERNAL_ID else Cause.of(why) for why in reasons]
    causes = [Cause(text=cause.text) for cause in causes] if is_gone else causes
    if is_gone:
        advice = _("add it anew in the campaign's S2S Postbacks tab, if it is still wanted")
        causes.append(Cause(text=_("the rule was deleted since"), advice=advice, place=Place.CAMPAIGN_RULES))
    whys = "; ".join(str(reason.why.label) for reason in answer.reasons)
    return Line(
        rule=answer.name,
        outcome=Outcome.NOT_SENT,
        text=_("not sent: %(why)s") % {"why": whys},
        causes=causes,
        rule_id=None if is_gone else answer.rule,
    )


def of_repetition(answer: Answer, number: int | None, postback: int | None) -> Line:
    """The rule wanted it, and its key was used up by an earlier change."""
    cause = Cause.of(Reason(Why.SENT_BEFORE))
    text = _("not sent: already sent for this status") + (f" (#{number})" if number else "")
    return Line(
        rule=answer.name,
        outcome=Outcome.NOT_SENT,
        text=text,
        causes=[cause],
        rule_id=answer.rule,
        postback=postback,
    )


def of_lost_row(answer: Answer) -> Line:
    """The rule wanted it, it was queued, and its row is in the log no more."""
    cause = Cause(
        text=_("a postback was queued then; its row was pruned from the log, and how it ended is not known any more"),
        advice=_("ask the receiver; it is not sent a second time by itself"),
    )
    text = _("no longer in the log")
    return Line(rule=answer.name, outcome=Outcome.UNKNOWN, text=text, causes=[cause], rule_id=answer.rule)


def of_late_rule(rule: PostbackRule, *, was_there: bool) -> Line:
    """A rule that nobody asked then: it is newer than the change, or belonged to somebody else."""
    text = _("not sent: added after the conversion")
    about = _("the rule was added after the conversion; it is asked about what comes from now on")
    if was_there:
        text = _("not sent: it was not a rule of this campaign then")
        about = _("the campaign had another source then; the rule is asked about what comes from now on")
    advice = _("save the conversion with another status, if the receiver must be told")
    cause = Cause(text=about, advice=advice)
    return Line(rule=rule.label, outcome=Outcome.NOT_SENT, text=text, causes=[cause], rule_id=rule.pk)


def of_no_rule() -> Line:
    """Nobody was asked, and there is nobody to ask."""
    cause = Cause.of(Reason(Why.NO_RULE))
    return Line(rule="–", outcome=Outcome.NOT_SENT, text=_("not sent: there was no rule"), causes=[cause])
