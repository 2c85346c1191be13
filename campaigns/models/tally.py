"""Counts that are kept while rows are written, so that no page ever has to count rows."""

from django.db import models


class Grain(models.IntegerChoices):
    """What a tally is of: which of the dimensions it tells apart, and how long its slot is."""

    SOURCE_MINUTE = 1
    SOURCE_HOUR = 2
    SOURCE_DAY = 3
    RECEIVER_HOUR = 4
    RECEIVER_DAY = 5
    RULE_HOUR = 6
    RULE_DAY = 7
    PRUNED_HOUR = 8
    PRUNED_DAY = 9


class Counts(models.Model):
    """What is counted: 0 and '' stand for none, so that equal is equal on every database."""

    measure = models.CharField(max_length=16)
    source = models.BigIntegerField(default=0)
    campaign = models.BigIntegerField(default=0)
    rule = models.BigIntegerField(default=0)
    receiver = models.BigIntegerField(default=0)
    word = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField()

    class Meta:
        abstract = True


class TallyChange(Counts):
    """So many rows more, or fewer. Triggers insert them, the fold takes them away, nobody changes one."""

    minute = models.IntegerField()  # since 1970, UTC
    pruned = models.BooleanField(db_default=False)  # the rows were pruned, and count nevertheless

    class Meta:
        default_permissions = ()  # nobody writes them by hand
        indexes = [models.Index(fields=["measure", "minute"], name="tallychange_minute")]

    def __str__(self) -> str:
        return f"{self.measure} {self.word} {self.number:+}"


class Tally(Counts):
    """How many rows there are, as far as it is folded. `slot` counts the grain's minutes, hours or days since 1970."""

    grain = models.PositiveSmallIntegerField()
    slot = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "measure", "slot", "source", "campaign", "rule", "receiver", "word"], name="one_tally"
            )
        ]
        indexes = [
            models.Index(fields=["grain", "slot"], name="tally_slot"),
            models.Index(fields=["campaign", "grain", "measure", "slot"], name="tally_campaign"),
            models.Index(fields=["rule", "grain", "measure", "slot"], name="tally_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.word} {self.number}"
