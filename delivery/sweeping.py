"""The sweep: rings for what has become due, and takes back what a dead worker held. Works without beat and broker."""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from delivery import alerts, nudge
from delivery.models import Attempt, SentPostback, State, SweepTurn
from delivery.retry import delay_after_our_fault

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
    alerts.raise_due()
    if SentPostback.objects.due():
        nudge.ring()


@transaction.atomic
def take_back() -> int:
    """Queue again what is leased longer than its lease lasts; how many they were."""
    held = SentPostback.objects.filter(state=State.SENDING, leased_until__lte=Now())
    lost = list(held.select_for_update(skip_locked=True, no_key=True).order_by("leased_until")[:AT_ONCE])
    Attempt.objects.bulk_create([_lost_attempt(row) for row in lost])
    by_attempts: dict[int, list[int]] = {}
    for row in lost:
        by_attempts.setdefault(row.attempts, []).append(row.pk)
    for attempts, ids in by_attempts.items():
        _release(ids, attempts)
    return len(lost)


def _lost_attempt(row: SentPostback) -> Attempt:
    claimed = (row.leased_until or row.created) - timedelta(seconds=settings.POSTBACK_LEASE)
    return Attempt(postback=row, number=row.attempts, started=claimed, error=LOST)


def _release(ids: list[int], attempts: int) -> None:
    """At once after the first loss; then ever later, for a postback may be the death of every worker that takes it."""
    rows = SentPostback.objects.filter(pk__in=ids)
    delay = 0.0 if attempts == 1 else delay_after_our_fault(attempts - 1)
    if delay is None:
        error = f"{LOST_TOO_OFTEN} ({attempts} attempts)"
        rows.update(state=State.FAILED, due_at=None, finished=Now(), error=error, lease_id=None, leased_until=None)
        return
    due_at = Now() + timedelta(seconds=delay)
    rows.update(state=State.QUEUED, due_at=due_at, lease_id=None, leased_until=None)


class Sweeper:
    """Sweeps from a thread of each worker process, whether beat runs or not; the database says whose turn it is."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def start(self) -> None:
        """From now on, until stopped."""
        self._stopped.clear()
        threading.Thread(target=self._sweep_for_ever, name="sweep", daemon=True).start()

    def stop(self) -> None:
        """No more from now on."""
        self._stopped.set()

    def _sweep_for_ever(self) -> None:
        while not self._stopped.is_set():
            try:
                sweep()
            except Exception:  # whatever it is: a process without its sweep leaves retries and lost leases lying
                logger.exception("The sweep failed; it tries again.")
                connection.close()
            self._stopped.wait(settings.POSTBACK_SWEEP_INTERVAL)
        connection.close()


sweeper = Sweeper()
