"""The ground floor's start."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Traffic: what is known."""

    name = "campaigns"
    verbose_name = _("Traffic")

    def ready(self) -> None:
        """Every database has the built-in statuses from the start."""
        from campaigns.models import ConversionStatus

        post_migrate.connect(ConversionStatus.objects.after_migrate, sender=self, weak=False)
