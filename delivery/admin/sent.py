"""Maintenance -> Logs -> S2S postbacks."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import ago
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import KeysetAdmin, ReadOnly
from delivery.admin.acts import Acts
from delivery.admin.cells import explain_url, short_id, short_link
from delivery.admin.facts import Facts, ShownTry
from delivery.admin.wishes import Selection
from delivery.models import SentPostback
from postbacks.masking import mask

ANSWER = 80  # characters of an answer that the list shows
ATTEMPTS = 200  # that a page shows; retries end long before


@admin.register(SentPostback)
class SentPostbackAdmin(ReadOnly, Facts, Acts, KeysetAdmin):
    """When, which click, where to, how did it go."""

    menu = (_("Maintenance"), _("Logs"))
    menu_order = 10
    change_list_template = "delivery/admin/log.html"
    change_form_template = "delivery/admin/postback.html"
    list_display = ["when", "campaign", "click_id", "status", "how", "link", "state_label", "code", "told", "took"]
    list_display += ["attempts"]
    list_display_links = ["when"]
    list_filter = [("state", ChoicesFilter), ("status", ChoicesFilter), ("campaign", RelatedFilter)]
    list_filter += [("source", RelatedFilter), TimeFilter]
    list_select_related = ["campaign"]
    search_fields = ["subid", "external_id", "tid"]
    actions = ["ask_send_again", "ask_arrived", "ask_cancel"]

    def get_urls(self) -> list[URLPattern]:
        """The two buttons, and the question that is asked where something was put to silence."""
        ours = [
            path("send-again/", self.admin_site.admin_view(self.send_again_view), name="delivery_send_again"),
            path("arrived/", self.admin_site.admin_view(self.arrived_view), name="delivery_arrived"),
            path("cancel/", self.admin_site.admin_view(self.cancel_view), name="delivery_cancel"),
            path("waiting/", self.admin_site.admin_view(self.waiting_view), name="delivery_waiting"),
        ]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentPostback]:
        """The list shows how answers begin; a page shows all."""
        rows: QuerySet[SentPostback] = super().get_queryset(request)
        match = request.resolver_match
        if match and "object_id" not in match.kwargs:
            return rows.defer("answer", "notes").annotate(answer_start=Left("answer", ANSWER + 1))
        return rows.select_related("campaign", "source", "rule", "change", "conversion", "receiver", "resend_of")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        link = "link" if self.has_act_permission(request) else "masked_link"
        return [link if name == "link" else name for name in self.list_display]

    def get_fieldsets(self, request: HttpRequest, obj: SentPostback | None = None) -> Any:
        return self.facts(obj, covered=not self.has_act_permission(request)) if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: SentPostback | None = None) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"wish": Selection(ids=[]).wish, "may_act": self.has_act_permission(request)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        tries = [ShownTry(attempt) for attempt in context["original"].tries.order_by("id")[:ATTEMPTS]]
        return super().render_change_form(request, {**context, "tries": tries}, *args, **kwargs)

    @admin.action(description=_("Send again"), permissions=["act"])
    def ask_send_again(self, request: HttpRequest, rows: QuerySet[SentPostback]) -> HttpResponse:  # noqa: ARG002
        return self.confirm_send_again(request, _selected(request))

    @admin.action(description=_("It arrived (settles unknown ones)"), permissions=["act"])
    def ask_arrived(self, request: HttpRequest, rows: QuerySet[SentPostback]) -> HttpResponse:  # noqa: ARG002
        return self.confirm_arrived(request, _selected(request))

    @admin.action(description=_("Cancel"), permissions=["act"])
    def ask_cancel(self, request: HttpRequest, rows: QuerySet[SentPostback]) -> HttpResponse:  # noqa: ARG002
        return self.confirm_cancel(request, _selected(request))

    @admin.display(description=_("time"))
    def when(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.created)

    @admin.display(description=_("subid"))
    def click_id(self, postback: SentPostback) -> SafeString | str:
        if not postback.subid:
            return "–"
        return format_html('<a href="{}">{}</a>', explain_url(postback.subid), short_id(postback.subid))

    @admin.display(description=_("method"))
    def how(self, postback: SentPostback) -> str:
        return postback.method

    @admin.display(description=_("link"))
    def link(self, postback: SentPostback) -> SafeString:
        return short_link(postback.url, postback.url_template)

    @admin.display(description=_("link"))
    def masked_link(self, postback: SentPostback) -> SafeString:
        return short_link(mask(postback.url), mask(postback.url_template))

    @admin.display(description=_("answer"))
    def told(self, postback: SentPostback) -> SafeString | str:
        """How the answer begins; where there is none, why."""
        text: str = postback.answer_start or postback.error  # type: ignore[attr-defined]
        words = " ".join(text.split())
        short = f"{words[:ANSWER]}…" if len(words) > ANSWER else words
        return format_html('<span class="told" title="{}">{}</span>', words, short) if words else "–"

    @admin.display(description=_("ms"))
    def took(self, postback: SentPostback) -> str:
        return "–" if postback.duration_ms is None else str(postback.duration_ms)


def _selected(request: HttpRequest) -> Selection:
    """The rows that were ticked, never "all"."""
    form = request.POST.copy()
    form.setlist("postback", form.getlist(ACTION_CHECKBOX_NAME))
    return Selection.read(form)
