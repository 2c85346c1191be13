"""Fixtures named for what they are. Only the wire is ever faked."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
import responses as responses_library
from django.conf import settings
from django.db import OperationalError, connection

from campaigns.models import Campaign, Click, Conversion, Installation, Source, Visitor
from delivery.pump import Pump
from delivery.transport import transport_from_settings
from postbacks.models import PostbackRule
from tests.services import STRICT, answers


def pytest_sessionstart(session: pytest.Session) -> None:
    """A run against a database server that is not there says so once, and not in every test."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres") and not answers(url, 5432):
        reason = f"DATABASE_URL points at {urlsplit(url).hostname}, and nothing answers there"
        pytest.exit(f"{reason}: the tests on PostgreSQL are skipped.", returncode=1 if STRICT else 0)


# Where a change is judged the same examples are tried each time; elsewhere ever new ones, however slow the machine is.
hypothesis.settings.register_profile("ours", derandomize="CI" in os.environ, deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture(autouse=True)
def _receivers_on_loopback(settings: Any) -> None:
    """Receivers of the tests stand on loopback, and the wire can be faked: `responses` takes the place of requests."""
    settings.POSTBACK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.POSTBACK_TRANSPORT, settings.POSTBACK_CONNECTIONS = "requests", 64


@pytest.fixture
def source(db: None) -> Source:
    """A traffic source."""
    token = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
    return Source.objects.create(name="MGID", parameters=[token])


@pytest.fixture
def campaign(source: Source) -> Campaign:
    """A campaign of that source."""
    return Campaign.objects.create(name="Shoes", alias="shoes", source=source)


@pytest.fixture
def click(campaign: Campaign) -> Click:
    """A click with a click id of the source's."""
    return Click.objects.record(campaign, {"external_id": "ext 1", "device_id": "d7"}, Visitor(ip="203.0.113.7"))


@pytest.fixture
def rule(campaign: Campaign) -> PostbackRule:
    """The campaign's own rule, for leads and sales."""
    return PostbackRule.objects.create(
        campaign=campaign,
        name="to MGID",
        url="http://receiver.test/p?c={external_id}&s={status}&r={conversion_revenue}",
        statuses=["lead", "sale"],
    )


@pytest.fixture
def saved(click: Click) -> Callable[..., Conversion]:
    """Saves a conversion of the click, a new one or one that is given."""

    def save(conversion: Conversion | None = None, **fields: Any) -> Conversion:
        conversion = conversion or Conversion(click=click, tid=fields.pop("tid", ""))
        for name, value in fields.items():
            setattr(conversion, name, value)
        conversion.save()
        return conversion

    return save


@pytest.fixture
def postback_url(db: None) -> str:
    """Where networks report, without the host."""
    return urlsplit(Installation.objects.current().postback_url).path


@pytest.fixture
def http() -> Iterator[responses_library.RequestsMock]:
    """The wire: what is not prepared here is refused."""
    with responses_library.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def send() -> Callable[[], None]:
    """Runs the pump until nothing is due, as a worker does."""

    def run() -> None:
        transport = transport_from_settings()
        try:
            Pump(transport, threading.Event(), threading.Event()).run(at_most=settings.POSTBACK_DEADLINE, look_again=0)
        finally:
            transport.close(1)

    return run


@pytest.fixture
def failing() -> Callable[[str], AbstractContextManager[None]]:
    """Makes the database fail at statements that hold these words, for as long as a block lasts."""

    @contextmanager
    def fail_at(words: str) -> Iterator[None]:
        def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if words in sql:
                raise OperationalError("database is locked")
            return run(sql, params, many, context)

        with connection.execute_wrapper(execute):
            yield

    return fail_at
