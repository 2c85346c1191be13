"""Keys that outlive their rows: the log can be pruned, and still nothing is sent twice."""

from collections.abc import Iterable

from django.db import models


class SpentKeyManager(models.Manager["SpentKey"]):
    """Asks for keys."""

    def among(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that were used up by rows that are no longer there."""
        return list(self.filter(task_key__in=list(keys)).values_list("task_key", flat=True))


class SpentKey(models.Model):
    """The task key of a postback whose row was pruned."""

    task_key = models.CharField(max_length=120, primary_key=True)

    objects = SpentKeyManager()

    def __str__(self) -> str:
        return self.task_key
