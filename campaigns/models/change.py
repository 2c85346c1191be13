"""Every piece of news about a conversion, with the facts of its moment."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns import macros
from campaigns.facts import COLUMNS, change_facts, facts_of

if TYPE_CHECKING:
    from campaigns.models.conversion import Conversion


class ConversionChangeManager(models.Manager["ConversionChange"]):
    """Writes news down."""

    def note(self, conversion: "Conversion", *, is_first: bool) -> "ConversionChange":
        """Keep what this conversion says now; it may say something else by the time a postback is rendered."""
        number = 1 if is_first else self.filter(conversion=conversion).count() + 1
        change = ConversionChange.of(conversion, number)
        change.save(force_insert=True)
        return change

    def facts(self, ids: Iterable[int]) -> dict[int, macros.Facts]:
        """By id, what macros can know of each, in one statement."""
        rows = self.filter(pk__in=ids).order_by().values_list("pk", *COLUMNS)
        return {pk: facts_of(columns) for pk, *columns in rows}

    def with_facts(self) -> models.QuerySet["ConversionChange"]:
        """With all that macros ask for, in one statement."""
        return self.select_related("conversion__click__campaign", "conversion__click__traffic_source")


class ConversionChange(models.Model):
    """A piece of news about a conversion, with the facts of that moment."""

    conversion = models.ForeignKey(
        "campaigns.Conversion", models.CASCADE, related_name="changes", verbose_name=_("conversion")
    )
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=32)
    previous_status = models.CharField(_("previous status"), max_length=32, blank=True)
    original_status = models.CharField(_("original status"), max_length=255, blank=True)
    revenue = models.DecimalField(_("revenue"), max_digits=15, decimal_places=4)
    cost = models.DecimalField(_("cost"), max_digits=15, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict)
    time = models.DateTimeField(_("time"), default=timezone.now)

    objects = ConversionChangeManager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("change")
        verbose_name_plural = _("changes in time")
        constraints = [models.UniqueConstraint(fields=["conversion", "number"], name="changes_are_numbered")]

    def __str__(self) -> str:
        return f"#{self.number} {self.status}"

    @classmethod
    def of(cls, conversion: "Conversion", number: int) -> "ConversionChange":
        """What this conversion says now, not saved yet."""
        return cls(
            conversion=conversion,
            number=number,
            status=conversion.status,
            previous_status=conversion.previous_status,
            original_status=conversion.original_status,
            revenue=conversion.revenue,
            cost=conversion.cost,
            currency=conversion.currency,
            parameters=conversion.parameters,
        )

    @property
    def is_first(self) -> bool:
        """Whether nothing was known of its conversion before."""
        return self.number == 1

    def facts(self) -> macros.Facts:
        """What macros can know of it."""
        return change_facts(self)
