"""What waits at a broker, and how to be rid of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kombu import Connection
from kombu.exceptions import OperationalError


def waiting(url: str, name: str) -> int:
    """How many messages no worker has taken yet."""
    with _channel(url) as channel:
        return int(channel.queue_declare(name, passive=True).message_count)


def delete(url: str, *names: str) -> None:
    """Queues, and exchanges of the same names."""
    with suppress(OperationalError), _channel(url) as channel:
        for name in names:
            channel.queue_delete(name)
            channel.exchange_delete(name)


@contextmanager
def _channel(url: str) -> Iterator[Any]:
    with Connection(url) as connection:
        yield connection.default_channel
