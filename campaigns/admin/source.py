"""Traffic -> Sources."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Count, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.admin.bases import Form
from campaigns.admin.owners import OwnerAdmin
from campaigns.admin.slots import slots
from campaigns.admin.widgets import ParametersField
from campaigns.models import Source


class SourceForm(Form):
    """A source as it is typed in."""

    parameters = ParametersField(
        label=_("Parameters"),
        required=False,
        help_text=_("What its links carry: our parameter, its name in the link, the token that the source fills in."),
    )
    update_in_campaigns = forms.BooleanField(label=_("Update in campaigns"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        count = self.instance.campaigns.count() if self.instance.pk else 0
        if "update_in_campaigns" in self.fields:
            self.fields["update_in_campaigns"].help_text = self._help(count)
            self.fields["update_in_campaigns"].disabled = not count

    def _help(self, count: int) -> str:
        if not count:
            return str(_("No campaign uses this source yet."))
        return ngettext(
            "Tick it to give these parameters to its %(count)s campaign; what stands there is replaced.",
            "Tick it to give these parameters to its %(count)s campaigns; what stands there is replaced.",
            count,
        ) % {"count": count}


@admin.register(Source)
class SourceAdmin(OwnerAdmin):
    """Its parameters and S2S postbacks are what its campaigns start with."""

    menu = (_("Traffic"),)
    menu_order = 20
    form = SourceForm
    list_display = ["name", "campaign_count", "created"]
    search_fields = ["name"]
    fieldsets = [
        (_("General"), {"fields": ["name"]}),
        (_("Parameters"), {"fields": ["parameters", "update_in_campaigns"], "classes": ["before-inlines"]}),
        (_("Notes"), {"fields": ["notes"]}),
    ]

    def get_inlines(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Source | None = None,  # noqa: ARG002
    ) -> list["type[InlineModelAdmin[Any, Any]]"]:
        return slots.source_inlines

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        rows: QuerySet[Source] = super().get_queryset(request)
        return rows.annotate(campaign_total=Count("campaigns"))

    def save_related(self, request: HttpRequest, form: BaseForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.cleaned_data.get("update_in_campaigns"):
            count = form.instance.update_in_campaigns()  # type: ignore[attr-defined]
            text = ngettext("Parameters updated in %(n)s campaign.", "Parameters updated in %(n)s campaigns.", count)
            messages.success(request, text % {"n": count})

    @admin.display(description=_("campaigns"), ordering="campaign_total")
    def campaign_count(self, source: Any) -> int:
        return int(source.campaign_total)
