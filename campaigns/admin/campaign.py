"""Traffic -> Campaigns."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form
from campaigns.admin.display import label
from campaigns.admin.owners import OwnerAdmin
from campaigns.admin.slots import Silenced, slots
from campaigns.admin.widgets import ParametersField, StatusWordsField
from campaigns.models import Campaign


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
class CampaignAdmin(OwnerAdmin):
    """Its tabs; those that the floors above bring stand before Statuses."""

    menu = (_("Traffic"),)
    menu_order = 10
    form = CampaignForm
    list_display = ["name", "source", "state", "alias", "created", "elsewhere"]
    list_filter = ["paused", "source"]
    list_select_related = ["source"]
    search_fields = ["name", "alias"]
    readonly_fields = ["click_link"]
    autocomplete_fields = ["source"]
    fieldsets = [
        (_("General"), {"fields": ["name", "source", "click_link", "destination", "paused", "alias"]}),
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

    @admin.display(description=_("click link"))
    def click_link(self, campaign: Campaign) -> SafeString | str:
        if campaign.pk is None:
            return gettext("Here after the first save.")
        brings_click_id = any(row["parameter"] == "external_id" for row in campaign.parameters)
        return render_to_string(
            "campaigns/admin/click_link.html", {"link": campaign.link, "brings_click_id": brings_click_id}
        )
