"""The tab itself, on the pages of the ground floor."""

from typing import Any

from django.contrib.admin import display
from django.forms.widgets import Script
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import StackedInline
from postbacks.admin.campaign_rules import CampaignRuleFormSet
from postbacks.admin.rule_form import DELIVERY, RuleForm
from postbacks.admin.rule_formset import RuleFormSet, SourceRuleFormSet
from postbacks.masking import mask
from postbacks.models import PostbackRule


class RuleTab(StackedInline):
    """Rules, added, changed and deleted in place."""

    model = PostbackRule
    form = RuleForm
    formset = RuleFormSet
    template = "postbacks/admin/rules_tab.html"
    tab_title = _("S2S Postbacks")
    tab_slug = "s2s-postbacks"

    class Media:
        css = {"all": ["postbacks/rule-fields.css", "postbacks/rules.css", "campaigns/charts.css"]}
        js = [Script("postbacks/rules.js", defer=True)]

    fieldsets = [
        (None, {"fields": [("name", "method"), "url", "statuses", ("enabled", "again")]}),
        (_("Delivery"), {"fields": DELIVERY, "classes": ["collapse"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only looks sees no secret of a URL."""
        if self.has_change_permission(request, obj) or self.has_add_permission(request, obj):
            return super().get_fieldsets(request, obj)
        (title, options), *rest = self.fieldsets
        shown = [("covered_url" if field == "url" else field) for field in options["fields"]]
        return [(title, {**options, "fields": shown}), *rest]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "covered_url"]

    @display(description="URL")
    def covered_url(self, rule: PostbackRule) -> str:
        """The URL for those who only look."""
        return mask(rule.url)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The forms, and what this person may do with them."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.may_change = self.has_change_permission(request, obj)
        formset.viewer = request.user
        formset.may_add = self.has_add_permission(request, obj)
        return formset

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:  # noqa: ARG002
        """The first is there to be filled in; so is one that was asked for where no JavaScript adds it."""
        return int("add" in request.GET or obj is None or not obj.rules.exists())


class SourceRules(RuleTab):
    """Those that fire for every campaign of a source."""

    fk_name = "source"
    formset = SourceRuleFormSet


class CampaignRules(RuleTab):
    """Those of one campaign; above them those of its source."""

    fk_name = "campaign"
    formset = CampaignRuleFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Who customises a source's rule sees its whole URL: only who may see the source does."""
        formset = super().get_formset(request, obj, **kwargs)
        may_see = request.user.has_perm("campaigns.view_source") or request.user.has_perm("campaigns.change_source")
        formset.may_customise = may_see and formset.may_change and formset.may_add
        return formset
