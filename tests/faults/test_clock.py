"""The workers' wall clock jumps by an hour, ahead or back: the clock that decides is the database's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.servers import find
from tests.faults.site import WORKERS, Site
from tests.faults.trial import Trial

HOUR = 3600  # seconds


@pytest.fixture
def clock(site: Site, tmp_path: Path) -> Iterator[Path]:
    """The file that says how many seconds the clock of the workers is wrong."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    site.end_workers()
    for _number in range(WORKERS):
        site.start_worker(
            LD_PRELOAD=find("libfaketimeMT.so.1", "/usr/lib/*/faketime"),
            FAKETIME_TIMESTAMP_FILE=str(clock),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            PYTHONPATH=str(Path(__file__).parent / "clock"),
        )
    site.wait_for_workers()
    yield clock
    site.end_workers()


@pytest.mark.timeout(420)
@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
@pytest.mark.parametrize("site", ["redis"], indirect=True)  # whose client reckons with the wall clock
def test_the_wall_clock_of_the_workers_jumps_by_an_hour(trial: Trial, clock: Path, jump: int) -> None:
    trial.receiver.behave("ok", 0.3)
    with trial.load() as load:
        load.go_on(2)
        clock.write_text(f"{jump:+d}")
        load.go_on(3)
        clock.write_text("+0")
        load.go_on(2)
        trial.receiver.behave("ok")

    trial.end("wall clock an hour " + ("ahead" if jump > 0 else "back"))
    started = [attempt.started for attempt in trial.log()]
    assert (max(started) - min(started)).total_seconds() > HOUR / 2
