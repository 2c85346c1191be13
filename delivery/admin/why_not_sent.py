"""Maintenance -> Why not sent: a form that explains one click, and what was lost, campaign by campaign."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from delivery.admin.bars import Bar, one_bar
from delivery.admin.numbers import grouped
from delivery.funnel import CampaignFunnel, Fate, Span, campaign_funnels, read_span
from delivery.funnel.spans import SPANS

AT_MOST = 100  # campaigns


@dataclass(frozen=True, slots=True)
class ShownCampaign:
    """A line of the list."""

    funnel: CampaignFunnel
    span: Span

    @property
    def name(self) -> str:
        return self.funnel.campaign.name

    @property
    def url(self) -> str:
        return f"{reverse('funnel', args=[self.funnel.campaign.pk])}?span={self.span.name}"

    @property
    def bar(self) -> Bar:
        return one_bar(self.funnel.whole)

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Each with its name."""
        whole = self.funnel.whole
        counts = [self.funnel.conversions, whole.asked]
        counts += [whole.count(fate) for fate in (Fate.SENT, Fate.REFUSED, Fate.FAILED)]
        return [(name, grouped(number)) for name, number in zip(names(), [*counts, whole.lost], strict=True)]

    @property
    def is_bad(self) -> bool:
        return self.funnel.whole.lost > 0


def names() -> list[str]:
    """Of the columns with numbers."""
    return [_("Conversions"), _("Asked"), _("Sent"), _("Refused"), _("Failed"), _("Lost")]


def why_not_sent(request: HttpRequest) -> HttpResponse:
    """The page; who may see it was asked before."""
    span = read_span(request.GET.get("span", ""))
    funnels = campaign_funnels(span.since, AT_MOST)
    context = {
        **admin.site.each_context(request),
        "title": _("Why not sent"),
        "spans": SPANS,
        "span": span,
        "campaigns": [ShownCampaign(funnel, span) for funnel in funnels],
        "names": names(),
        "is_cut": len(funnels) == AT_MOST,
        "at_most": AT_MOST,
    }
    return TemplateResponse(request, "delivery/admin/why_not_sent.html", context)
