"""The page of the search box that stands above every page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.conversion import TONES as STATUS_TONES
from campaigns.admin.display import ago, label
from campaigns.admin.received import TONES
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Source, Verdict
from campaigns.phrasebook import tell
from delivery.admin.cells import rule_url, short_link, state_of
from delivery.models import Receiver, SentPostback
from delivery.search import Asked, Found
from delivery.search.finding import AT_MOST
from postbacks.masking import mask
from postbacks.models import PostbackRule

KINDS: dict[str, tuple[Promise | str, type[Model]]] = {  # in the order of the page
    "postbacks": (_("S2S postbacks"), SentPostback),
    "conversions": (_("Conversions"), Conversion),
    "clicks": (_("Clicks"), Click),
    "received": (_("Received postbacks"), ReceivedPostback),
    "campaigns": (_("Campaigns"), Campaign),
    "sources": (_("Sources"), Source),
    "rules": (_("Rules"), PostbackRule),
    "receivers": (_("Receivers"), Receiver),
}
WITHOUT_LIST = {"rules"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One row: where it leads, what it is called, what else is said of it."""

    row: Any
    covered: bool  # for who may only look

    @property
    def url(self) -> str:
        if isinstance(self.row, PostbackRule):
            return rule_url(self.row)
        meta = self.row._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.row.pk])

    @property
    def title(self) -> str:
        if isinstance(self.row, (SentPostback, ReceivedPostback)):
            return f"#{self.row.pk}"
        return f"{self.row}"

    @property
    def when(self) -> SafeString | str:
        is_logged = isinstance(self.row, (SentPostback, ReceivedPostback, Conversion, Click))
        return ago(self.row.created) if is_logged else ""

    @property
    def said(self) -> SafeString | str:
        """What tells it from its neighbours."""
        match self.row:
            case SentPostback() as sent:
                url, template = (mask(sent.url), mask(sent.url_template)) if self.covered else (sent.url, "")
                link = short_link(url, template or sent.url_template)
                return format_html("{} {} {} {}", state_of(sent), sent.status, sent.rule_name, link)
            case Conversion() as conversion:
                tone = STATUS_TONES.get(conversion.status, "quiet")
                return format_html("{} {}", label(conversion.status, tone), conversion.click.campaign)
            case Click() as click:
                return format_html("{} <code>{}</code>", click.campaign, click.external_id)
            case ReceivedPostback() as got:
                verdict = label(got.get_verdict_display(), TONES[Verdict(got.verdict)])
                return format_html("{} {} {}", verdict, got.status, tell(got.reason))
            case PostbackRule() as rule:
                return f"{rule.campaign or rule.source}"
        return ""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one kind."""

    label: Promise | str
    hits: Sequence[Hit]
    more: str  # where all of them are listed; empty: these are all


def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, by kind; a single row is shown at once."""
    asked = Asked.read(request.GET.get("q", ""))
    found = Found(asked)
    groups = list(_groups(request, found)) if asked.text else []
    hits = [hit for group in groups for hit in group.hits]
    may_see = request.user.has_perm("delivery.view_sentpostback")
    if may_see and (very := found.very_postback):
        return redirect(Hit(very, covered=True).url)
    if len(hits) == 1:
        return redirect(hits[0].url)
    return TemplateResponse(request, "delivery/admin/search.html", _context(request, asked, groups))


def _groups(request: HttpRequest, found: Found) -> Iterator[Group]:
    """Of each kind that this person may see, and of which there is something."""
    covered = not request.user.has_perm("delivery.change_sentpostback")
    for kind, (words, model) in KINDS.items():
        meta = model._meta
        if not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            continue
        if rows := getattr(found, kind):
            more = _list_url(model, found.asked) if len(rows) > AT_MOST and kind not in WITHOUT_LIST else ""
            yield Group(words, [Hit(row, covered) for row in rows[:AT_MOST]], more)


def _list_url(model: type[Model], asked: Asked) -> str:
    query = QueryDict(mutable=True)
    query["q"] = asked.text if not asked.is_url else asked.values[0]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + f"?{query.urlencode()}"


def _context(request: HttpRequest, asked: Asked, groups: Sequence[Group]) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": _now("Search"),
        "trail": [_now("Search")],
        "asked": asked,
        "groups": groups,
        "looked_up": asked.values if asked.is_url or asked.is_part else [],
    }
