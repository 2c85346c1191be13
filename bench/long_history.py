"""A long history: as many rows in every log as are wanted, over ninety days, made by SQL and without triggers."""

from typing import Any

from bench import backlog
from bench.backlog import COPY_OF, RECEIVERS, bare, multiply

QUEUED = 200  # the newest postbacks still wait
OWNER = f"1 + (n - 1) % {RECEIVERS}"  # the campaign, rule and receiver of a copy
FAILED, SILENT = "n % 1000 = 0", "n % 1500 = 1"
FEW = "n % 5000"  # = 2, 3, 4, 5: unknown, cancelled, a resend, a test

RECEIVED = f"""
INSERT INTO campaigns_receivedpostback (id, method, query, body, content_type, ip, subid, tid, external_id, status,
  verdict, reason, code, campaign_id, conversion_id, created)
SELECT n, 'GET', 'subid=bench' || n || '&status=sale&payout=12.5', '', '', '203.0.113.7', 'bench' || n, 'tid' || n,
  'ext' || n, 'sale', CASE WHEN n % 1000 = 7 THEN 'refused' WHEN n % 900 = 8 THEN 'ignored' ELSE 'created' END, '', 200,
  {OWNER}, {COPY_OF}, {{created}}
FROM generate_series(1, {{rows}}) n
"""
REFUSALS = f"""
INSERT INTO postbacks_refusal (id, change_id, conversion_id, campaign_id, rule_id, rule_name, why, about, created)
SELECT n, {COPY_OF}, {COPY_OF}, {OWNER}, {OWNER}, 'Rule', CASE WHEN n % 100 = 0 THEN 'no_external_id'
  ELSE 'status_not_ticked' END, 'rejected', {{created}}
FROM generate_series(1, {{rows}}) n
"""


def fill(cursor: Any, rows: int) -> None:
    """Multiply what the pattern has laid."""
    created = f"now() - ({rows} - n) * interval '90 days' / {rows}"
    dated = {"created": created}
    multiply(cursor, "campaigns_click", rows, backlog.CLICKS | dated)
    status = "(ARRAY['lead', 'sale', 'sale'])[1 + n % 3]"
    conversions = backlog.CONVERSIONS | dated | {"updated": created, "tid": "'tid' || n", "status": status}
    multiply(cursor, "campaigns_conversion", rows, conversions)
    multiply(cursor, "campaigns_conversionchange", rows, backlog.CHANGES | {"time": created, "status": status})
    multiply(cursor, "postbacks_decision", rows, backlog.DECISIONS)
    multiply(cursor, backlog.POSTBACKS, rows, postbacks(rows) | dated | {"status": status})
    with bare(cursor, "delivery_attempt"):
        cursor.execute(backlog.ATTEMPTS)
    for table, statement in (("campaigns_receivedpostback", RECEIVED), ("postbacks_refusal", REFUSALS)):
        with bare(cursor, table):
            cursor.execute(statement.format(rows=rows, created=created))
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {rows})")
    cursor.execute("VACUUM ANALYZE")


def postbacks(rows: int) -> dict[str, str]:
    """Nearly all were sent; some of everything else, and the newest wait."""
    waits = f"n > {rows} - {QUEUED}"
    return backlog.QUEUED | {
        "kind": f"CASE {FEW} WHEN 4 THEN 'resend' WHEN 5 THEN 'test' ELSE 'postback' END",
        "tid": "'tid' || n",
        "url": "replace(p.url_template, '{external_id}', 'ext' || n)",
        "state": f"CASE WHEN {waits} THEN 'queued' WHEN {FAILED} OR {SILENT} THEN 'failed' "
        f"WHEN {FEW} = 2 THEN 'unknown' WHEN {FEW} = 3 THEN 'cancelled' ELSE 'sent' END",
        "due_at": f"CASE WHEN {waits} THEN now() + interval '1 day' END",
        "attempts": f"CASE WHEN {waits} THEN 0 WHEN {SILENT} THEN 8 ELSE 1 END",
        "code": f"CASE WHEN {waits} OR {SILENT} THEN NULL WHEN {FAILED} THEN 403 ELSE 200 END",
        "answer": f"CASE WHEN {waits} THEN '' ELSE 'OK' END",
        "error": f"CASE WHEN {SILENT} THEN 'no answer within 15 s' ELSE '' END",
        "duration_ms": f"CASE WHEN {waits} THEN NULL ELSE 12 END",
        "finished": f"CASE WHEN {waits} THEN NULL ELSE now() - ({rows} - n) * interval '90 days' / {rows} END",
    }
