"""The page that says why it was not sent, and the form that leads to it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import label
from campaigns.models import Click
from campaigns.parameters import clean_text
from delivery.admin.cells import log_url, page_url, rule_url
from delivery.explain import Explanation, Line, Outcome, explain
from delivery.explain.hints import clicks_meant
from postbacks.models import PostbackRule

LABELS: dict[Outcome, tuple[Promise | str, str]] = {
    Outcome.SENT: (_("Sent"), "good"),
    Outcome.QUEUED: (_("Queued"), "busy"),
    Outcome.FAILED: (_("Failed"), "bad"),
    Outcome.NOT_SENT: (_("Not sent"), "warn"),
    Outcome.UNKNOWN: (_("Not known"), "warn"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line, with the ways to its rule and its postback."""

    line: Line
    rule_url: str

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


def look_up(request: HttpRequest) -> HttpResponse:
    """A subid, external_id or tid leads to the page of its click; several, or none, to a choice."""
    _check(request)
    text = clean_text(request.GET.get("q", "")).strip()
    if not text:
        return _page(request, "", None)
    ours = Click.objects.filter(subid=text.lower()).first()
    clicks = [ours] if ours else clicks_meant(text)
    if len(clicks) == 1:
        return redirect("explain", clicks[0].subid)
    return _page(request, text, explain(text))


def explain_page(request: HttpRequest, subid: str) -> HttpResponse:
    """All there is to say about it."""
    _check(request)
    return _page(request, subid, explain(subid))


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("delivery.view_sentpostback"):
        raise PermissionDenied


def _page(request: HttpRequest, text: str, explanation: Explanation | None) -> HttpResponse:
    log = {"label": _now("S2S postbacks"), "url": log_url()}
    context = {
        **admin.site.each_context(request),
        "title": _now("Why was it not sent?"),
        "trail": [_now("Maintenance"), _now("Logs"), log],
        "original": _now("Why was it not sent?"),
        "text": text,
        "explanation": explanation,
        "sections": _sections(explanation) if explanation else [],
    }
    return TemplateResponse(request, "delivery/admin/explanation.html", context)


def _sections(explanation: Explanation) -> list[dict[str, Any]]:
    ids = {line.rule_id for section in explanation.sections for line in section.lines if line.rule_id}
    urls = {pk: rule_url(rule) for pk, rule in PostbackRule.objects.in_bulk(ids).items()}
    return [
        {"section": section, "lines": [ShownLine(line, urls.get(line.rule_id or 0, "")) for line in section.lines]}
        for section in explanation.sections
    ]
