"""The middle floor's start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostbacksConfig(AppConfig):
    """S2S postbacks: what is wanted."""

    name = "postbacks"
    verbose_name = _("S2S postbacks")

    def ready(self) -> None:
        """Put our tab on the ground floor's pages, and say what is counted."""
        from campaigns import phrasebook
        from campaigns.admin.slots import slots
        from campaigns.tallies.counted import everything
        from postbacks import phrases
        from postbacks.admin.copied import copy_rules
        from postbacks.admin.tab import CampaignRules, SourceRules
        from postbacks.tallied import REFUSALS

        slots.campaign_copied.append(copy_rules)
        slots.campaign_inlines.append(CampaignRules)
        slots.source_inlines.append(SourceRules)
        everything.counted.append(REFUSALS)
        phrasebook.learn(phrases.PHRASES)
