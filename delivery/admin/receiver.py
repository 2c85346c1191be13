"""Maintenance -> Receivers."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from campaigns.admin.bases import Form, ModelAdmin
from campaigns.admin.display import ago, at
from campaigns.admin.filters import ChoicesFilter
from campaigns.tallies import Unit, series
from delivery.admin.dashboard import log_of, state_chart
from delivery.admin.steering import Steering, buttons, condition, offered, waiting_link, with_waiting
from delivery.dashboard.figures import HOURS, Figures, Outcomes
from delivery.flow.words import a_second, in_words
from delivery.models import Breaker, Kind, Override, Receiver, State
from delivery.templatetags.humane import grouped

HISTORY = 10  # acts of people that its page shows


@admin.register(Receiver)
class ReceiverAdmin(Steering, ModelAdmin):
    """Who it is, how it is and why, and what a person may do. They come by themselves, with the first postback."""

    menu = (_("Maintenance"),)
    menu_order = 30
    change_form_template = "delivery/admin/receiver.html"
    change_list_template = "delivery/admin/receivers.html"
    list_display = ["origin", "condition", "told", "waits", "last_day", "speed"]
    list_display_links = ["origin"]
    list_filter = [("breaker", ChoicesFilter)]
    list_per_page = 50
    search_fields = ["origin"]
    fieldsets = [
        (None, {"fields": ["origin", "told", ("open_since", "next_probe"), ("failing", "waits"), "speed"]}),
        (_("How fast"), {"fields": ["places", "max_places", "rate"]}),
    ]
    readonly_fields = ["origin", "told", "open_since", "next_probe", "failing", "waits", "speed"]

    def get_urls(self) -> list[URLPattern]:
        """One address for all that can be done to it."""
        view = require_POST(self.admin_site.admin_view(self.steer_view))
        return [path("<int:pk>/steer/<slug:act>/", view, name="delivery_receiver_steer"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receiver]:
        return with_waiting(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Receiver | None = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Receiver, form: Form, change: bool) -> None:  # noqa: ARG002
        """Only what was typed: the workers may have written the rest since the page was opened."""
        typed = {name: form.cleaned_data[name] for name in form.changed_data}
        Receiver.objects.filter(pk=obj.pk).change(**typed, rate_until=None)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        receiver: Receiver = context["original"]
        ours = {
            "acts": offered(receiver) if self.has_change_permission(request, receiver) else [],
            "history": _history(receiver),
            "chart": state_chart(series(Kind.POSTBACK, Unit.HOUR, HOURS, receiver=receiver.pk), _now("S2S postbacks")),
        }
        return super().render_change_form(request, {**context, **ours}, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The figures of all of them at once."""
        changelist = super().get_changelist_instance(request)
        outcomes = Figures().by_receiver
        for receiver in changelist.result_list:
            receiver.outcomes = outcomes.get(receiver.pk)
        return changelist

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Buttons for those who may press them."""
        return [*self.list_display, *(["steer"] if self.has_change_permission(request) else [])]

    @admin.display(description=_("state"))
    def condition(self, receiver: Receiver) -> SafeString:
        return condition(receiver)

    @admin.display(description=_("how it is"))
    def told(self, receiver: Receiver) -> str:
        return in_words(receiver, timezone.now())

    @admin.display(description=_("open since"), ordering="opened")
    def open_since(self, receiver: Receiver) -> SafeString | str:
        return ago(receiver.opened) if receiver.breaker == Breaker.OPEN else "–"

    @admin.display(description=_("next probe"))
    def next_probe(self, receiver: Receiver) -> SafeString | str:
        if receiver.breaker != Breaker.OPEN or receiver.override == Override.HOLD:
            return "–"
        return at(receiver.hold_until) if receiver.is_held(timezone.now()) else _now("with the next postback")

    @admin.display(description=_("failing since"), ordering="failing_since")
    def failing(self, receiver: Receiver) -> SafeString | str:
        return ago(receiver.failing_since)

    @admin.display(description=_("pace"))
    def speed(self, receiver: Receiver) -> str:
        return "–" if receiver.limit is None else a_second(receiver.limit)

    @admin.display(description=_("waiting"))
    def waits(self, receiver: Receiver) -> SafeString | str:
        return waiting_link(receiver)

    @admin.display(description=_("24 h"))
    def last_day(self, receiver: Receiver) -> SafeString | str:
        outcomes: Outcomes | None = getattr(receiver, "outcomes", None)
        if not outcomes:
            return "–"
        told = _now("%(sent)s sent") % {"sent": grouped(outcomes.sent)}
        if not outcomes.failed:
            return told
        link = log_of(receiver=receiver.pk, state=State.FAILED)
        failed = _now("%(failed)s failed") % {"failed": grouped(outcomes.failed)}
        return format_html('{}<br><a href="{}">{}</a>', told, link, failed)

    @admin.display(description=_("steer"))
    def steer(self, receiver: Receiver) -> SafeString:
        return buttons(receiver)


def _history(receiver: Receiver) -> QuerySet[LogEntry]:
    """Who did what to it, the newest first."""
    kind = ContentType.objects.get_for_model(Receiver)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(receiver.pk))
    return entries.select_related("user").order_by("-pk")[:HISTORY]
