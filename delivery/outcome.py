"""Recording: what came back is written to the log, by the worker that holds the lease and by no other."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import DataError, IntegrityError

from campaigns.parameters import clean_text
from delivery.claimed import Draft, Ended
from delivery.databases import database
from delivery.models import State
from delivery.order import release_followers
from delivery.rendering import kept
from delivery.transport import PostbackResponse
from delivery.verdict import Outcome, outcome_of

logger = logging.getLogger(__name__)

UNWRITABLE = "the outcome could not be written whole"
PARTS = ["dns", "connect", "tls", "wait"]  # of an attempt's time; what is left is reading
MAX_ANSWER = 2000  # characters; the log shows an answer, it does not archive it


def answered(draft: Draft, response: PostbackResponse) -> Ended:
    """An attempt that came back."""
    row, duration = draft.row, timedelta(seconds=response.duration)
    return Ended(draft, outcome_of(row.attempts, response, row.terms, row.latest, row.claimed + duration), response)


def flawed(draft: Draft) -> Ended:
    """A row that cannot be sent: it ends failed with the reason, without an attempt."""
    return Ended(draft, Outcome(state=State.FAILED, error=draft.flaw))


def given_back(draft: Draft) -> Ended:
    """A row that was claimed and not sent: it is due again at once."""
    return Ended(draft, Outcome(state=State.QUEUED, error=draft.row.error, delay=0))


def record(ended: Sequence[Ended]) -> int:
    """Write an attempt and the new state for each whose row is still under our lease; how many they were.

    A row whose lease ran out belongs to somebody else by now: its outcome is not ours to tell.
    """
    if not ended:
        return 0
    in_turn = sorted(ended, key=lambda one: one.draft.row.id)  # as all lock rows, so that none waits for one another
    ours = set(_write([_told(one) for one in in_turn]))
    final = [one.draft.row for one in in_turn if one.outcome.delay is None]
    release_followers([row.id for row in final if row.terms.in_order and row.id in ours])
    return len(ours)


def _write(rows: list[dict[str, Any]]) -> list[int]:
    """All at once; what the database does not take is written without its answer, alone."""
    try:
        return list(database().write(rows))
    except (DataError, IntegrityError) as error:
        if len(rows) > 1:
            return [row_id for row in rows for row_id in _write([row])]
        logger.exception("The outcome of postback %s cannot be written.", rows[0]["id"])
        rest = {"code": None, "answer": "", "ms": 0, "error": f"{UNWRITABLE}: {type(error).__name__}"}
        return list(database().write([rows[0] | rest | dict.fromkeys(PARTS)]))


def _told(ended: Ended) -> dict[str, Any]:
    outcome, response = ended.outcome, ended.response
    return kept(ended.draft) | {
        "state": outcome.state.value,
        "delay": outcome.delay,
        "error": clean_text(outcome.error),
        "started": response.started.isoformat() if response else None,
        "ms": max(round(response.duration * 1000), 0) if response else None,
        "code": response.code if response else None,
        "answer": clean_text(response.body, MAX_ANSWER) if response else None,
        **(_parts(response) if response else {}),
    }


def _parts(response: PostbackResponse) -> dict[str, int | None]:
    """Where its time went, in microseconds: a receiver next door answers within one millisecond."""
    parts = [None if part is None else round(part * 1_000_000) for part in response.phases[: len(PARTS)]]
    wished = response.retry_after
    return {**dict(zip(PARTS, parts, strict=True)), "retry_after": None if wished is None else round(wished)}
