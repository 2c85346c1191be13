"""Maintenance -> Logs -> Received postbacks."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.click import Linked
from campaigns.admin.display import ago, at, label, mono
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import ReadOnly
from campaigns.admin.tail import Tailed
from campaigns.models import ReceivedPostback, Verdict

TONES = {
    Verdict.RECEIVED: "warn",
    Verdict.CREATED: "good",
    Verdict.UPDATED: "good",
    Verdict.REPEATED: "quiet",
    Verdict.IGNORED: "warn",
    Verdict.REFUSED: "bad",
}


@admin.register(ReceivedPostback)
class ReceivedPostbackAdmin(ReadOnly, Linked, Tailed):
    """When, which campaign and click, what they said, what we made of it."""

    menu = (_("Maintenance"), _("Logs"))
    menu_order = 20
    list_display = ["when", "campaign", "click_id", "status", "verdict_label", "reason", "our_code", "ip"]
    list_display_links = ["when"]
    list_filter = [("verdict", ChoicesFilter), ("status", ChoicesFilter), ("campaign", RelatedFilter), TimeFilter]
    list_select_related = ["campaign"]
    search_fields = ["subid", "external_id", "tid"]
    fieldsets = [
        (None, {"fields": ["exact_time", "verdict_label", "reason", "code", "conversion_link", "campaign"]}),
        (_("What it said"), {"fields": ["subid", "external_id", "tid", "status"]}),
        (_("The request, word for word"), {"fields": ["method", "raw_query", "raw_body", "content_type", "ip"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceivedPostback]:
        """A list has no use for what was sent, word for word."""
        rows: QuerySet[ReceivedPostback] = super().get_queryset(request)
        match = request.resolver_match
        return rows.defer("query", "body") if match and "object_id" not in match.kwargs else rows

    @admin.display(description=_("time"))
    def when(self, received: ReceivedPostback) -> SafeString | str:
        return ago(received.created)

    @admin.display(description=_("time"))
    def exact_time(self, received: ReceivedPostback) -> SafeString | str:
        return at(received.created)

    @admin.display(description=_("subid"))
    def click_id(self, received: ReceivedPostback) -> SafeString | str:
        return mono(received.subid)

    @admin.display(description=_("verdict"))
    def verdict_label(self, received: ReceivedPostback) -> SafeString:
        return label(received.get_verdict_display(), TONES[Verdict(received.verdict)])

    @admin.display(description=_("code"))
    def our_code(self, received: ReceivedPostback) -> int | None:
        return received.code

    @admin.display(description=_("conversion"))
    def conversion_link(self, received: ReceivedPostback) -> SafeString | str:
        if received.conversion is None:
            return gettext("none: the reason says why")
        url = reverse("admin:campaigns_conversion_change", args=[received.conversion_id])
        return format_html('<a href="{}">{}</a>', url, received.conversion)

    @admin.display(description=_("query"))
    def raw_query(self, received: ReceivedPostback) -> SafeString | str:
        return _raw(received.query)

    @admin.display(description=_("body"))
    def raw_body(self, received: ReceivedPostback) -> SafeString | str:
        return _raw(received.body)


def _raw(text: str) -> SafeString | str:
    return format_html('<pre class="raw">{}</pre>', text) if text else "–"
