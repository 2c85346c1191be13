"""The processes that send: each says every few seconds that it lives."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=1)  # of those that are gone


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Sets of workers."""

    def alive(self, within: float) -> "WorkerQuerySet":
        """Those that were heard of in so many seconds, by the clock of the database, and were not told to end."""
        return self.filter(ended__isnull=True, seen__gte=Now() - timedelta(seconds=within))


class WorkerManager(models.Manager["Worker"]):
    """Writes beats down."""

    def beat(self, process: uuid.UUID, **facts: Any) -> None:
        """That this process lives, and what it is at; the first beat makes its row, and clears old ones away."""
        if not self.filter(pk=process).update(seen=Now(), **facts):
            self.filter(seen__lt=Now() - KEPT).delete()
            self.create(uuid=process, **facts)

    def end(self, process: uuid.UUID) -> None:
        """It ended as it was told to."""
        self.filter(pk=process).update(ended=Now(), seen=Now(), in_flight=0)


class Worker(models.Model):
    """One process, from its start to its end. Who ends without a word is not seen any more."""

    uuid = models.UUIDField(primary_key=True)
    host = models.CharField(_("machine"), max_length=255)
    pid = models.PositiveIntegerField(_("process"))
    version = models.CharField(_("version"), max_length=32, blank=True)
    transport = models.CharField(_("transport"), max_length=16)
    in_flight = models.PositiveIntegerField(_("in flight"), default=0)
    started = models.DateTimeField(_("started"), db_default=Now())
    seen = models.DateTimeField(_("last beat"), db_default=Now(), db_index=True)
    ended = models.DateTimeField(_("ended"), null=True)

    objects = WorkerManager.from_queryset(WorkerQuerySet)()

    class Meta:
        ordering = ["-seen"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
