"""Traffic -> Campaigns."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.forms import BaseForm
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form
from campaigns.admin.campaign_list import CampaignFigures, StateFilter
from campaigns.admin.display import label
from campaigns.admin.duplicate import Duplicates
from campaigns.admin.filters import RelatedFilter
from campaigns.admin.owners import OwnerAdmin
from campaigns.admin.slots import Silenced, slots
from campaigns.admin.widgets import ParametersField, StatusWordsField
from campaigns.models import Campaign
from campaigns.models.campaign import new_alias


class CampaignForm(Form):
    """A campaign as it is typed in."""

    parameters = ParametersField(
        label=_("Parameters"),
        required=False,
        help_text=_(
            "What the click link carries. Empty rows are left out; a new campaign without any takes its source's. "
            "Every other parameter of a link is kept under its own name."
        ),
    )
    status_words = StatusWordsField(
        label=_("Words"),
        required=False,
        help_text=_("What networks write in status=, with commas between the words. Our own names always work."),
    )

    class Meta:
        model = Campaign
        fields = "__all__"
        widgets = {"destination": forms.Textarea(attrs={"class": "mono wide", "rows": 2, "spellcheck": "false"})}
        help_texts = {"alias": _("Its place in the click link: /c/ and the alias.")}

    def clean(self) -> dict[str, Any]:
        """What a new campaign will take from its source counts already, for its destination and its S2S postbacks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source = cleaned.get("source")
        if self.instance._state.adding and source and cleaned.get("parameters") == []:
            cleaned["parameters"] = source.parameters
        return cleaned


@admin.register(Campaign)
class CampaignAdmin(Duplicates, CampaignFigures, OwnerAdmin):
    """Its tabs; those that the floors above bring stand before Statuses."""

    menu = (_("Traffic"),)
    menu_order = 10
    form = CampaignForm
    change_list_template = "campaigns/admin/list.html"
    change_form_template = "campaigns/admin/campaign.html"
    show_facets = ShowFacets.NEVER

    class Media:
        css = {"all": ["campaigns/campaign.css"]}
        js = [Script("campaigns/choosers.js", defer=True)]

    list_display = ["name", "source", "state", "elsewhere"]
    list_filter = [StateFilter, ("source", RelatedFilter)]
    list_select_related = ["source"]
    search_fields = ["name", "alias"]
    autocomplete_fields = ["source"]
    fieldsets = [
        (_("General"), {"fields": ["name", "source", "destination", "paused", "alias"]}),
        (_("Parameters"), {"fields": ["parameters"], "classes": ["before-inlines"]}),
        (_("Statuses"), {"fields": ["status_words"]}),
        (_("Notes"), {"fields": ["notes"]}),
    ]

    def get_inlines(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Campaign | None = None,  # noqa: ARG002
    ) -> list["type[InlineModelAdmin[Any, Any]]"]:
        return slots.campaign_inlines

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset(request)
        return rows.select_related("source")

    def silenced(self, form: BaseForm) -> Silenced:
        campaign: Campaign = form.instance  # type: ignore[attr-defined]
        return Silenced(campaign=campaign.pk if campaign.paused and "paused" in form.changed_data else None)

    @admin.display(description=_("state"), ordering="paused")
    def state(self, campaign: Campaign) -> SafeString:
        return label(_("Paused"), "warn") if campaign.paused else label(_("Active"), "good")

    @admin.display(description=_("more"))
    def elsewhere(self, campaign: Campaign) -> SafeString | str:
        """Where the floors above tell of it."""
        links = ((link.url, link.label) for give in slots.links for link in give(campaign))
        return format_html_join(" ", '<a href="{}">{}</a>', links) or "–"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Above the tabs its link; and for a duplicate an alias, so that two clicks make one."""
        may_duplicate = bool(context.get("original")) and self.has_add_permission(request)
        context = {**context, "may_duplicate": may_duplicate, "new_alias": new_alias()}
        return super().render_change_form(request, context, *args, **kwargs)
