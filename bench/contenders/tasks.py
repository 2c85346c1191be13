"""The tasks: nothing at all, and one postback."""

import threading
import time

import requests
from celery import shared_task
from django.utils import timezone
from requests.adapters import HTTPAdapter

from bench.contenders.models import Attempt, Postback

DEADLINE = 15  # seconds
_of_this_thread = threading.local()


@shared_task(ignore_result=True)
def nothing() -> None:
    """What Celery itself costs."""


@shared_task(ignore_result=True)
def send_postback(postback_id: int) -> None:
    """Load it, send it, write down what came of it: as one writes it without thinking of batches."""
    postback = Postback._default_manager.get(pk=postback_id)
    started, clock = timezone.now(), time.perf_counter()
    response = session().get(postback.url, headers={"Idempotency-Key": postback.task_key}, timeout=DEADLINE)
    Attempt._default_manager.create(
        postback=postback,
        started=started,
        duration_ms=round((time.perf_counter() - clock) * 1000),
        code=response.status_code,
        answer=response.text[:2000],
    )
    postback.state = "sent" if response.ok else "failed"
    postback.code = response.status_code
    postback.save(update_fields=["state", "code"])


def session() -> requests.Session:
    """This thread's own, with a connection kept open to each receiver."""
    if not hasattr(_of_this_thread, "session"):
        _of_this_thread.session = requests.Session()
        _of_this_thread.session.trust_env = False
        _of_this_thread.session.mount("http://", HTTPAdapter(pool_connections=64, pool_maxsize=64))
    kept: requests.Session = _of_this_thread.session
    return kept
