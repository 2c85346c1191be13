"""SQLite: whoever claims or writes is alone with the database, so that plain statements in one transaction do."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from delivery.claimed import COLUMNS, Claimed
from delivery.flow.limiter import allowed, used_until
from delivery.models import Lane, Receiver, SentPostback, State
from postbacks.terms import Terms

NOW = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
_NAMES = ["id", "lease_id", "state", "delay", "error", "url", "notes", "started", "ms", "code", "answer"]
_VALUES = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _NAMES)
TOLD = f"(SELECT {_VALUES} FROM json_each(%s)) AS told"
OURS = "sent.id = told.id AND sent.state = 'sending' AND sent.lease_id = replace(told.lease_id, '-', '')"
KEEP = f"UPDATE delivery_sentpostback AS sent SET url = told.url, notes = told.notes FROM {TOLD} WHERE {OURS}"
WRITE = f"""
UPDATE delivery_sentpostback AS sent SET state = told.state, error = told.error,
  url = coalesce(told.url, sent.url), notes = coalesce(told.notes, sent.notes),
  code = coalesce(told.code, CASE WHEN told.started IS NULL THEN sent.code END),
  answer = coalesce(told.answer, sent.answer), duration_ms = coalesce(told.ms, sent.duration_ms),
  lane = CASE WHEN told.delay IS NULL THEN sent.lane ELSE 1 END,
  due_at = CASE WHEN told.delay IS NOT NULL
    THEN strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', printf('+%%.3f seconds', told.delay)) END,
  finished = CASE WHEN told.delay IS NULL THEN {NOW} END, lease_id = NULL, leased_until = NULL
FROM {TOLD} WHERE {OURS} RETURNING id, attempts
"""
TRIED = """
INSERT INTO delivery_attempt (postback_id, number, started, duration_ms, code, answer, error,
  dns_us, connect_us, tls_us, wait_us, retry_after)
SELECT json_extract(value, '$.id'), json_extract(value, '$.number'),
  strftime('%%Y-%%m-%%d %%H:%%M:%%f', json_extract(value, '$.started')), json_extract(value, '$.ms'),
  json_extract(value, '$.code'), json_extract(value, '$.answer'), json_extract(value, '$.error'),
  json_extract(value, '$.dns'), json_extract(value, '$.connect'), json_extract(value, '$.tls'),
  json_extract(value, '$.wait'), json_extract(value, '$.retry_after')
FROM json_each(%s) WHERE json_extract(value, '$.started') IS NOT NULL
"""
_HAS_QUEUE = Exists(SentPostback.objects.filter(receiver=OuterRef("pk"), state=State.QUEUED))


def lease_due(
    lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int], each: int, retry_share: int
) -> list[Claimed]:
    """Lease at most `most` due rows; in no order."""
    with transaction.atomic():  # BEGIN IMMEDIATE: nobody else claims meanwhile
        receivers = {receiver.pk: receiver for receiver in Receiver.objects.open().filter(_HAS_QUEUE)}
        free = {
            pk: _free(receiver, min(each, free_by_receiver.get(pk, receiver.places)))
            for pk, receiver in receivers.items()
        }
        turns = sorted(turn for pk in receivers for turn in _turns(pk, free[pk], retry_share))[:most]
        rows = SentPostback.objects.filter(pk__in=[row_id for _turn, _due, row_id in turns])
        rows.update(
            state=State.SENDING,
            lease_id=lease,
            attempts=F("attempts") + 1,
            leased_until=Now() + timedelta(seconds=settings.POSTBACK_LEASE),
        )
        leased = rows.values_list(*COLUMNS, "terms", "receiver__version")
        claimed = [Claimed(*[*columns, Terms.from_json(terms), version]) for *columns, terms, version in leased]
        for pk, count in Counter(row.receiver_id for row in claimed).items():
            _use(receivers[pk], count)
        return claimed


def _free(receiver: Receiver, free: int) -> int:
    """No more than its rate allows."""
    return free if receiver.limit is None else allowed(receiver.limit, free)


def _use(receiver: Receiver, count: int) -> None:
    """So many of what its rate allows are claimed. The clock of the database is that of this machine."""
    if receiver.limit is not None:
        until = used_until(receiver.rate_until, timezone.now(), count, receiver.limit)
        Receiver.objects.filter(pk=receiver.pk).update(rate_until=until)


def _turns(receiver: int, free: int, retry_share: int) -> list[tuple[int, object, int]]:
    """The receiver's due rows as (turn, due_at, id): first tries, and every so often a retry."""
    turns: list[tuple[int, object, int]] = []
    for lane, share in ((Lane.FIRST, 1), (Lane.RETRY, retry_share)):
        due = SentPostback.objects.filter(state=State.QUEUED, receiver=receiver, lane=lane, due_at__lte=Now())
        rows = due.order_by("due_at", "pk").values_list("due_at", "pk")[: max(0, free)]
        turns += [(share * place, due_at, pk) for place, (due_at, pk) in enumerate(rows, start=1)]
    return sorted(turns)[: max(0, free)]


def keep_urls(rows: Sequence[dict[str, Any]]) -> None:
    """Store rendered URLs of rows that are still under their lease."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [json.dumps(rows)])


def write(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write outcomes and attempts, of rows that are still under their lease; the ids of those."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, [json.dumps(rows)])
        number_by_id: dict[int, int] = dict(cursor.fetchall())
        tried = [row | {"number": number_by_id[row["id"]]} for row in rows if row["id"] in number_by_id]
        cursor.execute(TRIED, [json.dumps(tried)])
    return list(number_by_id)
