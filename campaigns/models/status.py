"""The words for how far a conversion is: a table, for every vertical has its own."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

BUILT_IN = {"lead": _("Lead"), "sale": _("Sale"), "rejected": _("Rejected"), "rebill": _("Rebill")}
IGNORE = "ignore"  # in a list of words: what is mapped to it changes nothing

is_status_name = RegexValidator(r"^[a-z][a-z0-9_]{0,31}\Z", _("Lower-case letters, digits and _ only, a letter first."))


class ConversionStatusManager(models.Manager["ConversionStatus"]):
    """Knows the names in their order."""

    def names(self) -> list[str]:
        """Every status, in the order a person gave them."""
        return list(self.values_list("name", flat=True))

    def after_migrate(self, using: str, apps: Apps = installed, **_kwargs: Any) -> None:
        """Make sure of the four that every network knows; what is there stays as it is."""
        if ("campaigns", "conversionstatus") not in {
            (m._meta.app_label, m._meta.model_name) for m in apps.get_models()
        }:
            return  # migrated to a time before this table
        rows = [
            ConversionStatus(name=name, label=str(label), position=place, built_in=True)
            for place, (name, label) in enumerate(BUILT_IN.items())
        ]
        self.using(using).bulk_create(rows, ignore_conflicts=True)


class ConversionStatus(models.Model):
    """A status that a conversion can have."""

    name = models.CharField(_("name"), max_length=32, unique=True, validators=[is_status_name])
    label = models.CharField(_("label"), max_length=64)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    built_in = models.BooleanField(_("built in"), default=False, editable=False)

    objects = ConversionStatusManager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("conversion status")
        verbose_name_plural = _("conversion statuses")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name=IGNORE),
                name="ignore_is_no_status",
                violation_error_message=_("“ignore” is the word for what is not taken; choose another."),
            )
        ]

    def __str__(self) -> str:
        return self.label

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused for the built-in ones: rules and macros everywhere speak of them."""
        if self.built_in:
            raise models.ProtectedError(f"The status {self.name} is built in.", {self})
        return super().delete(*args, **kwargs)


class KnownStatuses:
    """The statuses there are; asked for once at most, and only where the built-in ones, which stay, do not tell."""

    @cached_property
    def names(self) -> list[str]:
        """All of them in their order."""
        return ConversionStatus.objects.names()

    def __contains__(self, word: str) -> bool:
        return word in BUILT_IN or word in self.names

    def first_of(self, words: Collection[str]) -> str:
        """Of these the status that stands first, IGNORE after all others; '' where none of them is one."""
        if not words:
            return ""
        if len(words) == 1 and (BUILT_IN.keys() | {IGNORE}).issuperset(words):
            return min(words)
        return next((name for name in (*self.names, IGNORE) if name in words), "")
