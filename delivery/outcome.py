"""Recording: what came back is written to the log, by the worker that holds the lease and by no other."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from campaigns.parameters import clean_text
from delivery.models import Attempt, Lane, SentPostback, State
from delivery.transport import PostbackResponse
from delivery.verdict import outcome_of
from postbacks.terms import Terms

MAX_ANSWER = 2000  # characters; the log shows an answer, it does not archive it
ENDED = ["state", "lane", "due_at", "lease_id", "leased_until", "code", "answer", "error", "duration_ms", "finished"]


def record(responses: Sequence[PostbackResponse], leases: Mapping[int, uuid.UUID]) -> int:
    """Write an attempt and the new state for each response whose row is still under our lease; how many they were.

    A row whose lease ran out belongs to somebody else by now: its outcome is not ours to tell.
    """
    by_id = {response.id: response for response in responses}
    with transaction.atomic():
        held = SentPostback.objects.select_for_update(no_key=True).filter(pk__in=by_id, state=State.SENDING)
        ours = [row for row in held.annotate(now=Now()).order_by("pk") if row.lease_id == leases.get(row.pk)]
        for row in ours:
            _end(row, by_id[row.pk])
        Attempt.objects.bulk_create([attempt_of(row, by_id[row.pk]) for row in ours])
        SentPostback.objects.bulk_update(ours, ENDED)
    return len(ours)


def attempt_of(row: SentPostback, response: PostbackResponse) -> Attempt:
    """The log's line for this try."""
    return Attempt(
        postback=row,
        number=row.attempts,
        started=response.started,
        duration_ms=round(response.duration * 1000),
        code=response.code,
        answer=clean_text(response.body, MAX_ANSWER),
        error=row.error,
    )


def _end(row: SentPostback, response: PostbackResponse) -> None:
    """Set what the row says from now on."""
    now = row.now  # type: ignore[attr-defined]
    outcome = outcome_of(row.attempts, response, Terms.from_json(row.terms), row.latest, now)
    row.lease_id = row.leased_until = None
    row.code, row.duration_ms = response.code, round(response.duration * 1000)
    row.answer = clean_text(response.body, MAX_ANSWER)
    row.state, row.error = outcome.state, outcome.error
    if outcome.delay is None:
        row.due_at, row.finished = None, Now()
    else:
        row.lane, row.due_at = Lane.RETRY, Now() + timedelta(seconds=outcome.delay)
