"""The servers that tests speak to, and what to do where one is missing."""

import os
import socket
from urllib.parse import urlsplit

import pytest

STRICT = os.environ.get("REQUIRE_SERVICES") == "1"
SERVICES = {
    "postgresql": os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres"),
    "rabbitmq": os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/5"),
}
PORTS = {"postgresql": 5432, "rabbitmq": 5672, "redis": 6379}


def answers(url: str, port: int) -> bool:
    """Whether something listens there."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or port), timeout=3).close()
    except OSError:
        return False
    return True


def need(service: str) -> str:
    """The service's URL; without it the test is skipped with its reason, or fails where services are required."""
    url = SERVICES[service]
    if answers(url, PORTS[service]):
        return url
    reason = f"{service} does not answer at {urlsplit(url).hostname}:{urlsplit(url).port or PORTS[service]}"
    if STRICT:
        pytest.fail(f"{reason}, and REQUIRE_SERVICES=1")
    pytest.skip(reason)
