"""Brokers that are killed, frozen, emptied or deaf: a nudge is lost, and the row is there. No process of ours ends."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.receiver import Receiver
from tests.faults.site import Site
from tests.faults.trial import Trial

both = pytest.mark.parametrize("site", ["rabbitmq", "redis"], indirect=True)
pytestmark = pytest.mark.timeout(420)


@both
def test_kill_9_of_the_broker(site: Site, trial: Trial) -> None:
    assert site.broker
    with trial.load() as load:
        load.go_on(2)
        site.broker.kill()
        load.go_on(3)
        site.broker.start()
        load.go_on(2)

    trial.end("kill -9 of the broker")


@both
def test_a_broker_that_is_frozen(site: Site, trial: Trial) -> None:
    assert site.broker
    with trial.load() as load:
        load.go_on(2)
        site.broker.freeze()
        try:
            load.go_on(6)
        finally:
            site.broker.thaw()
        load.go_on(2)

    trial.end("broker frozen")


@both
def test_a_broker_that_is_emptied(site: Site, trial: Trial) -> None:
    assert site.broker
    with trial.load() as load:
        for _turn in range(10):
            load.go_on(0.5)
            site.broker.empty()

    trial.end("broker emptied")


def test_every_nudge_of_the_web_process_is_dropped(site: Site, receiver: Receiver, tmp_path: Path) -> None:
    # One broker will do: both take a message for a queue that nobody reads, and say that all is well.
    with closing(Site(tmp_path, site.broker, DATABASE_URL=site.database)) as unheard:
        unheard.web()
        trial = Trial(unheard, receiver)
        with trial.load() as load:
            load.go_on(4)

        trial.end("every nudge dropped")
