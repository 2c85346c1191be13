"""Whose turn it is to sweep: one row that every worker and beat look at."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


class SweepTurnManager(models.Manager["SweepTurn"]):
    """Hands out turns."""

    def take(self, interval: float) -> bool:
        """Whether nobody has swept for that many seconds, by the database's clock; then the turn is the caller's."""
        self.get_or_create(pk=1)
        return self.filter(pk=1, taken__lte=Now() - timedelta(seconds=interval)).update(taken=Now()) == 1


class SweepTurn(models.Model):
    """When the last sweep began."""

    taken = models.DateTimeField(db_default="2000-01-01T00:00:00Z")

    objects = SweepTurnManager()

    def __str__(self) -> str:
        return f"swept at {self.taken}"
