"""What of this floor is counted."""

from campaigns.tallies.counted import Counted, Join
from campaigns.tallies.percentiles import bucket

ENDED = """CASE row.state WHEN 'failed' THEN CASE WHEN row.code IS NOT NULL THEN 'failed:HTTP ' || row.code
WHEN row.duration_ms IS NULL THEN 'failed:not sendable' ELSE 'failed:no answer' END ELSE row.state END"""
MOVED_BY = ("kind", "created", "source_id", "campaign_id", "rule_id", "receiver_id")

# All of them, which neither a claim nor an outcome changes; and those that ended. What waits is the rest.
POSTBACKS = Counted(
    name="postbacks",
    table="delivery_sentpostback",
    measure="row.kind",
    source="coalesce(row.source_id, 0)",
    campaign="coalesce(row.campaign_id, 0)",
    rule="coalesce(row.rule_id, 0)",
    receiver="coalesce(row.receiver_id, 0)",
    word="'*waiting'",
    moved_by=MOVED_BY,
)
ENDED_POSTBACKS = Counted(
    name="ended",
    table=POSTBACKS.table,
    measure=POSTBACKS.measure,
    source=POSTBACKS.source,
    campaign=POSTBACKS.campaign,
    rule=POSTBACKS.rule,
    receiver=POSTBACKS.receiver,
    word=ENDED,
    where="row.state NOT IN ('queued', 'sending')",
    moved_by=(*MOVED_BY, "state", "code", "duration_ms"),
    moves_often=True,
)
# from wanted to the first attempt; by the time of that
WIRE = Counted(
    name="wire",
    table="delivery_attempt",
    measure="'wire'",
    created="row.started",
    source="coalesce(sent.source_id, 0)",
    word=bucket("MILLISECONDS(sent.created, row.started)"),
    where="row.number = 1 AND sent.kind = 'postback'",
    join=Join("delivery_sentpostback", "sent", "postback_id"),
)
COUNTED = (POSTBACKS, ENDED_POSTBACKS, WIRE)
