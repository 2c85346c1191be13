"""Maintenance -> Logs -> Not sent."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin import ListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bounded import Condition, equal
from campaigns.admin.display import ago, label
from campaigns.admin.filters import Asking, ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import KeysetAdmin, ReadOnly
from delivery.admin.cells import rule_url, short_id
from postbacks.models import PostbackRule, Refusal, Why

TONES = {Why.NO_EXTERNAL_ID: "bad", Why.NO_RULE: "bad", Why.SAME_AS: "quiet", Why.SENT_BEFORE: "quiet"}
TOLD = {Why.NO_EXTERNAL_ID, Why.SAME_AS}  # whose name alone does not say it all
NOTHING = Condition(holds=Q(pk__in=[]), below=0)
LOGGED = "delivery.view_sentpostback"  # who may read the log may read what never came into it


class RuleFilter(Asking, ListFilter):
    """One rule, also one that is gone: by the address alone, as there are too many to choose from."""

    title = _("rule")
    template = "campaigns/admin/choices_filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop("rule", "")
        self.value = str(given[-1] if isinstance(given, list) and given else given)

    def expected_parameters(self) -> list[str | None]:
        return ["rule"]

    def has_output(self) -> bool:
        return bool(self.value)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"selected": False, "query_string": changelist.get_query_string({"rule": None}), "display": _("All")}
        yield {"selected": True, "query_string": changelist.get_query_string(), "display": self.chosen}

    @property
    def chosen(self) -> str:
        """Its name, or its number where it is gone."""
        rule = PostbackRule.objects.filter(pk=self.value).first() if _is_id(self.value) else None
        return rule.label if rule else f"#{self.value}"[:20] if self.value else ""

    def conditions(self) -> Sequence[Condition]:
        if not self.value:
            return []
        return [equal(Refusal, "rule", self.value)] if _is_id(self.value) else [NOTHING]


@admin.register(Refusal)
class RefusalAdmin(ReadOnly, KeysetAdmin):
    """When, which click, which rule, why not, and what to do."""

    menu = (_("Maintenance"), _("Logs"))
    menu_order = 15
    change_list_template = "delivery/admin/refusals.html"
    list_display = ["when", "campaign", "click_id", "status", "rule_", "why_label", "advice"]
    list_display_links = None
    list_filter = [("why", ChoicesFilter), ("campaign", RelatedFilter), RuleFilter, TimeFilter]
    list_select_related = ["campaign", "change", "conversion__click"]
    search_fields = ["conversion__click__subid", "conversion__click__external_id", "conversion__tid"]

    def has_view_permission(self, request: HttpRequest, obj: Refusal | None = None) -> bool:  # noqa: ARG002
        return request.user.has_perm(LOGGED)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(LOGGED)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refusal]:
        """Rules on their own: a join would lose the rows of those that are gone."""
        rows: QuerySet[Refusal] = super().get_queryset(request)
        return rows.prefetch_related("rule")

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ARG002
        """All there is to say of one stands on the page that explains."""
        return redirect(_why_url(get_object_or_404(Refusal, pk=object_id)))

    @admin.display(description=_("time"))
    def when(self, refusal: Refusal) -> SafeString | str:
        return ago(refusal.created)

    @admin.display(description=_("subid"))
    def click_id(self, refusal: Refusal) -> SafeString:
        return format_html('<a href="{}">{}</a>', _why_url(refusal), short_id(refusal.conversion.click.subid))

    @admin.display(description=_("status"))
    def status(self, refusal: Refusal) -> str:
        return refusal.change.status

    @admin.display(description=_("rule"))
    def rule_(self, refusal: Refusal) -> SafeString | str:
        if refusal.rule:
            return format_html('<a href="{}">{}</a>', rule_url(refusal.rule), refusal.rule_name)
        return refusal.rule_name or "–"

    @admin.display(description=_("reason"))
    def why_label(self, refusal: Refusal) -> SafeString:
        why, text = Why(refusal.why), refusal.reason.text
        link = '<a href="{}" title="{}">{}</a> {}'
        shown = label(why.label, TONES.get(why, "warn"))
        return format_html(link, _why_url(refusal), capfirst(text), shown, text if why in TOLD else "")

    @admin.display(description=_("what to do"))
    def advice(self, refusal: Refusal) -> str:
        return capfirst(refusal.reason.advice)


def _why_url(refusal: Refusal) -> str:
    return reverse("explain-conversion", args=[refusal.conversion_id])


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
