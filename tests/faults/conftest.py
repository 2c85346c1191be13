"""The servers, started once a session; a site for each broker; a trial for each fault."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.faults.receiver import Receiver
from tests.faults.servers import Postgresql, RabbitMQ, Redis, Server
from tests.faults.site import Site
from tests.faults.trial import VERDICTS, Trial
from tests.system.processes import ROOT

BROKERS = {"rabbitmq": RabbitMQ, "redis": Redis}
FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands in this folder breaks something, and takes its time."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line of JSON a fault, for whoever reads along and for programs."""
    if not VERDICTS:
        return
    terminalreporter.section("faults")
    for verdict in VERDICTS:
        terminalreporter.write_line(str(verdict))
    file = ROOT / "var" / "faults.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{verdict}\n" for verdict in VERDICTS))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    with closing(Postgresql()) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def site_on(postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """The site on the broker of this name, made when it is first asked for."""
    sites: dict[str, Site] = {}
    with ExitStack() as stack:

        def get(name: str) -> Site:
            if name not in sites:
                broker: Server = stack.enter_context(closing(BROKERS[name]()))
                broker.start()
                folder, database = tmp_path_factory.mktemp(name), postgresql.create(f"on_{name}")
                sites[name] = stack.enter_context(closing(Site(folder, broker, DATABASE_URL=database)))
                broker.queues = [f"{sites[name].prefix}{queue}" for queue in ("send", "sweep")]
                sites[name].web()
            return sites[name]

        yield get


@pytest.fixture
def site(request: pytest.FixtureRequest, site_on: Callable[[str], Site]) -> Site:
    """The site on PostgreSQL and the broker that the test asks for, with all its workers at work."""
    site = site_on(getattr(request, "param", "rabbitmq"))
    site.keep_workers()
    return site


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture
def trial(site: Site, receiver: Receiver) -> Trial:
    return Trial(site, receiver)
