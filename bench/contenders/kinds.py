"""Which contenders there are, and the set-ups to try each in; the first was the best where we tried them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The words of the document."""

    DJANGO_WEBHOOK = "django_webhook"
    CELERY_PER_POSTBACK = "celery_per_postback"
    CELERY_NOOP = "celery_noop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How two worker processes are started."""

    pool: str
    concurrency: int  # threads or children of each
    broker: str = "rabbitmq"
    prefetch: int = 16  # messages for each thread or child

    def __str__(self) -> str:
        return f"2 x {self.pool} {self.concurrency}, prefetch {self.prefetch}, {self.broker}"


THREADS = Setup(pool="threads", concurrency=4)
PREFORK = Setup(pool="prefork", concurrency=1)
SETUPS = {
    Kind.DJANGO_WEBHOOK: [THREADS, PREFORK],
    Kind.CELERY_PER_POSTBACK: [THREADS, PREFORK],
    Kind.CELERY_NOOP: [
        Setup(pool="prefork", concurrency=1, prefetch=64),
        Setup(pool="threads", concurrency=1, prefetch=64),
    ],
}
# the most that one of them could ever do in a second: what is laid for it must not run out
AT_MOST_PER_SECOND = {Kind.DJANGO_WEBHOOK: 900, Kind.CELERY_PER_POSTBACK: 1500, Kind.CELERY_NOOP: 4500}
