"""What the benchmark lays before it measures: pace, shares, messages and plans."""

from collections import Counter
from itertools import islice

import pytest

from bench.contenders.kinds import AT_MOST_PER_SECOND, SETUPS, Kind
from bench.feeder import turns
from bench.growth import plan_of
from bench.run import NotMeasured, Run, Single

SCAN = {"Node Type": "Index Scan", "Index Name": "sent_due", "Relation Name": "delivery_sentpostback"}
WHOLE = {"Node Type": "Seq Scan", "Relation Name": "delivery_sentpostback"}


def test_the_sick_get_their_share_and_the_others_take_turns() -> None:
    of_each = Counter(islice(turns({63: 30, 64: 10}), 1000))

    assert of_each[63] == 300
    assert of_each[64] == 100
    assert len(of_each) == 64
    assert {of_each[campaign] for campaign in range(1, 63)} <= {9, 10}


def test_without_the_sick_the_others_get_the_same() -> None:
    beside = [campaign if campaign not in (63, 64) else None for campaign in islice(turns({63: 30, 64: 10}), 500)]

    assert list(islice(turns({-63: 30, -64: 10}), 500)) == beside


def test_the_sick_are_spread_over_time() -> None:
    some = list(islice(turns({63: 30, 64: 10}), 20))

    assert 4 <= some.count(63) <= 8


def test_without_shares_all_take_turns() -> None:
    assert list(islice(turns({}), 65)) == [*range(1, 65), 1]


def test_a_plan_tells_its_indexes_however_deep_they_stand() -> None:
    told = plan_of([{"Node Type": "Limit", "Plans": [{"Node Type": "LockRows", "Plans": [SCAN]}]}])

    assert told == {"indexes": ["sent_due"], "uses_sent_due": True, "sequential": False}


def test_a_plan_tells_when_the_queue_is_read_from_end_to_end() -> None:
    assert plan_of([WHOLE]) == {"indexes": [], "uses_sent_due": False, "sequential": True}


@pytest.mark.parametrize("kind", Kind)
def test_every_contender_is_tried_in_two_set_ups_at_least(kind: Kind) -> None:
    assert {setup.pool for setup in SETUPS[kind]} == {"prefork", "threads"}
    assert AT_MOST_PER_SECOND[kind] > 0


def test_what_cannot_be_measured_is_noted_and_the_rest_goes_on() -> None:
    run = Run(seconds=1, turns=1, told=print)

    with run.may_fail("growth"):
        raise NotMeasured("no room")
    with run.may_fail("wire"):
        pass

    assert run.errors == {"growth": "NotMeasured: no room"}


def test_the_median_of_the_turns_counts() -> None:
    run = Run(seconds=1, turns=3, told=print)
    run.singles += [Single(name="curl", turn=1, per_s=rate, receiver_cpu=0, load=0) for rate in (1.0, 90.0, 7.0)]

    assert run.median("curl") == 7
    assert run.median("requests") is None
