"""Funnels from the counts that are kept of conversions, postbacks and refusals."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.admin.bounded import lead_by
from campaigns.models import Campaign
from campaigns.tallies import total
from delivery.funnel.parts import Fate, Funnel, Part
from postbacks.models import PostbackRule, Refusal


@dataclass(frozen=True, slots=True)
class RuleFunnel:
    """What one rule was asked; without a number nobody was, as there was no rule."""

    number: int
    name: str
    rule: PostbackRule | None  # None: it is gone
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class CampaignFunnel:
    """One campaign's: as a whole, and rule by rule, the one that was asked most first."""

    campaign: Campaign
    conversions: int
    whole: Funnel
    rules: list[RuleFunnel]


def campaign_funnel(campaign: Campaign, since: datetime | None) -> CampaignFunnel:
    """Of what was reported since."""
    by_rule: dict[int, Counter[Part]] = defaultdict(Counter)
    postbacks = total("postback", since=since, by=("rule", "receiver", "word"), campaign=campaign.pk)
    for (rule, receiver, word), number in postbacks.items():
        by_rule[rule][Part.of_postback(word, receiver)] += number
    refusals = total("refusal", since=since, by=("rule", "word"), campaign=campaign.pk)
    for (rule, why), number in refusals.items():
        by_rule[rule][Part(Fate.REFUSED, why)] += number
    rules = _rules(campaign, {rule: Funnel(counts) for rule, counts in by_rule.items()})
    conversions = sum(total("conversion", since=since, campaign=campaign.pk).values())
    return CampaignFunnel(campaign, conversions, Funnel.sum(one.funnel for one in rules), rules)


def campaign_funnels(since: datetime | None, at_most: int) -> list[CampaignFunnel]:
    """Those of all campaigns that anything was reported of since, as a whole, the worst first."""
    counts: dict[int, Counter[Part]] = defaultdict(Counter)
    for (campaign, word), number in total("postback", since=since, by=("campaign", "word")).items():
        counts[campaign][Part.of_postback(word, 0)] += number
    for (campaign, why), number in total("refusal", since=since, by=("campaign", "word")).items():
        counts[campaign][Part(Fate.REFUSED, why)] += number
    funnels = {campaign: Funnel(some) for campaign, some in counts.items()}
    worst = sorted(funnels, key=lambda pk: (-funnels[pk].lost, -funnels[pk].asked, pk))[:at_most]
    conversions = {pk: number for (pk,), number in total("conversion", since=since, by=("campaign",)).items()}
    campaigns = Campaign.objects.in_bulk(worst)
    return [CampaignFunnel(campaigns[pk], conversions.get(pk, 0), funnels[pk], []) for pk in worst if pk in campaigns]


def _rules(campaign: Campaign, funnels: Mapping[int, Funnel]) -> list[RuleFunnel]:
    """Also those that are there and were asked nothing yet."""
    there = {rule.pk: rule for rule in PostbackRule.objects.for_campaign(campaign)}
    there |= PostbackRule.objects.in_bulk(set(funnels) - set(there) - {0})  # they belonged to another source then
    gone = _names_of({number for number in funnels if number and number not in there})
    rows = [
        RuleFunnel(number, there[number].label if number in there else gone.get(number, ""), there.get(number), funnel)
        for number, funnel in ({number: Funnel(Counter()) for number in there} | dict(funnels)).items()
    ]
    return sorted(rows, key=lambda row: (-row.funnel.asked, row.number))


def _names_of(rules: Collection[int]) -> dict[int, str]:
    """What those that are gone were called."""
    names = {}
    for number in rules:
        refused = Refusal.objects.filter(lead_by(Refusal, "rule", number).where).order_by("rule_id", "-pk")
        names[number] = refused.values_list("rule_name", flat=True).first() or _("rule #%(number)d") % {
            "number": number
        }
    return names
