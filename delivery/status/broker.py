"""Whether the broker answers; asked for at most a moment, for a page waits for it."""

import threading
from urllib.parse import urlsplit

from django.conf import settings
from kombu import Connection

PATIENCE = 0.8  # seconds


def kind() -> str:
    """`redis`, `amqp` or `memory`."""
    return urlsplit(settings.CELERY_BROKER_URL).scheme


def why_unreachable() -> str:
    """What went wrong, in a word; empty: it answers. A broker in our own memory always does."""
    if kind() == "memory":
        return ""
    said: list[str] = []
    knocking = threading.Thread(target=_knock, args=(said,), name="broker", daemon=True)
    knocking.start()
    knocking.join(PATIENCE)
    return said[0] if said else "no answer"


def _knock(said: list[str]) -> None:
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=PATIENCE) as connection:
            connection.ensure_connection(max_retries=1, timeout=1)
    except Exception as error:  # whatever a broker's client raises
        said.append(type(error).__name__)
    else:
        said.append("")
