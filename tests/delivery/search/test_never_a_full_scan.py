"""Whatever is searched, no log is read from end to end."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Click, Conversion, ConversionChange, ReceivedPostback
from delivery.models import Receiver, SentPostback

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan"),
]

ROWS = 10_000
BIG = {"campaigns_click", "campaigns_conversion", "campaigns_receivedpostback", "delivery_sentpostback"}


@pytest.fixture
def full(campaign: Campaign, receiver: Receiver) -> None:
    """Logs with some thousand rows, most of them alike but for their ids."""
    numbers = range(ROWS)
    clicks = Click.objects.bulk_create(
        Click(campaign=campaign, subid=f"sub{n}", external_id=f"ext{n}" if n % 2 else "") for n in numbers
    )
    conversions = Conversion.objects.bulk_create(
        Conversion(click=click, tid=f"tid{n}" if n % 3 else "", status="lead") for n, click in enumerate(clicks)
    )
    changes = ConversionChange.objects.bulk_create(ConversionChange.of(one, 1) for one in conversions)
    ReceivedPostback.objects.bulk_create(
        ReceivedPostback(method="GET", subid=f"sub{n}", tid=f"tid{n}", status="lead") for n in numbers
    )
    SentPostback.objects.bulk_create(
        SentPostback(
            task_key=f"1:{n}:lead",
            conversion=change.conversion,
            change=change,
            campaign=campaign,
            receiver=receiver,
            subid=f"sub{n}",
            method="GET",
            url=f"http://receiver.test/p?c=ext{n}&t=tid{n}",
        )
        for n, change in enumerate(changes)
    )
    with connection.cursor() as cursor:
        for table in BIG:
            cursor.execute(f"ANALYZE {table}")


TEXTS = ["sub777", "ext777", "tid778", "1:777:lead", "#777", "nobody knows this", "receiver.test", "lead", "p?c="]
TEXTS += ["/p?c=ext777", "http://receiver.test/p?c=ext777&t=tid777&s=lead", "http://elsewhere.test/p?a=nobody&b=lead"]


def test_no_log_is_scanned(admin_client: Client, full: None) -> None:
    for text in TEXTS:
        with CaptureQueriesContext(connection) as queries:
            admin_client.get("/admin/search/", {"q": text})
        asked = [query["sql"] for query in queries if any(f'FROM "{table}"' in query["sql"] for table in BIG)]
        assert asked
        for sql in asked:
            for scan in scans(plan(sql)):
                assert scan["Node Type"] != "Seq Scan" or scan["Relation Name"] not in BIG, sql
                assert scan["Node Type"] != "Index Scan" or "Index Cond" in scan, f"walks the whole log: {sql}"


def plan(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (told,) = cursor.fetchone()
    return dict((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])


def scans(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Every step that reads a table."""
    own = [node] if "Relation Name" in node else []
    return own + [scan for below in node.get("Plans", []) for scan in scans(below)]
