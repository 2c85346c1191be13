"""What the log says of a postback that was queued, in a sentence, and what to change."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.phrasebook import tell
from delivery.explain.lines import Cause, Line, Outcome, exact
from delivery.explain.places import Place
from delivery.flow.words import why_not_now
from delivery.latest import TOO_LATE
from delivery.models import Kind, Override, SentPostback, State
from delivery.order import SUPERSEDED

LONGEST = 200  # characters of an answer
LATE = timedelta(minutes=1)  # a worker that runs takes what is due within seconds


def of_postback(postback: SentPostback) -> Line:
    """How far it is, and why it is no further."""
    outcome, text, causes = TOLD[State(postback.state)]
    repeated = postback.kind == Kind.RESEND
    return Line(
        rule=_("%(rule)s, sent again") % {"rule": postback.rule_name} if repeated else postback.rule_name,
        outcome=outcome,
        text=text(postback),
        causes=[*_notes(postback), *causes(postback)],
        rule_id=postback.rule_id,
        postback=postback.pk,
        receiver=postback.receiver_id,
    )


def _answer(postback: SentPostback) -> str:
    said = postback.answer.strip()[:LONGEST]
    return (f"HTTP {postback.code}" if postback.code else _("no answer")) + (f": {said}" if said else "")


def _sent(postback: SentPostback) -> str:
    text = _("sent %(when)s, answer %(answer)s") % {"when": exact(postback.finished), "answer": _answer(postback)}
    return f"{text} ({tell(postback.error)})" if postback.error else text  # a person settled it


def _queued(postback: SentPostback) -> str:
    text = _("queued, next try %(when)s") % {"when": exact(postback.due_at)}
    if postback.waits_for_id:
        text = _("queued, waits for #%(number)d") % {"number": postback.waits_for_id}
    if postback.error:
        text += " " + _("(%(count)d tried; last: %(why)s)") % {"count": postback.attempts, "why": tell(postback.error)}
    return text


def _sending(postback: SentPostback) -> str:
    return _("being sent now (attempt %(count)d)") % {"count": postback.attempts}


def _failed(postback: SentPostback) -> str:
    return _("failed %(when)s: %(why)s") % {"when": exact(postback.finished), "why": tell(postback.error)}


def _unknown(postback: SentPostback) -> str:
    return _("sent %(when)s, and no answer came: whether it arrived is not known") % {"when": exact(postback.finished)}


def _cancelled(postback: SentPostback) -> str:
    return _("not sent: cancelled %(when)s: %(why)s") % {"when": exact(postback.finished), "why": tell(postback.error)}


def _notes(postback: SentPostback) -> list[Cause]:
    if not postback.notes:
        return []
    advice = _("look whether the click brought them, or whether the receiver can do without")
    return [Cause(text=postback.notes, advice=advice)]


def _nothing(_postback: SentPostback) -> list[Cause]:
    return []


def _why_waiting(postback: SentPostback) -> list[Cause]:
    """A receiver that nothing goes to, or not so fast, or nobody who sends."""
    now, receiver = timezone.now(), postback.receiver
    if postback.waits_for_id:
        text = _("the rule asks for order, and an earlier status of this conversion is not sent yet")
        return [Cause(text=text, advice=_("nothing: it goes when that one is sent or given up"))]
    if receiver and (why := why_not_now(receiver, now)):
        advice = _("nothing: it goes by itself; to send at once, use the buttons on the receiver's page")
        if receiver.override == Override.HOLD:
            advice = _("release it on the receiver's page")
        text = _("receiver %(receiver)s: %(why)s") % {"receiver": receiver, "why": why}
        return [Cause(text=text, advice=advice, place=Place.RECEIVER)]
    if postback.due_at and postback.due_at < now - LATE:
        text = _("it is due since %(when)s, and no worker has taken it") % {"when": exact(postback.due_at)}
        return [Cause(text=text, advice=_("see that the worker runs, and that the receiver has places"))]
    return []


def _why_failed(postback: SentPostback) -> list[Cause]:
    """What usually lies behind such an answer."""
    if postback.error.startswith(TOO_LATE):
        text = _("the rule or its source says not after %(when)s") % {"when": exact(postback.latest)}
        advice = _("use “Send again” on its page, if the receiver takes it all the same")
        return [Cause(text=text, advice=advice, place=Place.POSTBACK)]
    if postback.duration_ms is None:
        advice = _("correct the rule's URL; that counts for what comes from now on")
        return [Cause(text=_("it was never sent"), advice=advice, place=Place.RULE)]
    if postback.code is None:
        advice = _("when the receiver answers again, use “Send again” on the postback's page")
        return [Cause(text=_("no answer came"), advice=advice, place=Place.POSTBACK)]
    text = _("the receiver answered %(answer)s") % {"answer": _answer(postback)}
    if postback.code < 300:
        advice = _("the rule takes this for a refusal: look up the answer in the receiver's documentation")
        return [Cause(text=text, advice=advice, place=Place.RULE)]
    place = Place.RECEIVER if postback.code in {429, *range(500, 600)} else Place.RULE
    return [Cause(text=text, advice=_advice(postback.code), place=place)]


def _advice(code: int) -> str:
    if 300 <= code < 400:
        return _("put the final URL into the rule")
    if code >= 500:
        return _("the receiver has a fault of its own: tell its support, and use “Send again” when it is mended")
    return {
        401: _("check the key or token in the URL"),
        403: _("check the key or token in the URL, and whether the receiver admits our address"),
        404: _("check the path of the URL with the receiver's documentation"),
        429: _("the receiver wants fewer requests: give it fewer places on its page, then use “Send again”"),
    }.get(code, _("the receiver does not understand the request: compare the URL with its documentation"))


def _why_unknown(_postback: SentPostback) -> list[Cause]:
    text = _("the rule says “at most once”, so it was not tried again")
    advice = _("ask the receiver, then settle it on the postback's page: “It arrived”, or “Send again”")
    return [Cause(text=text, advice=advice, place=Place.POSTBACK)]


def _why_cancelled(postback: SentPostback) -> list[Cause]:
    if postback.error.startswith(SUPERSEDED):
        text = _("the rule says that a later status supersedes one that still waits")
        return [Cause(text=text, advice=_("nothing: the later one tells the receiver"))]
    advice = _("use “Send again” on its page, if it is wanted after all")
    return [Cause(text=_("a person ended it before it was sent"), advice=advice, place=Place.POSTBACK)]


Told = tuple[Outcome, Callable[[SentPostback], str], Callable[[SentPostback], list[Cause]]]
TOLD: dict[State, Told] = {
    State.SENT: (Outcome.SENT, _sent, _nothing),
    State.QUEUED: (Outcome.QUEUED, _queued, _why_waiting),
    State.SENDING: (Outcome.QUEUED, _sending, _nothing),
    State.FAILED: (Outcome.FAILED, _failed, _why_failed),
    State.UNKNOWN: (Outcome.UNKNOWN, _unknown, _why_unknown),
    State.CANCELLED: (Outcome.NOT_SENT, _cancelled, _why_cancelled),
}
