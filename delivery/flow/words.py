"""How a receiver is, in words for a person."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.display import exact
from campaigns.phrasebook import tell
from delivery.models import Breaker, Override, Receiver

MINUTE = 60  # seconds


def in_words(receiver: Receiver, now: datetime) -> str:
    """Whether anything goes to it, why not, and what comes next."""
    if receiver.override == Override.HOLD:
        return _("Held by a person, until it is released")
    if receiver.breaker == Breaker.OPEN:
        return _open(receiver, now)
    if receiver.is_held(now):
        return _paused(receiver, now)
    return "; ".join([_going(receiver), *_limits(receiver)])


def why_not_now(receiver: Receiver, now: datetime) -> str:
    """What keeps a postback from being sent at once; empty: nothing does."""
    is_braked = receiver.breaker != Breaker.CLOSED or receiver.pace is not None or receiver.rate is not None
    return in_words(receiver, now) if is_braked or receiver.is_held(now) else ""


def _open(receiver: Receiver, now: datetime) -> str:
    if receiver.is_held(now):
        then = _("next probe in %(time)s") % {"time": _left(receiver, now)}
    else:
        then = _("the next postback is its probe")
    since = exact(receiver.opened) if receiver.opened else "–"
    return _("Open since %(since)s: %(why)s; %(then)s") % {"since": since, "why": tell(receiver.why), "then": then}


def _paused(receiver: Receiver, now: datetime) -> str:
    if not receiver.why:
        return _("Held for another %(time)s") % {"time": _left(receiver, now)}
    return _("Paused: %(why)s; goes on in %(time)s") % {"why": tell(receiver.why), "time": _left(receiver, now)}


def _going(receiver: Receiver) -> str:
    pace = {"pace": a_second(receiver.pace), "why": tell(receiver.why)} if receiver.pace else {}
    if pace and receiver.breaker == Breaker.RESUMING:
        return _("Answers again, resuming at %(pace)s") % pace
    if pace:
        return _("Slowed down to %(pace)s (%(why)s)") % pace
    return _("Sends")


def _limits(receiver: Receiver) -> list[str]:
    limits = [_("at most %(rate)s") % {"rate": a_second(receiver.rate)}] if receiver.rate else []
    return limits + ([_("its breaker is kept closed")] if receiver.override == Override.CLOSED else [])


def a_second(rate: float) -> str:
    """“2 a second”, “0.5 a second”."""
    return _("%(rate)s a second") % {"rate": f"{rate:.3g}" if rate < 1000 else f"{rate:.0f}"}


def _left(receiver: Receiver, now: datetime) -> str:
    seconds = max(1, round((receiver.hold_until - now).total_seconds())) if receiver.hold_until else 0
    if seconds < 2 * MINUTE:
        return _("%(count)s s") % {"count": seconds}
    minutes = round(seconds / MINUTE)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
