"""What a media buyer runs."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns import url_template
from campaigns.models.installation import unguessable
from campaigns.models.source import Source
from campaigns.parameters import validate_parameters
from campaigns.phrasebook import tell

COPIED = ["source", "destination", "paused", "parameters", "status_words", "notes"]  # by a duplicate
LONGEST_NAME = 200


def new_alias() -> str:
    """A short name for the click link."""
    return unguessable(8)


class Campaign(models.Model):
    """Traffic of one source on its way to one destination."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    alias = models.SlugField(
        _("alias"), max_length=64, unique=True, default=new_alias, help_text=_("The click link is /c/<alias>.")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="campaigns", null=True, blank=True, verbose_name=_("source")
    )
    destination = models.TextField(
        _("destination"),
        blank=True,
        help_text=_("Where visitors go; macros such as {subid} are filled in. Empty: the link answers with the subid."),
    )
    paused = models.BooleanField(
        _("paused"), default=False, help_text=_("Clicks and conversions are still taken; no new postback is sent.")
    )
    parameters = models.JSONField(
        _("parameters"),
        default=list,
        blank=True,
        validators=[validate_parameters],
        help_text=_("Filled from the source when you choose one."),
    )
    status_words = models.JSONField(
        _("words for statuses"),
        default=dict,
        blank=True,
        help_text=_("What networks say, and what it means: with commas between the words."),
    )
    notes = models.TextField(_("notes"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new campaign takes the parameters of its source, unless it has its own."""
        if self._state.adding and self.source and not self.parameters:
            self.parameters = self.source.parameters
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuses a destination that no visitor could be sent to."""
        if self.destination and (errors := url_template.check(self.destination, self.parameter_names).errors):
            raise ValidationError({"destination": [tell(error) for error in errors]})

    @property
    def parameter_names(self) -> set[str]:
        """What its links carry, as far as the Parameters tab says."""
        return {name for row in self.parameters for name in (row["parameter"], row["name"])}

    @property
    def click_id_token(self) -> str | None:
        """What fills in `external_id` in its links; empty: nothing does; None: no parameter brings it."""
        return next((row["token"] for row in self.parameters if row["parameter"] == "external_id"), None)

    def copy(self, alias: str) -> "Campaign":
        """The same campaign with a link of its own, not saved yet."""
        name = _now("%(name)s (copy)") % {"name": self.name}
        fields = {name: getattr(self, name) for name in COPIED}
        return Campaign(**fields, alias=alias, name=name[:LONGEST_NAME])

    @property
    def link(self) -> str:
        """The click link, complete, with the source's tokens: to paste into the ad network."""
        query = "&".join(f"{row['name']}={row['token']}" for row in self.parameters if row["token"])
        return f"{settings.POSTBACK_PUBLIC_URL}{reverse('click', args=[self.alias])}" + (f"?{query}" if query else "")
