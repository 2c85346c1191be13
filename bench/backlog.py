"""Filling the tables fast: a few rows that the product itself has made are multiplied by SQL.

The pattern is one campaign, one rule, one click and one conversion for each receiver, with all that belongs to them.
Their ids are 1 to RECEIVERS in every table; copy n is made of pattern 1 + (n - 1) % RECEIVERS, with id RECEIVERS + n.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

RECEIVERS = 64
DEAD = 65  # the receiver of the rows that nobody can deliver
PATTERN = """
from campaigns.models import *
from postbacks.models import *
from delivery.models import Receiver
source = Source.objects.create(name="Bench")
for n in range(1, {receivers} + 1):
    campaign = Campaign.objects.create(name="Campaign %d" % n, alias="bench%d" % n, source=source)
    url = "http://127.0.0.%d:{port}/p?c={{external_id}}&s={{status}}&r={{conversion_revenue}}&t={{tid}}" % n
    rule = PostbackRule(campaign=campaign, name="Rule %d" % n, url=url, statuses=["lead", "sale"])
    rule.full_clean()
    rule.save()
    click = Click.objects.record(campaign, {{"external_id": "pattern%d" % n}}, Visitor(ip="203.0.113.7"))
    Conversion(click=click, status="lead", revenue="1.5").save()
Receiver.objects.create(origin="http://127.0.0.{dead}:{port}")
answer = str(Installation.objects.current().uuid)
"""
COPY_OF = f"{RECEIVERS} + n"
CLICKS = {"subid": "'bench' || n", "external_id": "'ext' || n", "created": "now()"}
CONVERSIONS = {"click_id": COPY_OF, "created": "now()", "updated": "now()"}
CHANGES = {"conversion_id": COPY_OF}
DECISIONS = {"change_id": COPY_OF}
QUEUED = {
    "task_key": f"p.rule_id || ':' || ({COPY_OF}) || ':' || p.status",
    "change_id": COPY_OF,
    "conversion_id": COPY_OF,
    "subid": "'bench' || n",
    "external_id": "'ext' || n",
    "due_at": "now()",
    "created": "now()",
}
# of no conversion of its own: one that is there, whichever
SHARED = {"change_id": f"1 + n % {RECEIVERS}", "conversion_id": f"1 + n % {RECEIVERS}"}
LOGGED = QUEUED | SHARED
LOGGED |= {
    "task_key": "'log:' || n",
    "state": "'sent'",
    "url": "replace(p.url_template, '{external_id}', 'ext' || n)",
    "due_at": "NULL",
    "attempts": "1",
    "code": "200",
    "answer": "'OK'",
    "duration_ms": "12",
    "created": "now() - n * interval '1 second'",
    "finished": "now() - n * interval '1 second'",
}
HELD = QUEUED | SHARED
HELD |= {
    "task_key": "'held:' || n",
    "receiver_id": str(DEAD),
    "url_template": f"regexp_replace(p.url_template, '127.0.0.[0-9]+', '127.0.0.{DEAD}')",
}
ATTEMPTS = """
INSERT INTO delivery_attempt (postback_id, number, started, duration_ms, code, answer, error)
SELECT id, 1, created, 12, 200, 'OK', '' FROM delivery_sentpostback WHERE state = 'sent'
"""
POSTBACKS = "delivery_sentpostback"


def multiply(cursor: Any, table: str, count: int, changed: Mapping[str, str], *, first: int = RECEIVERS) -> None:
    """Add so many copies; `changed` says in SQL what a column of copy n has. Their ids follow on `first`."""
    with bare(cursor, table):
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", (table,))
        columns = [name for (name,) in cursor.fetchall() if not name.startswith("........")]
        values = {"id": f"{first} + n"} | dict(changed)
        chosen = ", ".join(values.get(column, f'p."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM generate_series(1, {count}) n "
            f"JOIN {table} p ON p.id = 1 + (n - 1) % {RECEIVERS} ORDER BY n"
        )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def bare(cursor: Any, table: str) -> Iterator[None]:
    """Without foreign keys, which the copies keep by their making, and without indexes, which come back at once."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS "
        "(SELECT FROM pg_constraint WHERE conname = indexname)",
        (table,),
    )
    indexes = cursor.fetchall()
    cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute(f"RESET session_replication_role; RESET synchronous_commit; ANALYZE {table}")


def fill_queue(cursor: Any, count: int) -> None:
    """So many queued postbacks, each with a click, a conversion, a change and a decision of its own."""
    multiply(cursor, "campaigns_click", count, CLICKS)
    multiply(cursor, "campaigns_conversion", count, CONVERSIONS)
    multiply(cursor, "campaigns_conversionchange", count, CHANGES)
    multiply(cursor, "postbacks_decision", count, DECISIONS)
    multiply(cursor, POSTBACKS, count, QUEUED)
    cursor.execute("VACUUM ANALYZE")


def fill_log(cursor: Any, count: int, queued: int) -> None:
    """So many postbacks that were sent long ago, each with its attempt, beside those that are queued."""
    multiply(cursor, POSTBACKS, count, LOGGED, first=RECEIVERS + queued)
    with bare(cursor, "delivery_attempt"):
        cursor.execute(ATTEMPTS)
    cursor.execute(f"VACUUM ANALYZE {POSTBACKS}")


def fill_held(cursor: Any, count: int, queued: int) -> None:
    """So many that wait for a receiver which is dead, and held as the breaker would hold it."""
    cursor.execute(f"UPDATE delivery_receiver SET hold_until = '9999-12-31' WHERE id = {DEAD}")
    multiply(cursor, POSTBACKS, count, HELD, first=RECEIVERS + queued)
    cursor.execute(f"VACUUM ANALYZE {POSTBACKS}")


def leave(cursor: Any, count: int) -> None:
    """Keep so many of what is queued, and nothing else."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(f"DELETE FROM {POSTBACKS} WHERE id > {count}")
    cursor.execute("RESET session_replication_role")
    cursor.execute(f"VACUUM ANALYZE {POSTBACKS}")
