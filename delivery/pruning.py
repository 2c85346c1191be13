"""Pruning: old lines of the logs go, the keys of what was sent and its counts stay."""

from datetime import datetime

from django.db import transaction

from campaigns import tallies
from campaigns.models import ReceivedPostback
from delivery.models import FINISHED, Kind, SentPostback, SpentKey
from delivery.tallied import ENDED_POSTBACKS, POSTBACKS, WIRE
from postbacks.models import Refusal

AT_ONCE = 1000  # rows in one transaction: nobody waits long for us


def prune(before: datetime) -> int:
    """Delete what is older of finished postbacks, received postbacks and refusals; how many. What waits stays."""
    total = 0
    for some in (_prune_sent, _prune_received, _prune_refusals):
        while count := some(before):
            total += count
    return total


@transaction.atomic
def _prune_sent(before: datetime) -> int:
    old = SentPostback.objects.filter(created__lt=before, state__in=FINISHED).order_by("created")
    rows = list(old.select_for_update(skip_locked=True).only("pk", "kind", "task_key")[:AT_ONCE])
    keys = [SpentKey(task_key=row.task_key) for row in rows if row.kind == Kind.POSTBACK]
    SpentKey.objects.bulk_create(keys, ignore_conflicts=True)
    ids = [row.pk for row in rows]
    tallies.keep(POSTBACKS, ids)
    tallies.keep(ENDED_POSTBACKS, ids)
    tallies.keep(WIRE, ids, column="postback_id")
    SentPostback.objects.filter(pk__in=ids).delete()
    return len(rows)


def _prune_received(before: datetime) -> int:
    old = ReceivedPostback.objects.filter(created__lt=before).order_by("created").values_list("pk", flat=True)
    ids = list(old[:AT_ONCE])
    ReceivedPostback.objects.filter(pk__in=ids).delete()
    return len(ids)


def _prune_refusals(before: datetime) -> int:
    return Refusal.objects.prune(before, AT_ONCE)
