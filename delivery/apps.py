"""The top floor's start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Maintenance: what is done."""

    name = "delivery"
    verbose_name = _("Maintenance")

    def ready(self) -> None:
        """Listen to the ground floor, once."""
        from campaigns.signals import conversions_changed
        from delivery.signals import collect_postbacks

        conversions_changed.connect(collect_postbacks, dispatch_uid="collect_postbacks")
