"""PostgreSQL: one statement to lease, one to write what became of it.

The claim starts from one that was measured with a million rows held behind a dead receiver: one indexed look per
receiver and lane, rows locked where they are chosen, and held receivers never read. Both statements run in
autocommit; rows travel as one JSON text, as a planner takes longer over thousands of values than over one.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from delivery.claimed import COLUMNS, Claimed
from delivery.flow.limiter import BLOCK
from postbacks.terms import Terms

# `quiet`: a lease need not wait for the disk. What a crash of the server undoes was not sent under it, or goes again.
# statement_timestamp(), not now(): in a transaction that is the time it began, and what was queued in it never due.
# `allowed`: receivers with a rate or a pace are sent to in blocks, and two workers never get the same block.
CLAIM = f"""
WITH quiet AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
known AS MATERIALIZED (SELECT id, free FROM json_to_recordset(%(free)s) AS known(id bigint, free int)),
limited AS MATERIALIZED (
  SELECT r.id, least(r.rate, r.pace) AS rate, least(%(each)s, coalesce(known.free, r.places)) AS free
  FROM delivery_receiver r LEFT JOIN known USING (id)
  WHERE (r.rate IS NOT NULL OR r.pace IS NOT NULL) AND coalesce(known.free, r.places) > 0
    AND (r.hold_until IS NULL OR r.hold_until <= statement_timestamp())
    AND (r.rate_until IS NULL OR r.rate_until <= statement_timestamp())
    AND (EXISTS (SELECT FROM delivery_sentpostback WHERE state = 'queued' AND receiver_id = r.id AND lane = 0
      AND due_at <= statement_timestamp()) OR EXISTS (SELECT FROM delivery_sentpostback WHERE state = 'queued'
      AND receiver_id = r.id AND lane = 1 AND due_at <= statement_timestamp()))
  FOR NO KEY UPDATE OF r SKIP LOCKED),
allowed AS MATERIALIZED (
  UPDATE delivery_receiver r SET rate_until = tokens.count / tokens.rate * interval '1 second'
    + greatest(r.rate_until, statement_timestamp() - {BLOCK} * interval '1 second')
  FROM (SELECT id, rate, least(free, greatest(1, floor(rate * {BLOCK}))) AS count FROM limited) tokens
  WHERE r.id = tokens.id RETURNING r.id, tokens.count::int AS free),
picked AS MATERIALIZED (
  SELECT s.id, r.version FROM quiet CROSS JOIN (
    SELECT r.id, r.version, least(%(each)s, CASE WHEN r.rate IS NULL AND r.pace IS NULL
      THEN coalesce(known.free, r.places) ELSE coalesce(allowed.free, 0) END) AS free
    FROM delivery_receiver r LEFT JOIN known USING (id) LEFT JOIN allowed USING (id)
    WHERE r.hold_until IS NULL OR r.hold_until <= statement_timestamp()) r
  CROSS JOIN LATERAL (
    SELECT u.*, row_number() OVER (ORDER BY turn, due_at, id) AS place FROM (
      SELECT a.*, row_number() OVER (ORDER BY due_at, id) AS turn FROM (
        SELECT id, due_at FROM delivery_sentpostback
        WHERE state = 'queued' AND receiver_id = r.id AND lane = 0 AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT r.free FOR UPDATE SKIP LOCKED) a
      UNION ALL
      SELECT b.*, %(share)s * row_number() OVER (ORDER BY due_at, id) AS turn FROM (
        SELECT id, due_at FROM delivery_sentpostback
        WHERE state = 'queued' AND receiver_id = r.id AND lane = 1 AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT r.free FOR UPDATE SKIP LOCKED) b) u) s
  WHERE s.place <= r.free
  ORDER BY s.turn, s.due_at, s.id LIMIT %(most)s)
UPDATE delivery_sentpostback AS sent SET state = 'sending', lease_id = %(lease)s, attempts = attempts + 1,
  leased_until = statement_timestamp() + %(seconds)s * interval '1 second'
FROM picked WHERE sent.id = picked.id RETURNING {", ".join(f"sent.{name}" for name in COLUMNS)},
  sent.terms::text, picked.version
"""
KEEP = """
WITH quiet AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE delivery_sentpostback AS sent SET url = told.url, notes = told.notes
FROM quiet, json_to_recordset(%s) AS told(id bigint, lease_id uuid, url text, notes text)
WHERE sent.id = told.id AND sent.state = 'sending' AND sent.lease_id = told.lease_id
"""
WRITE = """
WITH told AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%s) AS told(id bigint, lease_id uuid, state text, delay float8, error text,
    url text, notes text, started timestamptz, ms int, code smallint, answer text,
    dns int, connect int, tls int, wait int, retry_after int)),
ended AS (
  UPDATE delivery_sentpostback AS sent SET state = told.state, error = told.error,
    url = coalesce(told.url, sent.url), notes = coalesce(told.notes, sent.notes),
    code = coalesce(told.code, CASE WHEN told.started IS NULL THEN sent.code END),
    answer = coalesce(told.answer, sent.answer), duration_ms = coalesce(told.ms, sent.duration_ms),
    lane = CASE WHEN told.delay IS NULL THEN sent.lane ELSE 1 END,
    due_at = statement_timestamp() + told.delay * interval '1 second',
    finished = CASE WHEN told.delay IS NULL THEN statement_timestamp() END, lease_id = NULL, leased_until = NULL
  FROM told WHERE sent.id = told.id AND sent.state = 'sending' AND sent.lease_id = told.lease_id
  RETURNING sent.id, sent.attempts),
tried AS (
  INSERT INTO delivery_attempt (postback_id, number, started, duration_ms, code, answer, error,
    dns_us, connect_us, tls_us, wait_us, retry_after)
  SELECT ended.id, ended.attempts, told.started, told.ms, told.code, told.answer, told.error,
    told.dns, told.connect, told.tls, told.wait, told.retry_after
  FROM ended JOIN told USING (id) WHERE told.started IS NOT NULL)
SELECT id FROM ended
"""


def lease_due(
    lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int], each: int, retry_share: int
) -> list[Claimed]:
    """Lease at most `most` due rows; in no order."""
    free = [{"id": pk, "free": max(0, places)} for pk, places in free_by_receiver.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "free": json.dumps(free),
                "share": retry_share,
                "most": most,
                "each": each,
                "lease": str(lease),
                "seconds": settings.POSTBACK_LEASE,
            },
        )
        return [Claimed(*[*columns, Terms.read(terms), version]) for *columns, terms, version in cursor.fetchall()]


def keep_urls(rows: Sequence[dict[str, Any]]) -> None:
    """Store rendered URLs of rows that are still under their lease."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [json.dumps(rows)])


def write(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write outcomes and attempts, of rows that are still under their lease; the ids of those."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [json.dumps(rows)])
        return [row[0] for row in cursor.fetchall()]
