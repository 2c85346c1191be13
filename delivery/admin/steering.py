"""Steering a receiver: close, keep closed, hold, release, slow down; from its page, the list, and the overview."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.forms import FloatField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin
from campaigns.admin.display import label
from delivery import nudge
from delivery.admin.cells import log_url
from delivery.flow.words import a_second
from delivery.models import Breaker, Override, Receiver, SentPostback

LEAST_RATE = 0.001  # requests per second
COUNTED = 1000  # that wait: more are “1,000+”


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done to a receiver; `do` answers with what it did, for the person and for the history."""

    slug: str
    label: Promise | str
    do: Callable[[Receiver, HttpRequest], str]
    is_offered: Callable[[Receiver], bool]
    asks_first: bool = False  # it stops money

    def url(self, receiver: Receiver) -> str:
        """Where it is posted to."""
        return reverse("admin:delivery_receiver_steer", args=[receiver.pk, self.slug])


@dataclass(frozen=True, slots=True)
class Offer:
    """A button."""

    act: Act
    url: str


class Steering(ModelAdmin):
    """Mixin: the view behind the buttons."""

    def steer_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it, say so, note it in the history, and have what waits looked at."""
        receiver = Receiver.objects.filter(pk=pk).first()
        if not self.has_change_permission(request, receiver):
            raise PermissionDenied
        if receiver is None or act not in ACTS:
            raise Http404
        if ACTS[act].asks_first and request.POST.get("sure") != "yes":
            return self._ask(request, receiver, ACTS[act])
        if done := ACTS[act].do(receiver, request):
            self.log_change(request, receiver, done)
            messages.success(request, f"{receiver}: {done}")
            nudge.ring()
        else:
            messages.error(request, _now("Requests per second are a number of at least 0.001; nothing was changed."))
        return redirect(_back(request, receiver))

    def _ask(self, request: HttpRequest, receiver: Receiver, act: Act) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": _now("Hold %(receiver)s?") % {"receiver": receiver},
            "receiver": receiver,
            "act": act,
            "url": act.url(receiver),
            "waiting": waiting_now(receiver),
            "back": _back(request, receiver),
        }
        return TemplateResponse(request, "delivery/admin/hold.html", context)


def offered(receiver: Receiver) -> list[Offer]:
    """What makes sense now."""
    return [Offer(act, act.url(receiver)) for act in ACTS.values() if act.is_offered(receiver)]


def buttons(receiver: Receiver) -> SafeString:
    """One for each; the page holds the form that they belong to (steer_form.html)."""
    page = reverse("admin:delivery_receiver_change", args=[receiver.pk])
    context = {"offers": offered(receiver), "receiver": receiver, "page": page}
    return render_to_string("delivery/admin/buttons.html", context)


def condition(receiver: Receiver) -> SafeString:
    """Its state as a small label."""
    return label(*_short(receiver))


def _short(receiver: Receiver) -> tuple[str, str]:
    """A word and its tone."""
    if receiver.override == Override.HOLD:
        return _now("Held"), "warn"
    if receiver.breaker == Breaker.OPEN:
        return _now("Open"), "bad"
    if receiver.is_held(timezone.now()):
        return _now("Paused"), "warn"
    if receiver.breaker == Breaker.RESUMING:
        return _now("Resuming"), "busy"
    return (_now("Slowed down"), "warn") if receiver.pace else (_now("Sends"), "good")


class Counted(Subquery):
    """How many rows a subquery finds, as a number beside each row of another."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def with_waiting(receivers: QuerySet[Receiver]) -> QuerySet[Receiver]:
    """Each with the number of postbacks that wait for it, counted a little beyond COUNTED at most."""
    waiting = SentPostback.objects.waiting().filter(receiver=OuterRef("pk")).order_by().values("pk")
    return receivers.annotate(waiting_count=Counted(waiting[: COUNTED + 1]))


def waiting_now(receiver: Receiver) -> str:
    """How many wait for it: “38”, “1,000+”. Never counts further than that."""
    count = getattr(receiver, "waiting_count", None)
    if count is None:
        count = SentPostback.objects.waiting().filter(receiver=receiver).order_by()[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if count > COUNTED else f"{count}"


def waiting_link(receiver: Receiver) -> SafeString | str:
    """The same, leading to them."""
    count = waiting_now(receiver)
    if count == "0":
        return "–"
    return format_html('<a href="{}?receiver={}&amp;state=queued">{}</a>', log_url(), receiver.pk, count)


def _back(request: HttpRequest, receiver: Receiver) -> str:
    """Where the button stood."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse("admin:delivery_receiver_change", args=[receiver.pk])


def _is_calm(receiver: Receiver) -> bool:
    return receiver.breaker == Breaker.CLOSED and not receiver.is_held(timezone.now()) and receiver.pace is None


def _close(receiver: Receiver, _request: HttpRequest) -> str:
    receiver.close()
    return _now("The breaker was closed: everything goes again.")


def _keep_closed(receiver: Receiver, _request: HttpRequest) -> str:
    receiver.close(Override.CLOSED)
    return _now("The breaker was closed, and stays so until it is released.")


def _hold(receiver: Receiver, _request: HttpRequest) -> str:
    receiver.hold()
    return _now("Held: nothing goes to it until it is released.")


def _release(receiver: Receiver, _request: HttpRequest) -> str:
    receiver.release()
    return _now("Released: it goes by its own answers again.")


def _slow_down(receiver: Receiver, request: HttpRequest) -> str:
    """'' where no rate was typed."""
    field = FloatField(min_value=LEAST_RATE)
    try:
        rate = field.clean(request.POST.get("rate"))
    except ValidationError:
        return ""
    receiver.slow_down(rate)
    return _now("Slowed down: at most %(rate)s from now on.") % {"rate": a_second(rate)}


ACTS = {
    act.slug: act
    for act in [
        Act(slug="close", label=_("Close now"), do=_close, is_offered=lambda receiver: not _is_calm(receiver)),
        Act(
            slug="keep-closed",
            label=_("Keep closed"),
            do=_keep_closed,
            is_offered=lambda receiver: receiver.override != Override.CLOSED,
        ),
        Act(
            slug="hold",
            label=_("Hold"),
            do=_hold,
            is_offered=lambda receiver: receiver.override != Override.HOLD,
            asks_first=True,
        ),
        Act(
            slug="release",
            label=_("Release"),
            do=_release,
            is_offered=lambda receiver: receiver.override != Override.NONE or receiver.is_held(timezone.now()),
        ),
        Act(slug="slow-down", label=_("Slow down"), do=_slow_down, is_offered=lambda _receiver: True),
    ]
}
