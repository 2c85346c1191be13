"""Why a rule does not want a change: a closed set of reasons, each with what to do about it."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Why(models.TextChoices):
    """The reasons there are."""

    STATUS_NOT_TICKED = "status_not_ticked", gettext_lazy("status not ticked")
    RULE_DISABLED = "rule_disabled", gettext_lazy("rule disabled")
    SWITCHED_OFF = "switched_off", gettext_lazy("switched off for this campaign")
    CAMPAIGN_PAUSED = "campaign_paused", gettext_lazy("campaign paused")
    NO_EXTERNAL_ID = "no_external_id", gettext_lazy("no external_id")
    SAME_AS = "same_as", gettext_lazy("same as another rule")
    SENT_BEFORE = "sent_before", gettext_lazy("already sent for this status")
    NO_RULE = "no_rule", gettext_lazy("there was no rule")


# of several reasons the one that tells most: what holds for everything, before what holds for this change alone
TELLING = [Why.CAMPAIGN_PAUSED, Why.RULE_DISABLED, Why.SWITCHED_OFF, Why.STATUS_NOT_TICKED, Why.NO_EXTERNAL_ID]
TELLING += [Why.SAME_AS, Why.SENT_BEFORE, Why.NO_RULE]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `about` is the status that was not ticked, the rule that goes instead, or what the click brought."""

    why: Why
    about: str = ""

    @property
    def text(self) -> str:
        """What was so when it was decided."""
        return {
            Why.STATUS_NOT_TICKED: _("the rule does not tick “%(about)s”"),
            Why.RULE_DISABLED: _("the rule is disabled"),
            Why.SWITCHED_OFF: _("the source's rule is switched off for this campaign"),
            Why.CAMPAIGN_PAUSED: _("the campaign is paused"),
            Why.NO_EXTERNAL_ID: self._without_click_id,
            Why.SAME_AS: _("same method and URL as the rule “%(about)s”, which goes instead"),
            Why.SENT_BEFORE: _(
                "a postback of this rule for this conversion and status was queued before; a second would count twice"
            ),
            Why.NO_RULE: _("neither the campaign nor its source had an S2S postback then"),
        }[self.why] % {"about": self.about}

    @property
    def advice(self) -> str:
        """What to change so that the next one is sent."""
        return {
            Why.STATUS_NOT_TICKED: _("tick “%(about)s” in the rule's statuses"),
            Why.RULE_DISABLED: _("enable the rule"),
            Why.SWITCHED_OFF: _("switch it on in the campaign's S2S Postbacks tab"),
            Why.CAMPAIGN_PAUSED: _("un-pause the campaign on its General tab"),
            Why.NO_EXTERNAL_ID: self._how_to_get_click_ids,
            Why.SAME_AS: _("nothing: one of the two is enough; delete this one"),
            Why.SENT_BEFORE: _(
                "tick “again” on the rule if a status that comes back is to be sent again, or use “Send again”"
            ),
            Why.NO_RULE: _("add one in the campaign's S2S Postbacks tab"),
        }[self.why] % {"about": self.about}

    @property
    def _without_click_id(self) -> str:
        if self.about:
            return _("external_id is “%(about)s”: the ad network did not fill in its token")
        return _("the click has no external_id, and the receiver could not tell which click converted")

    @property
    def _how_to_get_click_ids(self) -> str:
        if self.about:
            return _("look up how the network writes its click id, and correct the link")
        return _("paste the campaign's link, complete, into the ad network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one rule said to one change: yes where there is no reason against."""

    rule: int
    name: str
    reasons: list[Reason] = field(default_factory=list)
    key: int = 0  # the rule that its task keys go by, where that is another

    @property
    def is_yes(self) -> bool:
        """Whether a postback was to be queued."""
        return not self.reasons

    @property
    def keyed_as(self) -> int:
        """The rule whose number its task keys carry."""
        return self.key or self.rule

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a Decision."""
        reasons = [{"why": reason.why, "about": reason.about} for reason in self.reasons]
        return {"rule": self.rule, "name": self.name, "reasons": reasons} | ({"key": self.key} if self.key else {})

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Answer":
        """As it was kept."""
        reasons = [Reason(Why(reason["why"]), reason["about"]) for reason in kept["reasons"]]
        return cls(rule=kept["rule"], name=kept["name"], reasons=reasons, key=kept.get("key", 0))
