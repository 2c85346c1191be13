"""The hosts that postbacks go to, and how each of them is."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

UNTIL_RELEASED = datetime(9999, 12, 31, tzinfo=UTC)  # a date, for every database has those; infinity not


class Breaker(models.TextChoices):
    """Whether a receiver is sent to. An open one whose hold has passed is probed."""

    CLOSED = "closed", _("Closed")
    OPEN = "open", _("Open")
    RESUMING = "resuming", _("Resuming")


class Override(models.TextChoices):
    """What a person has said, against whatever the breaker would do by itself."""

    NONE = "", _("None")
    CLOSED = "closed", _("Kept closed")
    HOLD = "hold", _("Held")


class ReceiverQuerySet(models.QuerySet["Receiver"]):
    """Sets of receivers."""

    def open(self) -> "ReceiverQuerySet":
        """Those that may be sent to now: nothing holds them, and their rate leaves room."""
        unlimited = Q(rate__isnull=True, pace__isnull=True)
        has_room = Q(rate_until__isnull=True) | Q(rate_until__lte=Now())
        return self.filter(Q(hold_until__isnull=True) | Q(hold_until__lte=Now()), unlimited | has_room)

    def failing_for(self, seconds: float) -> "ReceiverQuerySet":
        """Those without a single good answer for so long."""
        return self.filter(failing_since__lte=Now() - timedelta(seconds=seconds))

    def change(self, **fields: Any) -> int:
        """Update them, so that every worker takes notice; how many they were."""
        return self.update(**fields, version=F("version") + 1)


class ReceiverManager(models.Manager["Receiver"]):
    """Knows receivers by their origin."""

    def by_origin(self, origins: Collection[str]) -> dict[str, "Receiver"]:
        """Each origin's receiver; those that are new are made."""
        known = {receiver.origin: receiver for receiver in self.filter(origin__in=origins)}
        if missing := set(origins) - set(known):
            self.bulk_create([Receiver(origin=origin) for origin in sorted(missing)], ignore_conflicts=True)
            known |= {receiver.origin: receiver for receiver in self.filter(origin__in=missing)}
        return known


class Receiver(models.Model):
    """Scheme, host and port: what is slow or down is slow or down for all its postbacks."""

    origin = models.CharField(_("receiver"), max_length=300, unique=True)
    # what a person sets; without a place nothing would ever go, and nobody would be told
    places = models.PositiveIntegerField(
        _("places"),
        default=20,
        validators=[MinValueValidator(1)],
        help_text=_("How many requests may fly to it at once from each worker process, to begin with."),
    )
    max_places = models.PositiveIntegerField(
        _("most places"),
        default=100,
        validators=[MinValueValidator(1)],
        help_text=_("Up to how many its places grow while it answers well."),
    )
    rate = models.FloatField(
        _("requests per second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.001)],
        help_text=_("At most, from all workers together. Empty: as fast as it answers."),
    )
    override = models.CharField(_("override"), max_length=6, choices=Override, default=Override.NONE, blank=True)
    # what the workers find out, and share
    breaker = models.CharField(_("breaker"), max_length=8, choices=Breaker, default=Breaker.CLOSED)
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)
    opened = models.DateTimeField(_("opened"), null=True, help_text=_("When the breaker opened last."))
    trips = models.PositiveIntegerField(_("trips"), default=0, help_text=_("How often it opened in a row."))
    why = models.CharField(_("why"), max_length=500, blank=True)
    pace = models.FloatField(_("pace"), null=True, help_text=_("Requests per second, for the time being."))
    threshold = models.FloatField(null=True, help_text=_("The pace grows in steps from it to its double."))
    rate_until = models.DateTimeField(null=True, help_text=_("Up to when the rate and the pace are used up."))
    failing_since = models.DateTimeField(_("failing since"), null=True)
    alerted = models.PositiveSmallIntegerField(
        default=0, help_text=_("Percent of the patience that a person was told.")
    )
    version = models.PositiveIntegerField(default=0, help_text=_("Counts changes, so that workers see them."))

    objects = ReceiverManager.from_queryset(ReceiverQuerySet)()

    class Meta:
        ordering = ["origin"]
        verbose_name = _("receiver")
        verbose_name_plural = _("receivers")
        indexes = [
            models.Index(
                fields=["id"], name="receiver_limited", condition=Q(rate__isnull=False) | Q(pace__isnull=False)
            ),
            models.Index(fields=["failing_since"], name="receiver_failing", condition=Q(failing_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.origin

    def is_held(self, now: datetime) -> bool:
        """Whether nothing goes to it, whoever said so."""
        return self.hold_until is not None and self.hold_until > now

    @property
    def limit(self) -> float | None:
        """Requests per second, by a person's rate or by its pace; None: no limit."""
        return min((limit for limit in (self.rate, self.pace) if limit is not None), default=None)

    # ---- what a person may do

    def close(self, override: Override = Override.NONE) -> None:
        """Send again, at once and at full speed; with an override the breaker does not open any more."""
        self._change(override=override, breaker=Breaker.CLOSED, hold_until=None, trips=0, **FULL_SPEED)

    def hold(self) -> None:
        """Send nothing until it is released."""
        self._change(override=Override.HOLD, hold_until=UNTIL_RELEASED)

    def release(self) -> None:
        """No override any more: an open breaker probes, a closed one sends."""
        self._change(override=Override.NONE, hold_until=None)

    def slow_down(self, rate: float) -> None:
        """Send at most so many per second, from all workers together."""
        self._change(rate=rate, rate_until=None)

    def _change(self, **fields: Any) -> None:
        Receiver.objects.filter(pk=self.pk).change(**fields)
        self.refresh_from_db()


FULL_SPEED: dict[str, Any] = {"pace": None, "threshold": None, "rate_until": None, "why": ""}
