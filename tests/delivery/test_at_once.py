"""Fifty at the same moment: the database decides who was first."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from campaigns.models import Campaign, Click, Conversion, ConversionChange, ReceivedPostback, Verdict
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 50


def at_once(act: Callable[[], Any]) -> list[Any]:
    """What each of fifty threads got; they wait for one another before they act."""
    barrier = threading.Barrier(THREADS)

    def one(_number: int) -> Any:
        try:
            barrier.wait(timeout=60)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_fifty_reports_of_one_conversion_make_one_and_one_postback_a_rule(
    rule: PostbackRule, campaign: Campaign, click: Click, postback_url: str
) -> None:
    PostbackRule.objects.create(campaign=campaign, url="http://other.test/?s={subid}", statuses=["sale"])

    codes = at_once(lambda: Client().get(postback_url, {"subid": click.subid, "status": "sale"}).status_code)

    assert set(codes) == {200}
    assert Conversion.objects.count() == ConversionChange.objects.count() == 1
    assert SentPostback.objects.count() == 2
    assert ReceivedPostback.objects.filter(verdict=Verdict.CREATED).count() == 1
    assert ReceivedPostback.objects.filter(verdict=Verdict.REPEATED).count() == THREADS - 1


def test_fifty_saves_of_one_status_queue_one_postback(rule: PostbackRule, click: Click) -> None:
    conversion = Conversion.objects.create(click=click, status="rejected")

    def sell() -> None:
        mine = Conversion.objects.get(pk=conversion.pk)
        mine.status = "sale"
        mine.save()

    at_once(sell)

    assert SentPostback.objects.filter(status="sale").count() == 1
    assert ConversionChange.objects.filter(status="sale").count() == 1


def test_fifty_statuses_in_turn_lose_none(rule: PostbackRule, click: Click) -> None:
    conversion = Conversion.objects.create(click=click, status="rejected")
    turns = itertools.count()

    def swing() -> None:
        mine = Conversion.objects.get(pk=conversion.pk)
        mine.status = ["lead", "sale"][next(turns) % 2]
        mine.save()

    at_once(swing)

    changes = list(ConversionChange.objects.order_by("number"))
    assert [change.number for change in changes] == list(range(1, len(changes) + 1))
    assert all(after.previous_status == before.status for before, after in itertools.pairwise(changes))


def test_fifty_who_cancel_overlapping_sets_cancel_each_once(queued: Callable[..., list[SentPostback]]) -> None:
    ids = [row.pk for row in queued(40)]
    sets = itertools.cycle([ids[:30], ids[10:], ids])

    counts = at_once(lambda: SentPostback.objects.filter(pk__in=next(sets)).cancel("by anna"))

    assert sum(counts) == SentPostback.objects.filter(state=State.CANCELLED).count() == 40


def wait_until_somebody_waits_for_us() -> None:
    """Back when another connection wants a row that this transaction has locked."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits.")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL locks rows")
def test_who_cancels_locks_the_oldest_first(queued: Callable[..., list[SentPostback]]) -> None:
    oldest, *others = [row.pk for row in queued(5)]
    for pk in [*reversed(others), oldest]:  # so that they do not lie in the table in the order of their ids
        SentPostback.objects.filter(pk=pk).update(notes="moved")

    def cancel() -> int:
        try:
            return SentPostback.objects.filter(method="GET").cancel("by anna")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            SentPostback.objects.select_for_update().get(pk=oldest)
            cancelled = pool.submit(cancel)
            wait_until_somebody_waits_for_us()
            free = list(SentPostback.objects.select_for_update(skip_locked=True).values_list("pk", flat=True))
        assert cancelled.result(20) == 5

    assert sorted(free) == sorted([oldest, *others])
