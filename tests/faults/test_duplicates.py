"""The same conversion, reported by fifty at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.faults.trial import Trial

AT_ONCE = 50
TIDS = [f"t{number}" for number in range(10)]

pytestmark = pytest.mark.timeout(420)


def test_fifty_reports_at_once_make_one_request(trial: Trial) -> None:
    # The database decides who was first; the broker has no part in it, so one is enough.
    together = threading.Barrier(AT_ONCE)

    def report(_number: int) -> list[int]:
        codes = []
        with requests.Session() as network:
            for tid in TIDS:
                together.wait(60)
                query = {"subid": trial.subids[0], "status": "sale", "tid": tid}
                codes.append(network.get(trial.url, params=query, timeout=60).status_code)
        return codes

    with ThreadPoolExecutor(AT_ONCE) as networks:
        codes = [code for codes in networks.map(report, range(AT_ONCE)) for code in codes]

    assert set(codes) == {200}
    trial.accepted = TIDS
    trial.end("50 concurrent duplicates", least=len(TIDS))
    assert trial.receiver.seen().requests == dict.fromkeys(TIDS, 1)
