"""Workers that are killed, stopped and replaced. On both brokers: each has its own way with a lost consumer."""

import signal

import pytest

from tests.faults.site import HURRY, WORKERS, Site
from tests.faults.trial import Trial
from tests.system.processes import until

pytestmark = [pytest.mark.parametrize("site", ["rabbitmq", "redis"], indirect=True), pytest.mark.timeout(420)]

SLOW = 0.3  # seconds of an answer, so that something is in flight when it happens
LEASE = float(HURRY["POSTBACK_LEASE"])


def test_kill_9_of_a_worker_in_mid_flight(site: Site, trial: Trial) -> None:
    trial.receiver.behave("ok", SLOW)
    with trial.load() as load:
        load.go_on(2)
        trial.wait_for_flight()
        site.living[0].kill()
        bound = trial.in_flight()  # the dead one's, and what the other holds at this moment
        load.go_on(2)
        site.start_worker()
        trial.receiver.behave("ok")
        load.go_on(2)

    trial.end("kill -9 of a worker", bound)


def test_kill_9_of_all_workers(site: Site, trial: Trial) -> None:
    trial.receiver.behave("ok", SLOW)
    with trial.load() as load:
        load.go_on(2)
        trial.wait_for_flight()
        for worker in site.living:
            worker.kill()
        bound = trial.in_flight()
        load.go_on(2)
        trial.receiver.behave("ok")
        site.keep_workers()
        load.go_on(2)

    trial.end("kill -9 of all workers", bound)


def test_a_worker_that_is_stopped_for_longer_than_its_lease(site: Site, trial: Trial) -> None:
    trial.receiver.behave("ok", SLOW)
    with trial.load() as load:
        load.go_on(2)
        trial.wait_for_flight()
        site.living[0].send(signal.SIGSTOP)
        bound = trial.in_flight()
        trial.receiver.behave("ok")
        assert until(lambda: trial.taken_back() > 0, 60)
        load.go_on(LEASE)
        before = trial.log()
        site.living[0].send(signal.SIGCONT)
        load.go_on(2)

    trial.end("worker stopped for longer than its lease", bound)
    assert before <= trial.log()  # what another had taken over stands as that one wrote it down


def test_a_rolling_restart(site: Site, trial: Trial) -> None:
    trial.receiver.behave("ok", SLOW)
    with trial.load() as load:
        for _turn in range(2 * WORKERS):
            load.go_on(1)
            worker = site.living[0]  # the oldest
            worker.process.terminate()
            site.start_worker()
            assert worker.process.wait(60) == 0
            site.wait_for_workers()
        trial.receiver.behave("ok")

    trial.end("rolling restart")
