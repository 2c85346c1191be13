"""Whole installations, each on a database and a broker of its own."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.services import need
from tests.system.processes import SCENE, Installation
from tests.system.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of a database that is there for this test alone."""
    server = need("postgresql")
    name = f"postbacks_{uuid.uuid4().hex[:12]}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes installations with these settings, and ends all their processes."""
    made: list[Installation] = []

    def make(**environment: str) -> Installation:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        installation = Installation(folder, POSTBACK_QUEUE_PREFIX=f"test-{uuid.uuid4().hex[:8]}-", **environment)
        made.append(installation)
        installation.manage("migrate", "-v", "0")
        return installation

    yield make
    for installation in made:
        installation.close()


@pytest.fixture(params=["embedded", "rabbitmq", "redis"])
def servers(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings for nothing, for PostgreSQL with RabbitMQ, and for PostgreSQL with Redis."""
    if request.param == "embedded":
        return {}
    need(request.param)
    settings = {"DATABASE_URL": request.getfixturevalue("postgresql"), "CELERY_BROKER_URL": need(request.param)}
    return settings | ({"CACHE_URL": need("redis")} if request.param == "redis" else {})


@pytest.fixture
def scene(receiver: Receiver) -> Callable[..., tuple[str, list[str]]]:
    """Lays rules (one a receiver) and clicks; gives the incoming postback's URL and the subids."""

    def lay(installation: Installation, *, rules: int = 1, clicks: int = 1) -> tuple[str, list[str]]:
        key, subids = installation.shell(SCENE.format(rules=rules, clicks=clicks, port=receiver.port))
        return f"{installation.url}/{key}/postback", subids

    return lay
