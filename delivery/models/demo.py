"""What is only there to be looked at, so that it can be taken away again, whole."""

from django.db import models


class DemoMarkManager(models.Manager["DemoMark"]):
    """Marks rows, and knows them."""

    def mark(self, *things: models.Model) -> None:
        """These are for show; twice is once."""
        marks = [DemoMark(model=thing._meta.label_lower, object_id=thing.pk) for thing in things]
        self.bulk_create(marks, ignore_conflicts=True)

    def ids(self, model: type[models.Model]) -> list[int]:
        """Those of this model."""
        return list(self.filter(model=model._meta.label_lower).values_list("object_id", flat=True))


class DemoMark(models.Model):
    """This source, campaign, receiver or received postback is part of the demonstration, with all that hangs on it."""

    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()

    objects = DemoMarkManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "object_id"], name="marked_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"
