"""Maintenance -> Logs -> S2S postbacks: the list. The page of one of them stands in page.py."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import ago, label
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import ReadOnly
from campaigns.admin.tail import Tailed
from campaigns.phrasebook import tell
from delivery.admin.by_filter import ByFilter
from delivery.admin.cells import explain_url, host_of, short_id, short_path, state_of
from delivery.admin.filters import AttemptsFilter, CodeFilter, KindFilter, ReceiverFilter, RuleFilter
from delivery.admin.page import RELATED, PostbackPage
from delivery.admin.wishes import Selection
from delivery.models import Kind, SentPostback
from postbacks.masking import mask

ANSWER = 80  # characters of an answer that the list shows


@admin.register(SentPostback)
class SentPostbackAdmin(ReadOnly, PostbackPage, ByFilter, Tailed):
    """When, which click, where to, how did it go."""

    menu = (_("Maintenance"), _("Logs"))
    menu_order = 10
    change_list_template = "delivery/admin/log.html"
    list_display = ["when", "campaign", "click_id", "status", "how", "to", "link", "how_far", "code", "told", "took"]
    list_display += ["attempts"]
    list_display_links = ["when"]
    list_filter = [("state", ChoicesFilter), CodeFilter, ("status", ChoicesFilter), ("campaign", RelatedFilter)]
    list_filter += [("source", RelatedFilter), ("receiver", ReceiverFilter), ("kind", KindFilter), AttemptsFilter]
    list_filter += [TimeFilter, RuleFilter]
    list_select_related = ["campaign", "receiver"]
    search_fields = ["subid", "external_id", "tid"]
    actions = ["ask_send_again", "ask_arrived", "ask_cancel"]

    def get_urls(self) -> list[URLPattern]:
        """The two buttons, and the question that is asked where something was put to silence."""
        ours = [
            path("send-again/", self.admin_site.admin_view(self.send_again_view), name="delivery_send_again"),
            path("arrived/", self.admin_site.admin_view(self.arrived_view), name="delivery_arrived"),
            path("cancel/", self.admin_site.admin_view(self.cancel_view), name="delivery_cancel"),
            path("by-filter/<str:act>/", self.admin_site.admin_view(self.by_filter_view), name="delivery_by_filter"),
            path("waiting/", self.admin_site.admin_view(self.waiting_view), name="delivery_waiting"),
        ]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentPostback]:
        """The list shows how answers begin; a page shows all."""
        rows: QuerySet[SentPostback] = super().get_queryset(request)
        match = request.resolver_match
        if match and "object_id" not in match.kwargs:
            return rows.defer("answer", "notes").annotate(answer_start=Left("answer", ANSWER + 1))
        return rows.select_related(*RELATED)

    def covered_fields(self, request: HttpRequest) -> frozenset[str]:
        return frozenset() if self.has_act_permission(request) else frozenset({"url", "url_template"})

    def may_change_yet(self, row: SentPostback) -> bool:
        return not row.is_finished

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"may_act": self.has_act_permission(request), **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        link = "link" if self.has_act_permission(request) else "masked_link"
        return [link if name == "link" else name for name in self.list_display]

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

    @admin.display(description=_("receiver"))
    def to(self, postback: SentPostback) -> str:
        return host_of(postback.receiver.origin) if postback.receiver else ""

    @admin.display(description=_("state"))
    def how_far(self, postback: SentPostback) -> SafeString:
        """Its state, and what it is where it is no plain postback."""
        if postback.kind == Kind.POSTBACK:
            return state_of(postback)
        return format_html("{} {}", state_of(postback), label(Kind(postback.kind).label))

    @admin.display(description=_("link"))
    def link(self, postback: SentPostback) -> SafeString:
        return short_path(postback.url, postback.url_template)

    @admin.display(description=_("link"))
    def masked_link(self, postback: SentPostback) -> SafeString:
        return short_path(mask(postback.url), mask(postback.url_template))

    @admin.display(description=_("answer"))
    def told(self, postback: SentPostback) -> SafeString | str:
        """How the answer begins; where there is none, why."""
        text: str = postback.answer_start or tell(postback.error)  # type: ignore[attr-defined]
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
