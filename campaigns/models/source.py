"""Where clicks come from."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.parameters import validate_parameters


class Source(models.Model):
    """A traffic source: it sends visitors, and mostly wants to be told which of them converted."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    parameters = models.JSONField(
        _("parameters"),
        default=list,
        blank=True,
        validators=[validate_parameters],
        help_text=_("What its links carry: our parameter, its name in the link, the token the source fills in."),
    )
    notes = models.TextField(_("notes"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def update_in_campaigns(self) -> int:
        """Give every campaign of this source its parameters; how many they were."""
        return self.campaigns.update(parameters=self.parameters)
