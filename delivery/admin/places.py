"""The pages that an advice leads to."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from delivery.admin.cells import TAB, page_url, rule_url
from delivery.explain.places import Place
from postbacks.models import PostbackRule

WORDS: dict[Place, Promise | str] = {
    Place.RULE: _("Open the rule"),
    Place.CAMPAIGN_RULES: _("Open S2S Postbacks"),
    Place.PARAMETERS: _("Open Parameters"),
    Place.GENERAL: _("Open General"),
    Place.STATUSES: _("Open Statuses"),
    Place.RECEIVER: _("Open the receiver"),
    Place.POSTBACK: _("Open the postback"),
    Place.POSTBACK_URL: _("Open the postback URL"),
}
TABS = {Place.CAMPAIGN_RULES: TAB, Place.PARAMETERS: "parameters", Place.GENERAL: "general"}
TABS |= {Place.STATUSES: "statuses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What is known of what the advice is about."""

    campaign: int | None = None
    rule: PostbackRule | None = None
    receiver: int | None = None
    postback: int | None = None

    def url(self, place: Place) -> str:
        """'' where there is no such page."""
        if place is Place.POSTBACK_URL:
            return reverse("admin:campaigns_installation_changelist")
        if place is Place.RULE and self.rule:
            return rule_url(self.rule)
        if place is Place.RECEIVER and self.receiver:
            return reverse("admin:delivery_receiver_change", args=[self.receiver])
        if place is Place.POSTBACK and self.postback:
            return page_url(self.postback)
        if place in TABS and self.campaign:
            return campaign_url(self.campaign, TABS[place])
        return ""


def campaign_url(campaign: int, tab: str = "") -> str:
    """The page of a campaign, with this tab open."""
    return reverse("admin:campaigns_campaign_change", args=[campaign]) + (f"#{tab}" if tab else "")
