"""What the rules said to a change, written when it was said."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models import ConversionChange
from postbacks.reasons import Answer, Reason

if TYPE_CHECKING:
    from postbacks.models.rule import PostbackRule


class Decision(models.Model):
    """One per change: each rule's yes, or all its reasons for a no. No rule at all is an empty list."""

    change = models.OneToOneField(ConversionChange, models.CASCADE, related_name="decision")
    kept_answers = models.JSONField(default=list)

    # only on a decision that was made just now: those that said yes, and those that did not, each with all its reasons
    rules: "list[PostbackRule]"
    refused: "dict[PostbackRule, list[Reason]]"

    class Meta:
        ordering = ["id"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.change}: {sum(answer.is_yes for answer in self.answers)} yes of {len(self.answers)}"

    @classmethod
    def of(cls, change: ConversionChange, reasons: "dict[PostbackRule, list[Reason]]") -> "Decision":
        """A decision, not saved yet."""
        answers = [
            Answer(rule=rule.pk, name=rule.label, reasons=against, key=rule.customised_from_id or 0)
            for rule, against in reasons.items()
        ]
        decision = cls(change=change, kept_answers=[answer.to_json() for answer in answers])
        decision.rules = [rule for rule, against in reasons.items() if not against]
        decision.refused = {rule: against for rule, against in reasons.items() if against}
        return decision

    @property
    def answers(self) -> list[Answer]:
        """What each rule said."""
        return [Answer.from_json(kept) for kept in self.kept_answers]
