"""The tab itself, on the pages of the ground floor."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import StackedInline
from postbacks.admin.rule_form import DELIVERY, CampaignRuleFormSet, RuleForm, RuleFormSet, SourceRuleFormSet
from postbacks.models import PostbackRule


class RuleTab(StackedInline):
    """Rules, added, changed and deleted in place."""

    model = PostbackRule
    form = RuleForm
    formset = RuleFormSet
    template = "postbacks/admin/rules_tab.html"
    tab_title = _("S2S Postbacks")
    tab_slug = "s2s-postbacks"
    fieldsets = [
        (None, {"fields": [("name", "method"), "url", "statuses", ("enabled", "again")]}),
        (_("Delivery"), {"fields": DELIVERY, "classes": ["collapse"]}),
    ]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:  # noqa: ARG002
        """The first is there to be filled in; so is one that was asked for where no JavaScript adds it."""
        return int("add" in request.GET or obj is None or not obj.rules.exists())


class SourceRules(RuleTab):
    """Those that fire for every campaign of a source."""

    fk_name = "source"
    formset = SourceRuleFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.may_set = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        return formset


class CampaignRules(RuleTab):
    """Those of one campaign; above them those of its source."""

    fk_name = "campaign"
    formset = CampaignRuleFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.may_switch = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        return formset
