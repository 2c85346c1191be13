"""A number of a funnel: how it is written, what it is called, and which list shows its rows."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from delivery.admin.cells import log_url
from delivery.funnel import Fate, Part, Span
from delivery.models import Kind, State
from postbacks.models import Why

STATES = {
    Fate.SENT: State.SENT,
    Fate.FAILED: State.FAILED,
    Fate.UNKNOWN: State.UNKNOWN,
    Fate.CANCELLED: State.CANCELLED,
}
NO_ANSWER, NOT_SENDABLE = "no answer", "not sendable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows behind the numbers of one campaign, or of one of its rules, since a moment."""

    campaign: int
    span: Span
    rule: int | None = None

    def url(self, part: Part) -> str:
        """The list of exactly these."""
        if part.fate is Fate.REFUSED:
            return f"{reverse('admin:postbacks_refusal_changelist')}?{urlencode(self._where({'why': part.detail}))}"
        return f"{log_url()}?{urlencode(self._where({'kind': Kind.POSTBACK.value, **_of_postback(part)}))}"

    @property
    def conversions_url(self) -> str:
        query = {"click__campaign": str(self.campaign), **self.span.query}
        return f"{reverse('admin:campaigns_conversion_changelist')}?{urlencode(query)}"

    def _where(self, asked: dict[str, str]) -> dict[str, str]:
        rule = {"rule": str(self.rule)} if self.rule else {}
        return {"campaign": str(self.campaign), **rule, **asked, **self.span.query}


def _of_postback(part: Part) -> dict[str, str]:
    if part.fate is Fate.WAITING:
        return {"state__in": f"{State.QUEUED},{State.SENDING}"}
    state = {"state": STATES[part.fate].value}
    if part.fate is not Fate.FAILED:
        return state
    receiver = {"receiver": str(part.receiver)} if part.receiver else {"receiver__isnull": "1"}
    return state | receiver | _of_failure(part.detail)


def _of_failure(detail: str) -> dict[str, str]:
    if detail in {NO_ANSWER, NOT_SENDABLE}:
        return {"code": "none", "duration_ms__isnull": "1" if detail == NOT_SENDABLE else "0"}
    return {"code": detail.removeprefix("HTTP ")}


def word_of(part: Part, receiver: str = "") -> str:
    """What is counted, in words that follow a number."""
    if part.fate is Fate.REFUSED:
        return str(Why(part.detail).label)
    words = {
        Fate.SENT: _("sent"),
        Fate.WAITING: _("waiting"),
        Fate.UNKNOWN: _("sent, and not known to have arrived"),
        Fate.CANCELLED: _("cancelled"),
    }
    return words[part.fate] if part.fate in words else _failure(part.detail, receiver)


def _failure(detail: str, receiver: str) -> str:
    if detail == NOT_SENDABLE:
        return _("failed: could not be sent")
    how = _("no answer") if detail == NO_ANSWER else detail
    if not receiver:
        return _("failed: %(how)s") % {"how": how}
    return _("failed: %(how)s from %(receiver)s") % {"how": how, "receiver": receiver}


def grouped(number: int) -> str:
    """With marks at the thousands."""
    return number_format(number, use_l10n=True, force_grouping=True)
