"""The fields in which people say how postbacks are to be delivered, and what they say for all rules of a source."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Source
from postbacks.patterns import pattern_problems, read_patterns
from postbacks.schedules import DELAYS_AT_MOST, LONGEST, Schedule, known_schedule
from postbacks.success_codes import code_problems, read_codes
from postbacks.terms import Terms, latest_of

if TYPE_CHECKING:
    from postbacks.models.rule import PostbackRule

YEAR = 8760  # hours
PATTERNS = ["accepted_if", "rejected_if", "retry_if"]


class Patience(models.Model):
    """How often, and for how long, a postback is tried."""

    own_delays = models.JSONField(_("own delays"), default=list, blank=True)  # seconds
    not_after_hours = models.PositiveIntegerField(
        _("not after, hours"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(YEAR)]
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A schedule of one's own has delays, and no other has."""
        if problem := _delays_problem(self.own_delays, is_own=getattr(self, "schedule", "") == Schedule.OWN):
            raise ValidationError({"own_delays": problem})


class SourceTerms(Patience):
    """What holds for every rule of a source, and of its campaigns, that does not say it itself."""

    source = models.OneToOneField(Source, models.CASCADE, related_name="terms", verbose_name=_("source"))
    schedule = models.CharField(_("schedule"), max_length=8, choices=Schedule, default=Schedule.STANDARD)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.source}: {self.schedule}"


class RuleTerms(Patience):
    """How the postbacks of one rule are to be delivered."""

    schedule = models.CharField(
        _("schedule"),
        max_length=8,
        choices=[("", _("as the source says")), *Schedule.choices],
        blank=True,
        default="",
        help_text=_("When it is tried again after a temporary failure."),
    )
    success_codes = models.CharField(
        _("success codes"),
        max_length=200,
        blank=True,
        help_text=_("Codes that say: received. Such as “200, 302”; left empty, 2xx."),
    )
    accepted_if = models.TextField(
        _("accepted if"),
        blank=True,
        help_text=_("It counts as sent, whatever the code: for answers such as “DUPLICATE”."),
    )
    rejected_if = models.TextField(
        _("rejected if"), blank=True, help_text=_("It has failed for good, though the code be 200: such as “ERROR:”.")
    )
    retry_if = models.TextField(
        _("try again if"),
        blank=True,
        help_text=_("It is tried again, though the code be 200: such as “success=false”."),
    )
    at_most_once = models.BooleanField(
        _("at most once"),
        default=False,
        help_text=_(
            "When no answer comes it is not sent a second time: it ends “unknown”, and a person asks the receiver. "
            "For receivers that would pay twice. Otherwise it is sent until an answer comes, and may arrive twice."
        ),
    )
    in_order = models.BooleanField(
        _("in order"),
        default=False,
        help_text=_("A later status of a conversion waits until the earlier one is sent or given up."),
    )
    supersede = models.BooleanField(
        _("supersede"),
        default=False,
        help_text=_("A later status of a conversion cancels an earlier one that still waits: only the latest is sent."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Every problem at its field, and codes as they are kept."""
        errors: dict[str, list[str]] = {}
        try:
            super().clean()
        except ValidationError as error:
            errors |= error.message_dict
        if problems := list(code_problems(self.success_codes)):
            errors["success_codes"] = problems
        else:
            self.success_codes = ", ".join(read_codes(self.success_codes))
        for name in PATTERNS:
            if problems := list(pattern_problems(getattr(self, name))):
                errors[name] = problems
        if errors:
            raise ValidationError(errors)


def terms_of(rule: "PostbackRule") -> Terms:
    """What the rule wants of its postbacks, and where it is silent its source.

    No conversion's save may fail for what somebody wrote past our checks: what cannot be read is passed over.
    """
    patience = _who_says(rule, "schedule")
    schedule = known_schedule(patience.schedule) if patience else Schedule.STANDARD
    return Terms(
        schedule=schedule,
        own_delays=tuple(filter(_is_delay, patience.own_delays)) if patience and schedule is Schedule.OWN else (),
        success_codes=read_codes(rule.success_codes),
        accepted_if=read_patterns(rule.accepted_if),
        rejected_if=read_patterns(rule.rejected_if),
        retry_if=read_patterns(rule.retry_if),
        at_most_once=rule.at_most_once,
        in_order=rule.in_order,
        supersede=rule.supersede,
    )


def latest_for(rule: "PostbackRule", time: datetime) -> datetime | None:
    """The latest moment for a conversion of that time, as the rule says, or its source; None: neither says one."""
    patience = _who_says(rule, "not_after_hours")
    return latest_of(time, patience.not_after_hours) if patience else None


def _who_says(rule: "PostbackRule", field: str) -> "PostbackRule | SourceTerms | None":
    """The rule where it says something, else its source; None: nobody does."""
    if getattr(rule, field):
        return rule
    source = rule.source or (rule.campaign.source if rule.campaign else None)
    terms: SourceTerms | None = getattr(source, "terms", None)
    return terms if terms and getattr(terms, field) else None


def _delays_problem(delays: object, *, is_own: bool) -> str:
    if not isinstance(delays, list) or not all(map(_is_delay, delays)) or len(delays) > DELAYS_AT_MOST:
        return _now("Delays are whole seconds, from 1 s to 30 days, at most %(count)d of them.") % {
            "count": DELAYS_AT_MOST
        }
    if is_own and not delays:
        return _now("Say after how long it is to be tried again, such as “1m, 5m, 2h”.")
    if delays and not is_own:
        return _now("Choose the schedule “own delays”, or leave these empty.")
    return ""


def _is_delay(delay: object) -> bool:
    return isinstance(delay, int) and not isinstance(delay, bool) and 1 <= delay <= LONGEST
