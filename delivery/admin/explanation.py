"""The page that says why it was not sent, and the form that leads to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import label
from campaigns.models import Click, Conversion
from campaigns.parameters import clean_text
from delivery.admin.cells import page_of, page_url
from delivery.admin.places import WORDS, Whereabouts
from delivery.admin.why_not_sent import why_not_sent
from delivery.explain import Explanation, Line, Outcome, Section, explain
from delivery.explain.hints import clicks_meant
from delivery.explain.lines import Cause
from delivery.explain.places import Place
from postbacks.models import PostbackRule

LABELS: dict[Outcome, tuple[Promise | str, str]] = {
    Outcome.SENT: (_("Sent"), "good"),
    Outcome.QUEUED: (_("Queued"), "busy"),
    Outcome.FAILED: (_("Failed"), "bad"),
    Outcome.NOT_SENT: (_("Not sent"), "warn"),
    Outcome.UNKNOWN: (_("Not known"), "warn"),
}


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A cause, with the way to where it is mended."""

    cause: Cause
    url: str

    @property
    def word(self) -> str:
        return f"{WORDS[self.cause.place]}"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line, with the ways to its rule, its postback and what mends it."""

    line: Line
    whereabouts: Whereabouts

    @property
    def rule_url(self) -> str:
        return self.whereabouts.url(Place.RULE)

    @property
    def causes(self) -> list[ShownCause]:
        return shown(self.line.causes, self.whereabouts)

    @property
    def label(self) -> SafeString:
        return label(*LABELS[self.line.outcome])

    @property
    def text(self) -> str:
        """The label has said the first word already."""
        word = f"{LABELS[self.line.outcome][0]}".lower()
        return capfirst(self.line.text.removeprefix(word).lstrip(":, "))

    @property
    def postback_url(self) -> str:
        return page_url(self.line.postback) if self.line.postback else ""


def shown(causes: Sequence[Cause], whereabouts: Whereabouts) -> list[ShownCause]:
    """Each with its link, where it has one."""
    return [ShownCause(cause, whereabouts.url(cause.place)) for cause in causes]


def look_up(request: HttpRequest) -> HttpResponse:
    """A subid, external_id or tid leads to the page of its click; several, or none, to a choice."""
    _check(request)
    text = clean_text(request.GET.get("q", "")).strip()
    if not text:
        return why_not_sent(request)
    ours = Click.objects.filter(subid=text.lower()).first()
    clicks = [ours] if ours else clicks_meant(text)
    if len(clicks) == 1:
        return redirect("explain", clicks[0].subid)
    return _page(request, text, explain(text))


def explain_page(request: HttpRequest, subid: str) -> HttpResponse:
    """All there is to say about it."""
    _check(request)
    return _page(request, subid, explain(subid))


def explain_conversion(request: HttpRequest, pk: int) -> HttpResponse:
    """The same, with what is to be said of this conversion first."""
    _check(request)
    conversion = get_object_or_404(Conversion.objects.select_related("click"), pk=pk)
    return _page(request, conversion.click.subid, explain(conversion.click.subid, conversion.pk))


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("delivery.view_sentpostback"):
        raise PermissionDenied


def _page(request: HttpRequest, text: str, explanation: Explanation) -> HttpResponse:
    campaign = explanation.click.campaign_id if explanation.click else None
    context = {
        **admin.site.each_context(request),
        "title": _now("Why was it not sent?"),
        "original": _now("Why was it not sent?"),
        "text": text,
        "explanation": explanation,
        "hints": shown(explanation.hints, Whereabouts(campaign=campaign)),
        "sections": _sections(explanation, campaign),
        "tests": [page_of(test) for test in explanation.tests],
    }
    return TemplateResponse(request, "delivery/admin/explanation.html", context)


def _sections(explanation: Explanation, campaign: int | None) -> list[dict[str, Any]]:
    shown_of_each = shown_lines(explanation.sections, campaign)
    pairs = zip(explanation.sections, shown_of_each, strict=True)
    return [{"section": section, "lines": lines} for section, lines in pairs]


def shown_lines(sections: Sequence[Section], campaign: int | None) -> list[list[ShownLine]]:
    """The lines of each section, with their links."""
    ids = {line.rule_id for section in sections for line in section.lines if line.rule_id}
    rules = PostbackRule.objects.in_bulk(ids)
    return [[_shown_line(line, rules, campaign) for line in section.lines] for section in sections]


def _shown_line(line: Line, rules: dict[int, PostbackRule], campaign: int | None) -> ShownLine:
    rule = rules.get(line.rule_id or 0)
    where = Whereabouts(campaign=campaign, rule=rule, receiver=line.receiver, postback=line.postback)
    return ShownLine(line, where)
