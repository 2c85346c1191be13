"""The hosts that postbacks go to."""

from collections.abc import Collection

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ReceiverManager(models.Manager["Receiver"]):
    """Knows receivers by their origin."""

    def by_origin(self, origins: Collection[str]) -> dict[str, "Receiver"]:
        """Each origin's receiver; those that are new are made."""
        known = {receiver.origin: receiver for receiver in self.filter(origin__in=origins)}
        if missing := set(origins) - set(known):
            self.bulk_create([Receiver(origin=origin) for origin in sorted(missing)], ignore_conflicts=True)
            known |= {receiver.origin: receiver for receiver in self.filter(origin__in=missing)}
        return known

    def open(self) -> models.QuerySet["Receiver"]:
        """Those that may be sent to now."""
        return self.filter(models.Q(hold_until__isnull=True) | models.Q(hold_until__lte=Now()))


class Receiver(models.Model):
    """Scheme, host and port: what is slow or down is slow or down for all its postbacks."""

    origin = models.CharField(_("receiver"), max_length=300, unique=True)
    places = models.PositiveIntegerField(
        _("places"), default=20, help_text=_("How many requests may fly to it at once from each worker process.")
    )
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)

    objects = ReceiverManager()

    class Meta:
        ordering = ["origin"]
        verbose_name = _("receiver")
        verbose_name_plural = _("receivers")

    def __str__(self) -> str:
        return self.origin
