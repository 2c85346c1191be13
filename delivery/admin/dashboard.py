"""The overview of an installation at work, and the part of it that is asked for again while somebody looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from campaigns.admin.charts import as_table, stacked_bars
from campaigns.admin.display import ago, label
from campaigns.tallies import Slot
from delivery.admin.cells import TONES, log_url, page_url
from delivery.admin.steering import buttons, condition
from delivery.dashboard.figures import FAILED, SOURCES, Failure, Figures, Outcomes, Span
from delivery.dashboard.pulse import Backlog, Pulse, needy_receivers
from delivery.flow.words import in_words
from delivery.models import Kind, Receiver, State
from delivery.templatetags.humane import grouped, percent

TEMPLATE = "delivery/admin/dashboard.html"
CHART = (900, 150)  # how wide and high
WAITING = "waiting"  # the tallies' word for queued and being sent
ALWAYS = {State.SENT.value, State.FAILED.value, WAITING}
LATE = 300  # seconds that something may wait until that is told in red


@require_GET
@never_cache
@permission_required("delivery.view_sentpostback", raise_exception=True)
def part(request: HttpRequest) -> HttpResponse:
    """All that changes."""
    return TemplateResponse(request, "delivery/admin/dashboard_part.html", dashboard_context(request))


def dashboard_context(request: HttpRequest) -> dict[str, Any]:
    """What the page needs."""
    asked = request.GET.get("unit", "")
    span = Span(asked) if asked in Span.values else Span.HOUR
    figures = Figures(span)
    return {
        "figures": figures,
        "keys": _keys(figures),
        "span": span,
        "spans": Span,
        "charts": [
            _chart(figures.conversions, {"": "busy"}, {"": _("conversions")}, _("Conversions")),
            state_chart(figures.postbacks, _("S2S postbacks")),
        ],
        "sources": figures.by_source[:SOURCES],
        "more_sources": len(figures.by_source) - SOURCES,
        "failures": _failures(figures),
        "needy": _needy(request, figures),
        "pulse": Pulse.feel(),
        "backlog": _backlog(),
        "live_url": f"{reverse('overview-part')}?unit={span}",
        "here": f"{reverse('admin:index')}?unit={span}",
        "sent_url": log_of(state=State.SENT),
        "failed_url": log_of(state=State.FAILED),
        "unknown_url": log_of(state=State.UNKNOWN),
    }


def log_of(**query: Any) -> str:
    """The log of the postbacks of a day that this is true of."""
    asked = QueryDict(mutable=True)
    asked.update({name: str(value) for name, value in query.items()})
    asked.update({"kind": Kind.POSTBACK, "time": "24h"})
    return f"{log_url()}?{asked.urlencode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A figure in large, of a day and of an hour."""

    name: str
    day: str
    hour: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFailure:
    """A line of the most frequent."""

    reason: str
    receiver: str
    number: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Needy:
    """A receiver that needs a person."""

    receiver: Receiver
    label: SafeString
    told: str
    outcomes: Outcomes
    buttons: SafeString | str


def _keys(figures: Figures) -> list[Key]:
    day, hour = figures.last_day, figures.last_hour
    conversions = reverse("admin:campaigns_conversion_changelist")
    return [
        Key(
            name=_("Conversions"),
            day=grouped(figures.last_day_conversions),
            hour=grouped(figures.last_hour_conversions),
            url=conversions,
        ),
        Key(name=_("Sent"), day=grouped(day.sent), hour=grouped(hour.sent), url=log_of(state=State.SENT)),
        Key(
            name=_("Failed"),
            day=grouped(day.failed),
            hour=grouped(hour.failed),
            tone="bad" if day.failed else "",
            url=log_of(state=State.FAILED),
        ),
        Key(name=_("Waiting"), day=grouped(day.waiting), hour=grouped(hour.waiting), url=log_of(state=State.QUEUED)),
        Key(name=_("Success"), day=percent(day.success), hour=percent(hour.success)),
    ]


def state_chart(slots: Sequence[Slot], title: str) -> dict[str, SafeString]:
    """How far the postbacks are; states that there are none of are left out, but for those that people look for."""
    there = {word for slot in slots for word in slot.counts} | ALWAYS
    states = (State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED)
    tones = {state.value: TONES[state] for state in states} | {WAITING: "busy"}
    words = {state.value: str(state.label).lower() for state in states} | {WAITING: _("waiting")}
    shown = [word for word in tones if word in there]
    return _chart(slots, {word: tones[word] for word in shown}, {word: words[word] for word in shown}, title)


def _chart(slots: Sequence[Slot], tones: dict[str, str], words: dict[str, str], title: str) -> dict[str, SafeString]:
    wide, high = CHART
    return {"svg": stacked_bars(slots, tones, title, wide, high, words), "table": as_table(slots, words, title)}


def _failures(figures: Figures) -> list[ShownFailure]:
    failures = figures.failures
    receivers = dict(Receiver.objects.filter(pk__in={one.receiver for one in failures}).values_list("pk", "origin"))
    return [
        ShownFailure(
            reason=_reason(one.word),
            receiver=receivers.get(one.receiver, ""),
            number=one.number,
            url=_failure_url(one),
        )
        for one in failures
    ]


def _reason(word: str) -> str:
    said = word.removeprefix(FAILED)
    return {"no answer": _("no answer"), "not sendable": _("could not be sent")}.get(said, said)


def _failure_url(failure: Failure) -> str:
    said = failure.word.removeprefix(FAILED)
    code = said.removeprefix("HTTP ") if said.startswith("HTTP ") else "none"
    receiver = {"receiver": failure.receiver} if failure.receiver else {}
    return log_of(state=State.FAILED, code=code, **receiver)


def _needy(request: HttpRequest, figures: Figures) -> list[Needy]:
    now, may_steer = timezone.now(), request.user.has_perm("delivery.change_receiver")
    return [
        Needy(
            receiver=receiver,
            label=condition(receiver),
            told=in_words(receiver, now),
            outcomes=figures.by_receiver.get(receiver.pk, Outcomes()),
            buttons=buttons(receiver) if may_steer else "",
        )
        for receiver in needy_receivers()
    ]


def _backlog() -> dict[str, Any]:
    backlog = Backlog.look()
    if backlog.oldest is None:
        return {}
    waited = (timezone.now() - backlog.oldest.created).total_seconds()
    return {
        "count": backlog.told,
        "since": ago(backlog.oldest.created),
        "url": page_url(backlog.oldest.pk),
        "receiver": backlog.oldest.receiver,
        "label": label(_("late"), "warn") if waited > LATE else "",
    }
