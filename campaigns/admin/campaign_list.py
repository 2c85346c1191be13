"""The list of campaigns: beside each what came in and went out in the last day, read at once for the whole page."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin
from campaigns.admin.bounded import Condition
from campaigns.admin.filters import WordFilter
from campaigns.admin.slots import Columns, slots
from campaigns.models import Campaign
from campaigns.tallies import total

DAY = timedelta(hours=24)


def conversions(campaigns: Sequence[int]) -> dict[int, dict[str, SafeString | str]]:
    """How many each had, with a link to them."""
    counts = total("conversion", since=timezone.now() - DAY, by=("campaign",), campaign=campaigns)
    page = reverse("admin:campaigns_conversion_changelist")
    return {pk: {"conversions": number_of(number, f"{page}?click__campaign={pk}")} for (pk,), number in counts.items()}


def number_of(number: int, url: str) -> SafeString:
    """A number that leads to its rows."""
    return format_html('<a href="{}">{}</a>', f"{url}&time=24h", number)


OURS = Columns(labels={"conversions": _("conversions, 24 h")}, values=conversions, permission="")


class StateFilter(WordFilter):
    """Active or paused."""

    title = _("state")
    parameter_name = "state"
    options = [("active", _("Active")), ("paused", _("Paused"))]

    def conditions(self) -> Sequence[Condition]:
        known = self.value in dict(self.options)
        return [Condition(holds=Q(paused=self.value == "paused"))] if known else []


class CampaignChangeList(ChangeList):
    """Its rows know their figures."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        ids = [row.pk for row in rows]
        told = [columns.values(ids) for columns in shown_to(request)] if ids else []
        for row in rows:
            row.figures = {name: text for values in told for name, text in values.get(row.pk, {}).items()}
        self.result_list = rows


class CampaignFigures(ModelAdmin):
    """Mixin: the columns of this floor and of those above."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return CampaignChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        first, rest = self.list_display[:3], self.list_display[3:]
        figures = [_column(name, text) for one in shown_to(request) for name, text in one.labels.items()]
        return [*first, *figures, *rest]


def shown_to(request: HttpRequest) -> list[Columns]:
    """What this person may see."""
    every = (OURS, *slots.campaign_columns)
    return [one for one in every if not one.permission or request.user.has_perm(one.permission)]


def _column(name: str, text: Any) -> Callable[[Campaign], SafeString | str]:
    @admin.display(description=text)
    def figure(campaign: Campaign) -> SafeString | str:
        figures: dict[str, SafeString | str] = campaign.figures  # type: ignore[attr-defined]
        return figures.get(name, "0")

    figure.__name__ = f"figure_{name}"
    return figure
