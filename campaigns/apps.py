"""The ground floor's start."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Traffic: what is known."""

    name = "campaigns"
    verbose_name = _("Traffic")

    def ready(self) -> None:
        """Every database has the built-in statuses from the start, and the triggers that count."""
        from campaigns import phrasebook, phrases
        from campaigns.models import ConversionStatus
        from campaigns.tallied import CONVERSIONS
        from campaigns.tallies import triggers
        from campaigns.tallies.counted import everything

        post_migrate.connect(ConversionStatus.objects.after_migrate, sender=self, weak=False)
        everything.counted.append(CONVERSIONS)
        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="tallies")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="tallies")
        phrasebook.learn(phrases.PHRASES)
