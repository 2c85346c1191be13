"""The sweep: takes back what a dead worker held, ends what came too late, lets go what waited, rings for what is due,
sums up the counts.

Works without beat and broker.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from campaigns import tallies
from delivery import alerts, nudge
from delivery.heart import Heart
from delivery.latest import end_too_late
from delivery.models import FINISHED, Attempt, SentPostback, State, SweepTurn
from delivery.order import Strays, release_followers
from delivery.retry import delay_after_our_fault
from postbacks.terms import Terms

logger = logging.getLogger(__name__)

AT_ONCE = 1000  # leases taken back in one transaction
LOST = "The worker that was sending this ended without a word; whether it arrived is not known."
LOST_TOO_OFTEN = "Every worker that sent this ended without a word; given up"


def sweep() -> None:
    """One sweep, if nobody has swept lately. Safe to run twice, late, and beside itself."""
    # a little less than the interval, or two clocks of the same pace would skip every other turn
    if not SweepTurn.objects.take(settings.POSTBACK_SWEEP_INTERVAL * 0.9):
        return
    while take_back() == AT_ONCE:
        pass
    while end_too_late() == AT_ONCE:
        pass
    strays.release()
    alerts.raise_due()
    if SentPostback.objects.due():
        nudge.ring()
    tallies.fold_all()


def take_back() -> int:
    """Queue again what is leased longer than its lease lasts, or end it where it may go only once; how many."""
    lost = _take_some()
    in_order = [row.pk for row in lost if Terms.from_json(row.terms).in_order]
    if in_order:
        ended = SentPostback.objects.filter(pk__in=in_order, state__in=FINISHED)
        release_followers(list(ended.values_list("pk", flat=True)))
    return len(lost)


@transaction.atomic
def _take_some() -> list[SentPostback]:
    held = SentPostback.objects.filter(state=State.SENDING, leased_until__lte=Now())
    lost = list(held.select_for_update(skip_locked=True, no_key=True).order_by("leased_until")[:AT_ONCE])
    Attempt.objects.bulk_create([_lost_attempt(row) for row in lost])
    once = [row.pk for row in lost if Terms.from_json(row.terms).at_most_once]
    if once:
        _end(once, State.UNKNOWN, LOST)
    by_attempts: dict[int, list[int]] = {}
    for row in lost:
        if row.pk not in once:
            by_attempts.setdefault(row.attempts, []).append(row.pk)
    for attempts, ids in by_attempts.items():
        _release(ids, attempts)
    return lost


def _lost_attempt(row: SentPostback) -> Attempt:
    claimed = (row.leased_until or row.created) - timedelta(seconds=settings.POSTBACK_LEASE)
    return Attempt(postback=row, number=row.attempts, started=claimed, error=LOST)


def _release(ids: list[int], attempts: int) -> None:
    """At once after the first loss; then ever later, for a postback may be the death of every worker that takes it."""
    delay = 0.0 if attempts == 1 else delay_after_our_fault(attempts - 1)
    if delay is None:
        _end(ids, State.FAILED, f"{LOST_TOO_OFTEN} ({attempts} attempts)")
        return
    due_at = Now() + timedelta(seconds=delay)
    rows = SentPostback.objects.filter(pk__in=ids)
    rows.update(state=State.QUEUED, due_at=due_at, lease_id=None, leased_until=None)


def _end(ids: list[int], state: State, error: str) -> None:
    rows = SentPostback.objects.filter(pk__in=ids)
    rows.update(state=state, due_at=None, finished=Now(), error=error, lease_id=None, leased_until=None)


class Sweeper:
    """Sweeps from a thread of each worker process, whether beat runs or not; the database says whose turn it is.

    The same thread beats the process's heart: who does not sweep is not well.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """From now on, until stopped."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._sweep_for_ever, name="sweep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more from now on."""
        self._stopped.set()

    def wait(self, seconds: float) -> None:
        """Until its last words are written, but no longer than this."""
        if self._thread:
            self._thread.join(seconds)

    def _sweep_for_ever(self) -> None:
        heart = Heart()
        while not self._stopped.is_set():
            _whatever_happens(heart.beat, "The heartbeat failed; it tries again.")
            _whatever_happens(sweep, "The sweep failed; it tries again.")
            self._stopped.wait(settings.POSTBACK_SWEEP_INTERVAL)
        _whatever_happens(heart.stop, "The end could not be noted.")
        connection.close()


def _whatever_happens(step: Callable[[], None], told: str) -> None:
    try:
        step()
    except Exception:  # whatever it is: a process without its sweep leaves retries and lost leases lying
        logger.exception("%s", told)
        connection.close()


strays = Strays()
sweeper = Sweeper()
