"""What of this floor is counted."""

from campaigns.tallies.counted import Counted

REFUSALS = Counted(
    name="refusals",
    table="postbacks_refusal",
    measure="'refusal'",
    campaign="row.campaign_id",
    rule="coalesce(row.rule_id, 0)",
    word="row.why",
    moved_by=("created", "campaign_id", "rule_id", "why"),
)
