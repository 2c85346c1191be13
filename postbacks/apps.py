"""The middle floor's start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostbacksConfig(AppConfig):
    """S2S postbacks: what is wanted."""

    name = "postbacks"
    verbose_name = _("S2S postbacks")

    def ready(self) -> None:
        """Put our tab on the ground floor's pages."""
        from campaigns.admin.slots import slots
        from postbacks.admin.tab import CampaignRules, SourceRules

        slots.campaign_inlines.append(CampaignRules)
        slots.source_inlines.append(SourceRules)
