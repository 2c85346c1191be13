"""Where a person goes to mend what an advice is about; which page that is, the admin knows."""

from enum import StrEnum

from postbacks.models import Why


class Place(StrEnum):
    """The pages there are."""

    NOWHERE = ""
    RULE = "rule"  # the tab that the rule stands in
    CAMPAIGN_RULES = "campaign_rules"
    PARAMETERS = "parameters"
    GENERAL = "general"
    STATUSES = "statuses"
    RECEIVER = "receiver"
    POSTBACK = "postback"
    POSTBACK_URL = "postback_url"


PLACES = {
    Why.STATUS_NOT_TICKED: Place.RULE,
    Why.RULE_DISABLED: Place.RULE,
    Why.SWITCHED_OFF: Place.CAMPAIGN_RULES,
    Why.CAMPAIGN_PAUSED: Place.GENERAL,
    Why.NO_EXTERNAL_ID: Place.PARAMETERS,
    Why.SAME_AS: Place.RULE,
    Why.SENT_BEFORE: Place.RULE,
    Why.NO_RULE: Place.CAMPAIGN_RULES,
}
