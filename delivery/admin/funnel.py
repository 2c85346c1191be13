"""The funnel of a campaign: what it was asked, and what became of it, each number a link to its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from delivery.admin.bars import TONES, Bar, bars
from delivery.admin.cells import rule_url
from delivery.admin.numbers import Rows, grouped, word_of
from delivery.admin.places import WORDS, Whereabouts, campaign_url
from delivery.explain.places import PLACES, Place
from delivery.funnel import CampaignFunnel, Fate, Funnel, Part, RuleFunnel, Span, campaign_funnel, read_span
from delivery.funnel.spans import SPANS
from delivery.models import Receiver
from postbacks.models import PostbackRule, Reason, Why

LOGGED = "delivery.view_sentpostback"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A row of a funnel's table."""

    part: Part
    number: int
    share: str
    url: str
    receiver: str
    advice: str = ""
    place_url: str = ""
    place_word: object = ""

    @property
    def word(self) -> str:
        return word_of(self.part, self.receiver)

    @property
    def shown_number(self) -> str:
        return grouped(self.number)

    @property
    def tone(self) -> str:
        return TONES[self.part.fate]


@dataclass(frozen=True, kw_only=True)
class ShownFunnel:
    """A funnel with its links: of the whole campaign, or of one of its rules."""

    funnel: Funnel
    campaign: int
    rows: Rows
    receivers: Mapping[int, str]
    of_rule: RuleFunnel | None = None

    @property
    def name(self) -> str:
        return self.of_rule.name if self.of_rule and self.of_rule.number else _("No rule")

    @property
    def rule(self) -> PostbackRule | None:
        return self.of_rule.rule if self.of_rule else None

    @property
    def rule_url(self) -> str:
        return rule_url(self.rule) if self.rule else ""

    @property
    def is_gone(self) -> bool:
        return bool(self.of_rule and self.of_rule.number and self.rule is None)

    @property
    def is_inherited(self) -> bool:
        return bool(self.rule and self.rule.source_id)

    @cached_property
    def bars(self) -> Sequence[Bar]:
        return bars(self.funnel)

    @cached_property
    def parts(self) -> list[ShownPart]:
        return [self._shown(part, number) for part, number in self.funnel.parts()]

    @property
    def sentence(self) -> SafeString:
        """“1,100 sent, 62 status not ticked”, each number a link."""
        rows = ((part.url, grouped(part.number), part.word) for part in self.parts)
        return format_html_join(", ", '<a href="{}">{}</a> {}', rows)

    def _shown(self, part: Part, number: int) -> ShownPart:
        advice, place = _advice(part)
        where = Whereabouts(campaign=self.campaign, rule=self.rule, receiver=part.receiver or None)
        url = where.url(place)
        return ShownPart(
            part=part,
            number=number,
            share=f"{100 * number / self.funnel.asked:.1f} %",
            url=self.rows.url(part),
            receiver=self.receivers.get(part.receiver, ""),
            advice=advice,
            place_url=url,
            place_word=WORDS[place] if url else "",
        )


def _advice(part: Part) -> tuple[str, Place]:
    """What to do about it; nothing about most."""
    if part.fate is Fate.REFUSED:
        why = Why(part.detail)
        if why == Why.STATUS_NOT_TICKED:
            return _("nothing, unless the receiver wants to know of these statuses"), PLACES[why]
        return Reason(why).advice, PLACES[why]
    if part.fate is Fate.FAILED:
        return _("look at the answers, and at the receiver"), Place.RECEIVER
    if part.fate is Fate.UNKNOWN:
        return _("ask the receiver, and settle them in the log"), Place.NOWHERE
    return "", Place.NOWHERE


def funnel_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign's."""
    if not request.user.has_perm(LOGGED):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign.objects.select_related("source"), pk=pk)
    span = read_span(request.GET.get("span", ""))
    funnel = campaign_funnel(campaign, span.since)
    context = {
        **admin.site.each_context(request),
        "title": _("Funnel"),
        "original": _("Funnel of %(campaign)s") % {"campaign": campaign},
        "campaign": campaign,
        "campaign_url": campaign_url(campaign.pk),
        "rules_url": campaign_url(campaign.pk, "s2s-postbacks"),
        "spans": SPANS,
        "span": span,
        **_shown(funnel, span),
    }
    return TemplateResponse(request, "delivery/admin/funnel.html", context)


def _shown(funnel: CampaignFunnel, span: Span) -> dict[str, Any]:
    pk, receivers = funnel.campaign.pk, _receivers(funnel.whole)
    rows = Rows(campaign=pk, span=span)
    whole = ShownFunnel(funnel=funnel.whole, campaign=pk, rows=rows, receivers=receivers)
    return {
        "whole": whole,
        "conversions": grouped(funnel.conversions),
        "conversions_url": rows.conversions_url,
        "asked": grouped(funnel.whole.asked),
        "rules": list(_rules(funnel, span, receivers)),
        "has_rules": any(one.number for one in funnel.rules),
    }


def _rules(funnel: CampaignFunnel, span: Span, receivers: Mapping[int, str]) -> Iterator[ShownFunnel]:
    pk = funnel.campaign.pk
    for one in funnel.rules:
        rows = Rows(campaign=pk, span=span, rule=one.number)
        yield ShownFunnel(funnel=one.funnel, campaign=pk, rows=rows, receivers=receivers, of_rule=one)


def _receivers(funnel: Funnel) -> dict[int, str]:
    ids = {part.receiver for part in funnel.counts if part.receiver}
    return {pk: receiver.origin for pk, receiver in Receiver.objects.in_bulk(ids).items()}
