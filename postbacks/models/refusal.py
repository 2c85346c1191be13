"""Every no, one row each: what the decisions say, kept so that it can be counted, filtered and listed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns import tallies
from campaigns.models import Campaign, Conversion, ConversionChange
from campaigns.rows import insert
from postbacks.reasons import TELLING, Reason, Why
from postbacks.tallied import REFUSALS

if TYPE_CHECKING:
    from postbacks.models.decision import Decision

ABOUT = 500  # characters


class RefusalManager(models.Manager["Refusal"]):
    """Writes refusals down, and lets old ones go."""

    def note(self, decisions: "Iterable[Decision]") -> None:
        """What the rules refused, in the transaction of the decisions."""
        insert([refusal for decision in decisions for refusal in _refusals(decision)])

    def note_repetitions(self, wanted: Iterable[tuple[ConversionChange, int, str]]) -> None:
        """Changes whose rule (its id and name) wanted a postback that was queued before, so that none was."""
        reason = Reason(Why.SENT_BEFORE)
        insert([Refusal.of(change, reason, rule, name) for change, rule, name in wanted])

    def prune(self, before: datetime, at_most: int) -> int:
        """Delete some that are older; how many. What was counted of them stays counted."""
        old = self.filter(created__lt=before).order_by("created").values_list("pk", flat=True)
        ids = list(old[:at_most])
        with transaction.atomic():
            tallies.keep(REFUSALS, ids)
            self.filter(pk__in=ids).delete()
        return len(ids)


class Refusal(models.Model):
    """A change of which one rule sent nothing, and the reason that tells most; or that no rule was asked about.

    For each rule and each change it was asked about there is one row in the queue's table, or one here.
    """

    # no constraint and no index: a change goes with its conversion, and rows are written while networks wait
    change = models.ForeignKey(
        ConversionChange,
        models.DO_NOTHING,
        related_name="refusals",
        db_constraint=False,
        db_index=False,
        verbose_name=_("change"),
    )
    conversion = models.ForeignKey(Conversion, models.CASCADE, related_name="refusals", verbose_name=_("conversion"))
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, db_constraint=False, db_index=False, verbose_name=_("campaign")
    )
    # a rule that is gone leaves its number and its name; none where nobody was asked
    rule = models.ForeignKey(
        "postbacks.PostbackRule",
        models.DO_NOTHING,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("rule"),
    )
    rule_name = models.CharField(_("rule"), max_length=300, blank=True)
    why = models.CharField(_("reason"), max_length=20, choices=Why)
    about = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(_("time"), db_default=Now(), db_index=True)

    objects = RefusalManager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("refusal")
        verbose_name_plural = _("not sent")
        indexes = [
            models.Index(fields=["campaign", "-id"], name="refusal_campaign"),
            models.Index(fields=["rule", "-id"], name="refusal_rule"),
            models.Index(fields=["why", "-id"], name="refusal_why"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name or '–'}: {self.why}"

    @classmethod
    def of(cls, change: ConversionChange, reason: Reason, rule: int | None = None, name: str = "") -> "Refusal":
        """Not saved yet."""
        return cls(
            change_id=change.pk,
            conversion_id=change.conversion_id,
            campaign_id=change.conversion.click.campaign_id,
            rule_id=rule,
            rule_name=name,
            why=reason.why.value,
            about=reason.about[:ABOUT],
            created=change.time,
        )

    @property
    def reason(self) -> Reason:
        """In words, with what to do about it."""
        return Reason(Why(self.why), self.about)


def _refusals(decision: "Decision") -> Iterator[Refusal]:
    if not decision.kept_answers:
        yield Refusal.of(decision.change, Reason(Why.NO_RULE))
    for rule, reasons in decision.refused.items():
        first = min(reasons, key=lambda reason: TELLING.index(reason.why))
        yield Refusal.of(decision.change, first, rule.pk, rule.label)
