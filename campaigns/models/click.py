"""A visitor who came through a campaign's link."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns import macros
from campaigns.facts import click_facts
from campaigns.models.campaign import Campaign
from campaigns.models.installation import unguessable
from campaigns.models.source import Source
from campaigns.money import read_money
from campaigns.parameters import FIELDS, clean_text, is_unfilled, mapped


def new_subid() -> str:
    """Our click id: 20 letters and digits, 103 bits; nobody guesses another's."""
    return unguessable(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What the visitor's own request told."""

    ip: str | None = None
    user_agent: str = ""
    language: str = ""
    referrer: str = ""
    host: str = ""  # the name of ours that was asked for


class ClickManager(models.Manager["Click"]):
    """Makes clicks of requests."""

    def lock(self, subids: Collection[str]) -> "dict[str, Click]":
        """Those there are, by subid, with their campaigns; all that is said of one waits for who has locked it.

        In the order of their ids, so that no two who lock several wait for one another.
        """
        locked = self.select_for_update(of=("self",), no_key=True).filter(subid__in=subids).order_by("pk")
        if len(subids) == 1:
            return {click.subid: click for click in locked.select_related("campaign")}
        clicks = {click.subid: click for click in locked}
        campaigns = Campaign.objects.in_bulk({click.campaign_id for click in clicks.values()})
        for click in clicks.values():
            click.campaign = campaigns[click.campaign_id]
        return clicks

    def record(self, campaign: Campaign, query: Mapping[str, str], visitor: Visitor) -> "Click":
        """Store a click. `query` is the link's, by its own names; nothing in it can make this fail."""
        click = self.make(campaign, query, visitor)
        click.save(force_insert=True)
        return click

    def make(self, campaign: Campaign, query: Mapping[str, str], visitor: Visitor) -> "Click":
        """The same click, not stored."""
        values = mapped(query, campaign.parameters)
        fields = {name: values.pop(name, "") for name in FIELDS}
        click = Click(
            campaign=campaign,
            traffic_source=campaign.source,
            external_id=clean_text(fields["external_id"], 500),
            cost=read_money(fields["cost"]).number or Decimal(0),
            currency=clean_text(fields["currency"].strip().upper(), 3),
            source=clean_text(fields["source"], 500),
            keyword=clean_text(fields["keyword"], 500),
            creative_id=clean_text(fields["creative_id"], 200),
            ad_campaign_id=clean_text(fields["ad_campaign_id"], 200),
            parameters={name: value for name, value in values.items() if value},
            ip=visitor.ip,
            user_agent=clean_text(visitor.user_agent, 1000),
            language=clean_text(visitor.language, 200),
            referrer=clean_text(visitor.referrer),
            host=clean_text(visitor.host, 255),
        )
        click.destination = clean_text(macros.render(campaign.destination, click_facts(click)).text, 8192)
        return click


class Click(models.Model):
    """One click: `subid` is ours, `external_id` the source's."""

    subid = models.CharField(_("subid"), max_length=64, unique=True, default=new_subid, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="clicks", db_index=False, verbose_name=_("campaign")
    )
    traffic_source = models.ForeignKey(
        Source,
        models.PROTECT,
        related_name="clicks",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("traffic source"),
    )
    external_id = models.CharField(_("external id"), max_length=500, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=15, decimal_places=4, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    source = models.CharField(_("source (site)"), max_length=500, blank=True)
    keyword = models.CharField(_("keyword"), max_length=500, blank=True)
    creative_id = models.CharField(_("creative id"), max_length=200, blank=True)
    ad_campaign_id = models.CharField(_("ad campaign id"), max_length=200, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=200, blank=True)
    referrer = models.CharField(_("referrer"), max_length=2000, blank=True)
    host = models.CharField(_("our domain"), max_length=255, blank=True)
    destination = models.TextField(_("destination"), blank=True)
    created = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    objects = ClickManager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [
            models.Index(fields=["external_id", "-id"], name="click_external_id"),
            models.Index(fields=["campaign", "-id"], name="click_campaign"),
            models.Index(fields=["traffic_source", "-id"], name="click_traffic_source"),
        ]

    def __str__(self) -> str:
        return self.subid

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A click belongs to the source that its campaign had then."""
        if self._state.adding and self.traffic_source_id is None:
            self.traffic_source_id = self.campaign.source_id
        super().save(*args, **kwargs)

    @property
    def has_click_id(self) -> bool:
        """Whether its source could tell it from others: an id came, and no placeholder that nobody filled in."""
        return bool(self.external_id) and not is_unfilled(self.external_id)

    def facts(self) -> macros.Facts:
        """What macros can know of it."""
        return click_facts(self)
