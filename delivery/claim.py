"""The claim: due rows are leased to one worker, whatever the others do. The one place where databases differ.

The statement for PostgreSQL starts from one that was measured with a million rows held behind a dead receiver: one
indexed look per receiver and lane, rows locked where they are chosen, and held receivers never read.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from delivery.models import Lane, Receiver, SentPostback, State

RETRY_SHARE = 4  # one retry is claimed for this many first tries, so that neither lane starves

# Not now(): in a transaction that is the time it began, and a row that was queued in it would never be due.
CLAIM = """
WITH picked AS MATERIALIZED (
  SELECT s.id FROM delivery_receiver r
  LEFT JOIN unnest(%(receivers)s::bigint[], %(free)s::int[]) f(id, free) ON f.id = r.id
  CROSS JOIN LATERAL (
    SELECT u.*, row_number() OVER (ORDER BY turn, due_at, id) AS place FROM (
      SELECT a.*, row_number() OVER (ORDER BY due_at, id) AS turn FROM (
        SELECT id, due_at FROM delivery_sentpostback
        WHERE state = 'queued' AND receiver_id = r.id AND lane = 0 AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT coalesce(f.free, r.places) FOR UPDATE SKIP LOCKED) a
      UNION ALL
      SELECT b.*, %(share)s * row_number() OVER (ORDER BY due_at, id) AS turn FROM (
        SELECT id, due_at FROM delivery_sentpostback
        WHERE state = 'queued' AND receiver_id = r.id AND lane = 1 AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT coalesce(f.free, r.places) FOR UPDATE SKIP LOCKED) b) u) s
  WHERE (r.hold_until IS NULL OR r.hold_until <= statement_timestamp()) AND s.place <= coalesce(f.free, r.places)
  ORDER BY s.turn, s.due_at, s.id LIMIT %(most)s)
UPDATE delivery_sentpostback SET state = 'sending', lease_id = %(lease)s, attempts = attempts + 1,
  leased_until = statement_timestamp() + %(seconds)s * interval '1 second'
FROM picked WHERE delivery_sentpostback.id = picked.id RETURNING delivery_sentpostback.id
"""


def claim(lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int]) -> list[SentPostback]:
    """Lease at most `most` due rows under `lease`, in the order they are to go, ready to be rendered.

    `free_by_receiver` says how many places are left at receivers that something flies to; the others have all theirs.
    An empty answer does not prove that nothing is due: others may hold the locks just now.
    """
    if most <= 0 or not SentPostback.objects.due():  # a look costs less than a claim that finds nothing
        return []
    lease_some = _on_postgresql if _is_postgresql() else _on_sqlite
    ids = lease_some(lease, most, free_by_receiver)
    if not ids:
        return []
    rows = SentPostback.objects.select_related(
        "receiver", "change__conversion__click__campaign", "change__conversion__click__traffic_source"
    )
    return list(rows.filter(pk__in=ids).order_by("due_at", "pk"))


@contextmanager
def unflushed() -> Iterator[None]:
    """A transaction that does not wait for the disk: for what a crash of the server may undo, as it then goes again.

    Never for an outcome. SQLite in WAL mode with synchronous=NORMAL does not wait either.
    """
    with transaction.atomic():
        if _is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _on_postgresql(lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int]) -> list[int]:
    with unflushed(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "receivers": list(free_by_receiver),
                "free": [max(0, free) for free in free_by_receiver.values()],
                "share": RETRY_SHARE,
                "most": most,
                "lease": str(lease),
                "seconds": settings.POSTBACK_LEASE,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _on_sqlite(lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int]) -> list[int]:
    """Choose and lease as one; an idle claim has looked before, without a lock, and never waits for who writes."""
    with transaction.atomic():  # BEGIN IMMEDIATE: nobody else claims meanwhile
        receivers = Receiver.objects.open().filter(_HAS_QUEUE).values_list("pk", "places")
        turns = [turn for pk, places in receivers for turn in _turns(pk, free_by_receiver.get(pk, places))]
        ids = [row_id for _turn, _due, row_id in sorted(turns)[:most]]
        SentPostback.objects.filter(pk__in=ids).update(
            state=State.SENDING,
            lease_id=lease,
            attempts=F("attempts") + 1,
            leased_until=Now() + timedelta(seconds=settings.POSTBACK_LEASE),
        )
    return ids


_HAS_QUEUE = Exists(SentPostback.objects.filter(receiver=OuterRef("pk"), state=State.QUEUED))


def _turns(receiver: int, free: int) -> list[tuple[int, object, int]]:
    """The receiver's due rows as (turn, due_at, id): first tries, and every so often a retry."""
    turns: list[tuple[int, object, int]] = []
    for lane, share in ((Lane.FIRST, 1), (Lane.RETRY, RETRY_SHARE)):
        due = SentPostback.objects.filter(state=State.QUEUED, receiver=receiver, lane=lane, due_at__lte=Now())
        rows = due.order_by("due_at", "pk").values_list("due_at", "pk")[: max(0, free)]
        turns += [(share * place, due_at, pk) for place, (due_at, pk) in enumerate(rows, start=1)]
    return sorted(turns)[: max(0, free)]
