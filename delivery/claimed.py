"""What travels from the claim to the record: a row under our lease, and what became of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from delivery.transport import PostbackResponse
from delivery.verdict import Outcome
from postbacks.terms import Terms


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the queue as the claim read it; most fields are its columns."""

    id: int
    lease_id: uuid.UUID
    attempts: int  # this one counted
    due_at: datetime
    task_key: str
    method: str
    url_template: str
    url: str  # '' before the first attempt
    receiver_id: int
    change_id: int | None
    error: str  # how the last attempt failed
    leased_until: datetime
    latest: datetime | None  # nothing is tried after this moment
    terms: Terms
    version: int  # the receiver's

    @property
    def claimed(self) -> datetime:
        """When it was, by the clock of the database."""
        return self.leased_until - timedelta(seconds=settings.POSTBACK_LEASE)


COLUMNS = [name for name in Claimed.__slots__ if name not in {"terms", "version"}]


@dataclass(frozen=True, slots=True)
class Draft:
    """A claimed row with its rendered URL; with a flaw it cannot be sent."""

    row: Claimed
    url: str
    notes: str = ""
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over; without a response there was none, and the row ends as it is."""

    draft: Draft
    outcome: Outcome
    response: PostbackResponse | None = None
