"""One rule and one change: what became of it, in a sentence, and what to change."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.models import SentPostback, State
from postbacks.models import Answer, PostbackRule


class Outcome(StrEnum):
    """How a line ends; a page colours it so."""

    SENT = "sent"
    QUEUED = "queued"
    FAILED = "failed"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why not, and what to do about it."""

    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one rule's postback. Every cause, not the first."""

    rule: str
    outcome: Outcome
    text: str
    causes: list[Cause] = field(default_factory=list)
    postback: int | None = None  # its page in the log


def exact(moment: datetime | None) -> str:
    """A time as a person reads it, in UTC."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z") if moment else _("never")


def of_postback(postback: SentPostback) -> Line:
    """What the log says of a postback that was queued."""
    outcome, text = {
        State.SENT: (Outcome.SENT, _sent),
        State.QUEUED: (Outcome.QUEUED, _queued),
        State.SENDING: (Outcome.QUEUED, _sending),
        State.FAILED: (Outcome.FAILED, _failed),
        State.UNKNOWN: (Outcome.FAILED, _unknown),
        State.CANCELLED: (Outcome.NOT_SENT, _cancelled),
    }[State(postback.state)]
    causes = _notes(postback) + (_advice(postback) if outcome is Outcome.FAILED else [])
    return Line(rule=postback.rule_name, outcome=outcome, text=text(postback), causes=causes, postback=postback.pk)


def of_refusal(answer: Answer) -> Line:
    """What the rule said against it."""
    causes = [Cause(text=reason.text, advice=reason.advice) for reason in answer.reasons]
    whys = "; ".join(str(reason.why.label) for reason in answer.reasons)
    return Line(rule=answer.name, outcome=Outcome.NOT_SENT, text=_("not sent: %(why)s") % {"why": whys}, causes=causes)


def of_repetition(answer: Answer, first: SentPostback | None) -> Line:
    """The rule wanted it, and its key was used up by an earlier change."""
    number = f" (#{first.change.number})" if first and first.change else ""
    cause = Cause(
        text=_("a postback of this rule for this conversion and status was queued before; a second would count twice"),
        advice=_("tick “again” on the rule if a status that comes back is to be sent again, or use “Send again”"),
    )
    text = _("not sent: already sent for this status%(number)s") % {"number": number}
    return Line(
        rule=answer.name, outcome=Outcome.NOT_SENT, text=text, causes=[cause], postback=first.pk if first else None
    )


def of_late_rule(rule: PostbackRule, *, was_there: bool) -> Line:
    """A rule that nobody asked then: it is newer than the change, or belonged to somebody else."""
    text = _("not sent: added after the conversion")
    about = _("the rule was added after the conversion; it is asked about what comes from now on")
    if was_there:
        text = _("not sent: it was not a rule of this campaign then")
        about = _("the campaign had another source then; the rule is asked about what comes from now on")
    advice = _("save the conversion with another status, if the receiver must be told")
    return Line(rule=rule.label, outcome=Outcome.NOT_SENT, text=text, causes=[Cause(text=about, advice=advice)])


def _answer(postback: SentPostback) -> str:
    said = postback.answer.strip()[:200]
    return (f"HTTP {postback.code}" if postback.code else _("no answer")) + (f": {said}" if said else "")


def _sent(postback: SentPostback) -> str:
    return _("sent %(when)s, answer %(answer)s") % {"when": exact(postback.finished), "answer": _answer(postback)}


def _queued(postback: SentPostback) -> str:
    text = _("queued, next try %(when)s") % {"when": exact(postback.due_at)}
    if postback.error:
        text += " " + _("(%(count)d tried; last: %(why)s)") % {"count": postback.attempts, "why": postback.error}
    return text


def _sending(postback: SentPostback) -> str:
    return _("being sent now (attempt %(count)d)") % {"count": postback.attempts}


def _failed(postback: SentPostback) -> str:
    return _("failed %(when)s: %(why)s") % {"when": exact(postback.finished), "why": postback.error}


def _unknown(postback: SentPostback) -> str:
    return _("sent %(when)s, and no answer came: whether it arrived is not known") % {"when": exact(postback.finished)}


def _cancelled(postback: SentPostback) -> str:
    return _("not sent: cancelled %(when)s: %(why)s") % {"when": exact(postback.finished), "why": postback.error}


def _notes(postback: SentPostback) -> list[Cause]:
    return [Cause(text=postback.notes)] if postback.notes else []


def _advice(postback: SentPostback) -> list[Cause]:
    """What usually lies behind such an answer."""
    if postback.code is None:
        return []
    advice = {
        400: _("the receiver does not understand the URL: compare it with the receiver's documentation"),
        401: _("check the key or token in the URL"),
        403: _("check the key or token in the URL, and whether the receiver admits our address"),
        404: _("check the path of the URL with the receiver's documentation"),
    }.get(postback.code, "")
    if 300 <= postback.code < 400:
        advice = _("put the final URL into the rule")
    return [Cause(text=_("the receiver answered %(answer)s") % {"answer": _answer(postback)}, advice=advice)]
