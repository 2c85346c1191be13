"""The same conversions are reported from all sides at once: each becomes one, and each postback is queued once."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Campaign, Click, Conversion, ConversionChange, Visitor
from campaigns.report import Report
from delivery.models import SentPostback
from postbacks.models import Decision, PostbackRule
from tests.delivery.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clicks(campaign: Campaign) -> list[Click]:
    """Forty of them."""
    return [Click.objects.record(campaign, {"external_id": "e"}, Visitor()) for _click in range(40)]


def counts() -> list[int]:
    return [model.objects.count() for model in (Conversion, ConversionChange, Decision, SentPostback)]


def test_in_bulk_in_any_order(rule: PostbackRule, clicks: list[Click]) -> None:
    reports = [Report(subid=click.subid, status="sale", tid="T") for click in clicks]

    judged = at_once(lambda: Conversion.objects.report_many(random.sample(reports, len(reports))))

    assert counts() == [40, 40, 40, 40]
    assert sum(judgement.is_news for many in judged for judgement in many) == 40


def test_in_bulk_and_alone(rule: PostbackRule, clicks: list[Click]) -> None:
    reports = [Report(subid=click.subid, status="sale", tid="T") for click in clicks]

    def alone() -> None:
        for click in clicks[:5]:
            Conversion.objects.get_or_create(click=click, tid="T", defaults={"status": "sale"})

    ways: list[Callable[[], Any]] = [alone, lambda: Conversion.objects.report_many(reports)]
    at_once(lambda: random.choice(ways)())
    Conversion.objects.report_many(reports)

    assert counts() == [40, 40, 40, 40]


def test_statuses_that_swing_lose_no_change(rule: PostbackRule, clicks: list[Click]) -> None:
    swing = [Report(subid=click.subid, status=status) for click in clicks[:3] for status in ("sale", "rejected")]

    at_once(lambda: Conversion.objects.report_many(swing))

    for conversion in Conversion.objects.all():
        numbers = [change.number for change in conversion.changes.order_by("number")]
        assert numbers == list(range(1, 101))
    assert SentPostback.objects.count() == 3
