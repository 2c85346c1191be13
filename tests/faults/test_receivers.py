"""Receivers that are down, hang, break off or are busy. The broker has no part in it, so one is enough."""

import pytest

from tests.faults.trial import Trial

pytestmark = pytest.mark.timeout(420)


def test_a_receiver_that_is_down_for_longer_than_several_retries(trial: Trial) -> None:
    with trial.load() as load:
        load.go_on(2)
        trial.receiver.behave("down")
        load.go_on(10)
        trial.receiver.behave("ok")
        load.go_on(2)

    trial.end("receiver down")


def test_a_receiver_that_hangs(trial: Trial) -> None:
    with trial.load() as load:
        load.go_on(2)
        trial.receiver.behave("hang")
        load.go_on(8)
        trial.receiver.behave("ok")
        load.go_on(2)

    verdict = trial.end("receiver hangs")
    assert verdict.repeated


def test_a_receiver_that_answers_half(trial: Trial) -> None:
    with trial.load() as load:
        load.go_on(2)
        trial.receiver.behave("half")
        load.go_on(5)
        trial.receiver.behave("ok")
        load.go_on(2)

    verdict = trial.end("receiver answers half")
    assert verdict.repeated
    assert trial.receiver.seen().answers["half"]


def test_a_receiver_that_says_slow_down_in_five_ways(trial: Trial) -> None:
    with trial.load() as load:
        load.go_on(2)
        trial.receiver.behave("429")
        load.go_on(5)
        trial.receiver.behave("ok")
        load.go_on(2)

    trial.end("429 storm, five forms of Retry-After")
    assert trial.receiver.seen().answers["429"] >= 5
