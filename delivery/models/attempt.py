"""One try to send."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from delivery.models.sent import SentPostback


class Attempt(models.Model):
    """What was asked of a receiver, and what it said. The request is the postback's own."""

    postback = models.ForeignKey(SentPostback, models.CASCADE, related_name="tries", verbose_name=_("postback"))
    number = models.PositiveIntegerField(_("number"))
    started = models.DateTimeField(_("time"))
    duration_ms = models.PositiveIntegerField(_("duration, ms"), null=True)
    # parts of the duration in microseconds; 0 of the first three: over a kept connection; the rest of it was reading
    dns_us = models.PositiveIntegerField(_("DNS, µs"), null=True)
    connect_us = models.PositiveIntegerField(_("connecting, µs"), null=True)
    tls_us = models.PositiveIntegerField(_("TLS, µs"), null=True)
    wait_us = models.PositiveIntegerField(_("waiting, µs"), null=True)
    code = models.PositiveSmallIntegerField(_("code"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    error = models.TextField(_("reason"), blank=True)
    retry_after = models.PositiveIntegerField(
        _("Retry-After, s"), null=True, help_text=_("How long the receiver asked us to stay away.")
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"#{self.number} {self.code or self.error}"
