"""The claim: due rows are leased to one worker, whatever the others do."""

import uuid
from collections.abc import Mapping

from delivery.claimed import Claimed
from delivery.databases import database

RETRY_SHARE = 4  # one retry is claimed for this many first tries, so that neither lane starves


def claim(lease: uuid.UUID, most: int, free_by_receiver: Mapping[int, int], each: int | None = None) -> list[Claimed]:
    """Lease at most `most` due rows under `lease`, in the order they are to go.

    `free_by_receiver` says how many places are left at receivers that the worker knows; the others have all theirs.
    Neither get more than their rate allows, nor more than `each`: what a claim looks at, it keeps from the others.
    An empty answer does not prove that nothing is due: others may hold the locks just now.
    """
    if most <= 0:
        return []
    rows: list[Claimed] = database().lease_due(lease, most, free_by_receiver, min(each or most, most), RETRY_SHARE)
    return sorted(rows, key=lambda row: (row.due_at, row.id))
