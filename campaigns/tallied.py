"""What of this floor is counted."""

from campaigns.tallies.counted import Counted, Join

# its own columns hardly ever change what it counts as, and what its click says of source and campaign never does
CONVERSIONS = Counted(
    name="conversions",
    table="campaigns_conversion",
    measure="'conversion'",
    source="coalesce(click.traffic_source_id, 0)",
    campaign="click.campaign_id",
    join=Join("campaigns_click", "click", "click_id"),
    moved_by=("created", "click_id"),
)
