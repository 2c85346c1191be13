"""What a click became."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.change import ConversionChange
from campaigns.models.click import Click
from campaigns.models.intake import ConversionManager
from campaigns.report import Report
from campaigns.signals import conversions_changed


class Conversion(models.Model):
    """One conversion of one click. (click, tid) is its identity: the same again is an update."""

    click = models.ForeignKey(Click, models.PROTECT, related_name="conversions", verbose_name=_("click"))
    tid = models.CharField(_("tid"), max_length=255, blank=True, help_text=_("The network's transaction id."))
    status = models.CharField(_("status"), max_length=32)
    original_status = models.CharField(
        _("original status"), max_length=255, blank=True, help_text=_("As the network said it.")
    )
    previous_status = models.CharField(_("previous status"), max_length=32, blank=True, editable=False)
    revenue = models.DecimalField(_("revenue"), max_digits=15, decimal_places=4, default=Decimal(0))
    cost = models.DecimalField(_("cost"), max_digits=15, decimal_places=4, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    parameters = models.JSONField(
        _("parameters"), default=dict, blank=True, help_text=_("Those of the click that the report overrode.")
    )
    network = models.CharField(_("network"), max_length=200, blank=True)
    created = models.DateTimeField(_("time"), default=timezone.now, db_index=True, editable=False)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    objects = ConversionManager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        indexes = [
            models.Index(fields=["tid", "-id"], name="conversion_tid"),
            models.Index(fields=["status", "-id"], name="conversion_status"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["click", "tid"],
                name="one_conversion_per_click_and_tid",
                violation_error_message=_("This click has a conversion with this tid: change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.click.subid} {self.tid}".strip()

    def save(
        self,
        *args: Any,
        force_insert: bool | tuple[models.base.ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save, and where this is news (new, or another status) tell it, all in one transaction.

        Listeners of `conversions_changed` run inside the transaction: what they write commits with the conversion.
        """
        if args:
            raise TypeError("Conversion.save() takes its options by name.")
        with transaction.atomic(using=using):
            # All conversions of a click wait for one another here: who is new is never in doubt.
            Click.objects.select_for_update(no_key=True).get(pk=self.click_id)
            before = Conversion.objects.filter(pk=self.pk).first() if self.pk else None
            fields = None if update_fields is None else {*update_fields, "updated"}
            is_news = before is None or (before.status != self.status and (fields is None or "status" in fields))
            if before:  # who loaded it long ago does not know what its previous status is by now
                self.previous_status = before.status if is_news else before.previous_status
                fields = fields and fields | {"previous_status"}
            if not self.original_status:
                self.original_status = self.status
            super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=fields)
            if is_news:
                told = self if fields is None else Conversion.objects.get(pk=self.pk)  # nothing that was not saved
                conversions_changed.send(
                    sender=Conversion, changes=[ConversionChange.objects.note(told, is_first=before is None)]
                )

    def take(self, report: Report, status: str) -> None:
        """Say what the report says; what it leaves out stays as it was."""
        self.status, self.original_status = status, report.original_status or status
        self.revenue = self.revenue if report.revenue is None else report.revenue
        self.cost = self.cost if report.cost is None else report.cost
        self.currency = report.currency or self.currency
        self.parameters = {**self.parameters, **report.parameters}
        self.network = report.network or self.network
