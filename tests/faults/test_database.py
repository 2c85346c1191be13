"""PostgreSQL is stopped at once and recovers from its log; SQLite's disk is full for a while."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import requests

from tests.faults.receiver import Receiver
from tests.faults.servers import PATIENCE, Postgresql
from tests.faults.site import Site
from tests.faults.trial import Trial
from tests.system.processes import until

pytestmark = pytest.mark.timeout(420)


def stop(postgresql: Postgresql, site: Site) -> int:
    """Stop it at once; how much was in flight. Nobody claims or records between the count and the stop."""
    with closing(psycopg2.connect(site.database)) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE delivery_sentpostback IN SHARE MODE")
        cursor.execute("SELECT count(*) FROM delivery_sentpostback WHERE state = 'sending'")
        in_flight = cursor.fetchall()[0][0]
        postgresql.stop_at_once()
    return int(in_flight)


@pytest.mark.parametrize("site", ["rabbitmq", "redis"], indirect=True)
def test_postgresql_is_stopped_at_once(site: Site, trial: Trial, postgresql: Postgresql) -> None:
    trial.receiver.behave("ok", 0.3)
    with trial.load() as load:
        load.go_on(2)
        trial.wait_for_flight()
        bound = stop(postgresql, site)
        postgresql.start()
        trial.receiver.behave("ok")
        load.go_on(3)

    assert load.refused
    trial.end("PostgreSQL stopped at once", bound)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """While this file is there the disk is full."""
    return tmp_path / "full"


@pytest.fixture
def laptop(tmp_path: Path, full: Path) -> Iterator[Site]:
    """All in one process, on SQLite and without a broker."""
    folder = tmp_path / "data"
    folder.mkdir()
    # what is full for longer than a lease cannot say in time what it has sent
    settings = {"POSTBACK_LEASE": "60", "DISK_IS_FULL_WHILE": str(full)}
    with closing(Site(folder, None, DATABASE_URL=f"sqlite:///{folder}/db.sqlite3", **settings)) as laptop:
        laptop.start("-m", "tests.faults.small_disk")
        assert until(laptop.is_up, PATIENCE), laptop.last_words()
        yield laptop


def test_the_disk_is_full(laptop: Site, receiver: Receiver, full: Path) -> None:
    trial = Trial(laptop, receiver)
    report = {"subid": trial.subids[0], "status": "sale", "tid": "t-full"}
    with trial.load() as load:
        load.go_on(2)
        full.touch()
        assert until(lambda: load.refused > 50, 60)
        refused = requests.get(trial.url, params=report, timeout=30)
        full.unlink()
        load.go_on(2)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    trial.end("disk full on SQLite")
