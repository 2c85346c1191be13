"""Filters of the S2S log that no other log has: receiver, rule, code, kind, attempts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from delivery.admin import filters
from delivery.models import Kind, Receiver, SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
Put = Callable[..., SentPostback]


@pytest.fixture
def put(campaign: Campaign, receiver: Receiver) -> Put:
    """Puts a finished postback into the log."""

    def write(key: str, **fields: Any) -> SentPostback:
        values: dict[str, Any] = {
            "campaign": campaign,
            "source": campaign.source,
            "receiver": receiver,
            "state": State.SENT,
        }
        values |= {
            "method": "GET",
            "url_template": "http://receiver.test/p",
            "due_at": None,
            "code": 200,
            "attempts": 1,
        }
        return SentPostback.objects.create(task_key=key, **values | fields)

    return write


def keys(client: Client, **query: Any) -> list[str]:
    return [row.task_key for row in client.get(LOG, query).context["cl"].result_list]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("2xx", ["fine"]),
        ("3xx", ["moved"]),
        ("4xx", ["gone", "forbidden"]),
        ("5xx", []),
        ("none", ["silent"]),
        ("403", ["forbidden"]),
        ("200", ["fine"]),
        ("418", []),
    ],
)
def test_a_code_or_its_class(admin_client: Client, put: Put, code: str, found: list[str]) -> None:
    for key, answered in {"fine": 200, "moved": 302, "forbidden": 403, "gone": 410, "silent": None}.items():
        put(key, code=answered)

    assert keys(admin_client, code=code) == found


def test_a_class_of_more_codes_than_anybody_foresaw(admin_client: Client, put: Put, monkeypatch: Any) -> None:
    monkeypatch.setattr(filters, "MOST_CODES", 2)
    for code in (400, 401, 402, 403, 200):
        put(str(code), code=code)

    assert keys(admin_client, code="4xx") == ["403", "402", "401", "400"]


def test_a_kind(admin_client: Client, put: Put) -> None:
    for kind in Kind:
        put(kind.value, kind=kind)

    for kind in Kind:
        assert keys(admin_client, kind=kind.value) == [kind.value]


@pytest.mark.parametrize(("attempts", "found"), [("once", ["once"]), ("retried", ["ten", "two"]), ("many", ["ten"])])
def test_how_often_it_was_tried(admin_client: Client, put: Put, attempts: str, found: list[str]) -> None:
    for key, count in {"never": 0, "once": 1, "two": 2, "ten": 10}.items():
        put(key, attempts=count)

    assert keys(admin_client, attempts=attempts) == found


def test_a_receiver(admin_client: Client, put: Put) -> None:
    other = Receiver.objects.create(origin="https://other.test:443")
    put("a")
    put("b", receiver=other)

    assert keys(admin_client, receiver=other.pk) == ["b"]


def test_of_many_receivers_one_is_found_by_a_part_of_its_host(admin_client: Client, put: Put) -> None:
    Receiver.objects.bulk_create([Receiver(origin=f"https://r{n}.test:443") for n in range(40)])
    put("a", receiver=Receiver.objects.get(origin="https://r33.test:443"))
    put("b")

    assert keys(admin_client, receiver_named="r33") == ["a"]


def test_a_rule_that_a_link_names(admin_client: Client, put: Put, rule: PostbackRule) -> None:
    put("a", rule_id=rule.pk)
    put("b", rule_id=rule.pk + 1)

    said = admin_client.get(LOG, {"rule": rule.pk}).content.decode()

    assert keys(admin_client, rule=rule.pk) == ["a"]
    assert "to MGID" in said
    assert '<a href="?">All</a>' in said


def test_a_rule_of_a_source(admin_client: Client, put: Put, rule: PostbackRule, campaign: Campaign) -> None:
    PostbackRule.objects.update(campaign=None, source=campaign.source)
    put("a", rule_id=rule.pk)
    put("b")

    assert keys(admin_client, rule=rule.pk) == ["a"]


def test_a_rule_that_is_gone_still_has_its_postbacks(admin_client: Client, put: Put) -> None:
    put("a", rule_id=77)

    assert keys(admin_client, rule=77) == ["a"]


def test_no_rule_is_offered_where_none_was_named(admin_client: Client, put: Put, rule: PostbackRule) -> None:
    put("a")

    assert "to MGID" not in admin_client.get(LOG).content.decode()


def test_filters_go_together(admin_client: Client, put: Put, receiver: Receiver) -> None:
    put("a", state=State.FAILED, code=403, attempts=7)
    put("b", state=State.FAILED, code=403)
    put("c", code=403, attempts=7)
    put("d", state=State.FAILED, code=404, attempts=7)

    found = keys(admin_client, state="failed", code="403", attempts="many", receiver=receiver.pk, time="hour")

    assert found == ["a"]


@pytest.mark.parametrize(
    "query", [{"code": "9xx"}, {"attempts": "x"}, {"rule": "x"}, {"rule": "9" * 30}, {"kind": "x"}]
)
def test_nonsense_is_no_error(admin_client: Client, put: Put, query: dict[str, str]) -> None:
    assert admin_client.get(LOG, query, follow=True).status_code == 200


QUERIES = ["state=failed", "code=4xx", "code=403", "kind=test", "attempts=retried", "attempts=many", "receiver=1"]
QUERIES += ["campaign=1", "campaign=2&state=failed&code=503", "kind=test&attempts=retried", "status=trial"]


@pytest.mark.parametrize("query", QUERIES)
def test_each_step_is_read_from_an_index(admin_client: Client, put: Put, query: str) -> None:
    put("bad", code=403)

    with CaptureQueriesContext(connection) as asked:
        admin_client.get(f"{LOG}?{query}")

    steps = [sql["sql"] for sql in asked if "ORDER BY" in sql["sql"] and 'AS "pk"' in sql["sql"]]
    assert steps
    assert not any(reads_all(sql) for sql in steps)


def reads_all(sql: str) -> bool:
    """Whether the database would go through the table, or sort what it found."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(row[3] for row in cursor.fetchall())
            return "TEMP B-TREE" in plan or "INDEX" not in plan
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # the table is small here
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        return "Seq Scan" in plan or "Sort" in plan


def test_a_row_names_its_host_and_says_that_it_is_a_test(admin_client: Client, put: Put) -> None:
    put("a", kind=Kind.TEST)

    said = admin_client.get(LOG).content.decode()

    assert '<td class="field-to">receiver.test</td>' in said
    assert '<span class="label label-quiet">Test</span>' in said


def test_only_what_may_change_yet_is_marked_so(admin_client: Client, put: Put) -> None:
    waiting = put("a", state=State.QUEUED)
    finished = put("b")

    said = admin_client.get(LOG).content.decode()

    assert f'<tr data-id="{waiting.pk}" data-waits>' in said
    assert f'<tr data-id="{finished.pk}">' in said
