"""The pulse: who sends, when it was swept last, and what has waited longest. Indexed looks, however long the queue."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from delivery.heart import silence
from delivery.models import Breaker, Override, Receiver, SentPostback, SweepTurn, Worker

COUNTED = 1000  # that wait: more are not counted
NEEDY = 8  # receivers that the overview names


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """As of now."""

    workers: list[Worker]  # that live
    last_seen: datetime | None  # of any, living or not
    swept: datetime | None

    @classmethod
    def feel(cls) -> "Pulse":
        """Look."""
        workers = list(Worker.objects.alive(silence()).order_by("-seen"))
        last = workers[0] if workers else Worker.objects.order_by("-seen").first()
        return cls(
            workers=workers,
            last_seen=last.seen if last else None,
            swept=SweepTurn.objects.filter(pk=1).values_list("taken", flat=True).first(),
        )

    @property
    def in_flight(self) -> int:
        """On their way from all of them, as of their last beats."""
        return sum(worker.in_flight for worker in self.workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, of whatever kind and age."""

    count: int
    oldest: SentPostback | None

    @classmethod
    def look(cls) -> "Backlog":
        """The oldest has the smallest id. Ordered as an index is, or a planner might read the whole table for it."""
        waiting = SentPostback.objects.waiting().order_by("-state", "pk")
        oldest = waiting.select_related("receiver").defer("answer", "notes").first()
        return cls(count=waiting[: COUNTED + 1].count() if oldest else 0, oldest=oldest)

    @property
    def told(self) -> str:
        """“38”, “1,000+”."""
        return f"{COUNTED:,}+" if self.count > COUNTED else f"{self.count}"


def needy_receivers() -> QuerySet[Receiver]:
    """Those to which not everything goes as it should."""
    braked = Q(pace__isnull=False) | Q(hold_until__gt=Now()) | Q(failing_since__isnull=False)
    rows = Receiver.objects.filter(~Q(breaker=Breaker.CLOSED) | ~Q(override=Override.NONE) | braked)
    return rows.order_by("-opened", "origin")[:NEEDY]
