"""Maintenance -> Receivers."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import FloatField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from campaigns.admin.bases import Form, ModelAdmin
from campaigns.admin.display import ago, label
from delivery import nudge
from delivery.flow.words import a_second, in_words
from delivery.models import Breaker, Override, Receiver, SentPostback

LEAST_RATE = 0.001  # requests per second


@admin.register(Receiver)
class ReceiverAdmin(ModelAdmin):
    """Who it is, how it is and why, and what a person may do. They come by themselves, with the first postback."""

    menu = (_("Maintenance"),)
    menu_order = 30
    change_form_template = "delivery/admin/receiver.html"
    list_display = ["origin", "condition", "places", "rate", "failing", "waits"]
    list_filter = ["breaker", "override"]
    search_fields = ["origin"]
    fieldsets = [
        (None, {"fields": ["origin", "told", "reason", "failing", "waits"]}),
        (_("How fast"), {"fields": ["places", "max_places", "rate"]}),
    ]
    readonly_fields = ["origin", "told", "reason", "failing", "waits"]

    def get_urls(self) -> list[URLPattern]:
        """One address for all that can be done to it."""
        steer = require_POST(self.admin_site.admin_view(self.steer_view))
        return [path("<int:pk>/steer/<slug:act>/", steer, name="delivery_receiver_steer"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receiver]:
        rows: QuerySet[Receiver] = super().get_queryset(request)
        waiting = SentPostback.objects.waiting().filter(receiver=OuterRef("pk"))
        return rows.annotate(has_waiting=Exists(waiting))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Receiver | None = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Receiver, form: Form, change: bool) -> None:  # noqa: ARG002
        """Only what was typed: the workers may have written the rest since the page was opened."""
        typed = {name: form.cleaned_data[name] for name in form.changed_data}
        Receiver.objects.filter(pk=obj.pk).change(**typed, rate_until=None)

    def steer_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it, say so, note it in the history, and have what waits looked at."""
        receiver = Receiver.objects.filter(pk=pk).first()
        if not self.has_change_permission(request, receiver):
            raise PermissionDenied
        if receiver is None or act not in ACTS:
            raise Http404
        done = ACTS[act](receiver, request)
        if done:
            self.log_change(request, receiver, done)
            messages.success(request, done)
            nudge.ring()
        else:
            messages.error(request, _now("Requests per second are a number of at least 0.001; nothing was changed."))
        return redirect(reverse("admin:delivery_receiver_change", args=[pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        receiver: Receiver = context["original"]
        is_held = receiver.is_held(timezone.now())
        is_calm = receiver.breaker == Breaker.CLOSED and not is_held and receiver.pace is None
        may = {
            "close": not is_calm,
            "keep_closed": receiver.override != Override.CLOSED,
            "hold": receiver.override != Override.HOLD,
            "release": is_held or receiver.override != Override.NONE,
        }
        may_act = self.has_change_permission(request, receiver)
        return super().render_change_form(request, {**context, "may": may, "may_act": may_act}, *args, **kwargs)

    @admin.display(description=_("state"))
    def condition(self, receiver: Receiver) -> SafeString:
        return label(*_short(receiver))

    @admin.display(description=_("state"))
    def told(self, receiver: Receiver) -> str:
        return in_words(receiver, timezone.now())

    @admin.display(description=_("reason"))
    def reason(self, receiver: Receiver) -> str:
        return receiver.why or "–"

    @admin.display(description=_("failing since"), ordering="failing_since")
    def failing(self, receiver: Receiver) -> SafeString | str:
        return ago(receiver.failing_since)

    @admin.display(description=_("waiting now"))
    def waits(self, receiver: Receiver) -> SafeString | str:
        if not getattr(receiver, "has_waiting", False):
            return "–"
        return label(_("Waiting"), "busy")


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


# each answers with what it did, for the person and for the history
ACTS: dict[str, Callable[[Receiver, HttpRequest], str]] = {
    "close": _close,
    "keep-closed": _keep_closed,
    "hold": _hold,
    "release": _release,
    "slow-down": _slow_down,
}
