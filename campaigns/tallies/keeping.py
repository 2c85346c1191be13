"""Rows that are pruned count nevertheless: what was sent has been sent."""

from collections.abc import Collection

from django.db import connection

from campaigns.tallies.counted import Counted
from campaigns.tallies.dialects import some_noted


def keep(counted: Counted, ids: Collection[int], column: str = "id") -> None:
    """Go on counting the rows of these ids, which the caller deletes in the same transaction."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(some_noted(counted, connection.vendor, column, ids))
