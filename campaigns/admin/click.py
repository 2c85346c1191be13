"""Traffic -> Clicks."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import ago, at, mono
from campaigns.admin.filters import RelatedFilter, TimeFilter
from campaigns.admin.keyset import KeysetAdmin, ReadOnly
from campaigns.admin.slots import slots
from campaigns.models import Click


class Linked(KeysetAdmin):
    """A page with buttons to where else the floors above tell of it."""

    change_form_template = "campaigns/admin/linked.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        subject = context.get("original")
        links = [link for give in slots.links for link in give(subject)] if subject else []
        below = [give(request, subject) for give in slots.below] if subject else []
        return super().render_change_form(request, {**context, "links": links, "below": below}, *args, **kwargs)


@admin.register(Click)
class ClickAdmin(ReadOnly, Linked):
    """When, which campaign, which click, what the source calls it."""

    menu = (_("Traffic"),)
    menu_order = 30
    list_display = ["when", "campaign", "click_id", "source_click_id", "source", "keyword", "its_cost", "ip"]
    list_display_links = ["when"]
    list_filter = [("campaign", RelatedFilter), ("traffic_source", RelatedFilter), TimeFilter]
    list_select_related = ["campaign"]
    search_fields = ["subid", "external_id"]
    search_help_text = _("Exactly one subid or external id.")
    fieldsets = [
        (None, {"fields": ["exact_time", "copyable_subid", "copyable_external_id", "campaign", "traffic_source"]}),
        (_("Became"), {"fields": ["its_conversions"]}),
        (_("What the link brought"), {"fields": ["source", "keyword", "creative_id", "ad_campaign_id", "its_cost"]}),
        (_("Other parameters"), {"fields": ["other_parameters"]}),
        (_("Visitor"), {"fields": ["ip", "user_agent", "language", "referrer", "host", "destination"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Click]:
        rows: QuerySet[Click] = super().get_queryset(request)
        return rows.select_related("campaign", "traffic_source")

    @admin.display(description=_("time"))
    def when(self, click: Click) -> SafeString | str:
        return ago(click.created)

    @admin.display(description=_("time"))
    def exact_time(self, click: Click) -> SafeString | str:
        return at(click.created)

    @admin.display(description=_("subid"))
    def click_id(self, click: Click) -> SafeString | str:
        return mono(click.subid)

    @admin.display(description=_("external id"))
    def source_click_id(self, click: Click) -> SafeString | str:
        return mono(click.external_id)

    @admin.display(description=_("subid"))
    def copyable_subid(self, click: Click) -> SafeString | str:
        return mono(click.subid, copy=True)

    @admin.display(description=_("external id"))
    def copyable_external_id(self, click: Click) -> SafeString | str:
        return mono(click.external_id, copy=True) if click.external_id else _now("none: the link brought no click id")

    @admin.display(description=_("cost"))
    def its_cost(self, click: Click) -> str:
        return f"{click.cost.normalize():f} {click.currency}".strip()

    @admin.display(description=_("conversions"))
    def its_conversions(self, click: Click) -> SafeString | str:
        rows = [
            (reverse("admin:campaigns_conversion_change", args=[row.pk]), row.status, row.tid)
            for row in click.conversions.order_by("-id")[:20]
        ]
        return format_html_join(" ", '<a href="{}">{} {}</a>', rows) or _now("none yet")

    @admin.display(description=_("parameters"))
    def other_parameters(self, click: Click) -> SafeString | str:
        rows = format_html_join(
            "", "<tr><th scope='row'>{}</th><td><code class='wrap'>{}</code></td></tr>", click.parameters.items()
        )
        return format_html('<table class="facts">{}</table>', rows) if rows else "–"
