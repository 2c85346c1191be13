"""The frame of all pages: the menu, and the overview that a person sees first."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Click, Conversion, Installation, Source
from campaigns.site.menu import menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the first steps, and whether it is behind us."""

    label: str
    advice: str
    url: str
    is_done: bool


class Site(AdminSite):
    """Django's admin site with our menu."""

    site_header = _("S2S Postbacks")
    site_title = _("S2S Postbacks")
    index_title = _("Overview")
    index_template = "campaigns/admin/overview.html"
    site_url = None  # there is no other site to view

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page needs."""
        context = super().each_context(request)
        whole = menu(context["available_apps"], self._registry, request)
        return {**context, "menu": whole, "trail": whole.trail()}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The overview."""
        installation = Installation.objects.current()
        return super().index(
            request, {"postback_url": installation.postback_url, "steps": first_steps(), **(extra_context or {})}
        )


def first_steps() -> list[Step]:
    """From nothing to the first conversion."""
    return [
        Step(
            label=gettext("Add a source"),
            advice=gettext("Where the clicks come from: its parameters, and the S2S postback it wants."),
            url=reverse("admin:campaigns_source_add"),
            is_done=Source.objects.exists(),
        ),
        Step(
            label=gettext("Add a campaign"),
            advice=gettext("Choose the source: its parameters and S2S postbacks come with it."),
            url=reverse("admin:campaigns_campaign_add"),
            is_done=Campaign.objects.exists(),
        ),
        Step(
            label=gettext("Use the click link"),
            advice=gettext("Copy it from the campaign's General tab into the source, and open it once yourself."),
            url=reverse("admin:campaigns_campaign_changelist"),
            is_done=Click.objects.exists(),
        ),
        Step(
            label=gettext("Report a conversion"),
            advice=gettext("Give the incoming postback URL to the network, or add a conversion by hand."),
            url=reverse("admin:campaigns_conversion_changelist"),
            is_done=Conversion.objects.exists(),
        ),
    ]
