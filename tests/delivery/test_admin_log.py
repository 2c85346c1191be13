"""Maintenance -> Logs -> S2S postbacks: the list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from responses import RequestsMock

from campaigns.models import Campaign, Click, Conversion
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
RECEIVER = "http://receiver.test/p"


def many(campaign: Campaign, count: int, **fields: Any) -> list[SentPostback]:
    fields = {"state": State.SENT, "status": "lead", "method": "GET", "url": RECEIVER, "due_at": None, **fields}
    rows = [SentPostback(task_key=f"{fields['state']}:{n}", campaign=campaign, **fields) for n in range(count)]
    return SentPostback.objects.bulk_create(rows, batch_size=500)


def page(client: Client, **query: str) -> str:
    return client.get(LOG, query).content.decode()


@pytest.fixture
def onlooker(db: None) -> Client:
    """Somebody who may look, and no more."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client = Client()
    client.force_login(user)
    return client


def test_a_row_says_when_who_where_and_how_it_went(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved, send: Send, http: RequestsMock
) -> None:
    http.get(RECEIVER, body="thank you")
    saved(status="lead")
    send()

    said = page(admin_client)

    sent = SentPostback.objects.get()
    for text in ("s ago", "Shoes", click.subid, "lead", "GET", "Sent", "200", "thank you", f"{sent.duration_ms}"):
        assert text in said
    assert f'href="{reverse("explain", args=[click.subid])}"' in said
    assert f'href="{LOG}{sent.pk}/change/"' in said


def test_it_stands_in_the_menu_under_maintenance_and_logs(admin_client: Client) -> None:
    said = page(admin_client)

    assert said.index("Maintenance") < said.index("Logs") < said.index(f'href="{LOG}"')


def test_an_empty_log_says_what_to_do_next(admin_client: Client) -> None:
    assert "see the S2S Postbacks tab of a campaign" in page(admin_client)


def test_where_no_answer_came_the_reason_stands_in_its_place(admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 1, state=State.FAILED, error="no answer within 15 s")

    assert "no answer within 15 s" in page(admin_client)


def test_a_long_link_is_cut_in_the_middle(admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 1, url=f"{RECEIVER}?a={'x' * 200}&end=1")

    said = page(admin_client)
    assert f"{RECEIVER}?a=x" in said
    assert "…xxx" in said
    assert "x&amp;end=1</code>" in said


def test_a_link_that_is_not_rendered_yet_shows_its_template(
    admin_client: Client, rule: PostbackRule, saved: Saved
) -> None:
    saved(status="lead")

    assert "Not rendered yet" in page(admin_client)


def test_foreign_text_is_escaped(admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 1, answer="<script>alert(1)</script>", url=RECEIVER + "?<b>", error="<i>", subid="<u>", status="<s>")

    said = page(admin_client)
    assert "&lt;script&gt;alert(1)" in said
    assert not any(text in said for text in ("<script>alert", "?<b>", "<i>", "<u>", "<s>"))


def test_who_only_looks_sees_no_secrets(onlooker: Client, admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 1, url=f"{RECEIVER}?key=K1LL&c=ext")

    assert "K1LL" in page(admin_client)
    assert "K1LL" not in page(onlooker)
    assert "key=•••&amp;c=ext" in page(onlooker)


def test_who_only_looks_has_no_actions(onlooker: Client, campaign: Campaign) -> None:
    many(campaign, 1)

    assert "ask_send_again" not in page(onlooker)


def test_strangers_see_nothing(client: Client, db: None) -> None:
    assert client.get(LOG).status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, 1),
        ({"state": "sent"}, 2),
        ({"status": "lead"}, 3),
        ({"status": "sale"}, 0),
        ({"time": "hour"}, 3),
        ({"until": "2001-01-01"}, 0),
    ],
)
def test_filters(admin_client: Client, campaign: Campaign, query: dict[str, str], found: int) -> None:
    many(campaign, 2)
    many(campaign, 1, state=State.FAILED)

    assert len(admin_client.get(LOG, query).context["cl"].result_list) == found


def test_filter_by_campaign_and_source(admin_client: Client, campaign: Campaign) -> None:
    other = Campaign.objects.create(name="Hats")
    many(campaign, 1, source=campaign.source)
    many(other, 1, state=State.FAILED)

    for query in ({"campaign": str(campaign.pk)}, {"source": str(campaign.source_id)}):
        (row,) = admin_client.get(LOG, query).context["cl"].result_list
        assert row.campaign == campaign


@pytest.mark.parametrize(("query", "found"), [("sub1", 1), ("SUB1", 1), ("Ext 1", 1), ("T-1", 1), ("sub", 0)])
def test_search_is_exact(admin_client: Client, campaign: Campaign, query: str, found: int) -> None:
    many(campaign, 1, subid="sub1", external_id="Ext 1", tid="T-1")

    assert len(admin_client.get(LOG, {"q": query}).context["cl"].result_list) == found


def test_older_pages_are_reached_by_key_without_counting(admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 120)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = admin_client.get(LOG)
        second = admin_client.get(LOG + first.context["cl"].older_link)

    assert len(second.context["cl"].result_list) == 50
    asked = [query["sql"] for query in queries if "delivery_sentpostback" in query["sql"]]
    assert len(asked) == 4  # for each page its ids, and the rows
    assert not any("COUNT(" in sql or "OFFSET" in sql for sql in asked)


def test_the_list_does_not_load_whole_answers(admin_client: Client, campaign: Campaign) -> None:
    many(campaign, 1, answer="a" * 2000, notes="Rendered empty: x")

    response = admin_client.get(LOG)

    (row,) = response.context["cl"].result_list
    assert {"answer", "notes"} <= row.get_deferred_fields()
    assert f"{'a' * 80}…" in response.content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
def test_every_page_is_read_from_an_index(admin_client: Client, campaign: Campaign) -> None:
    rows = [
        SentPostback(task_key=f"k{n}", campaign=campaign, subid=f"sub{n}", method="GET", url=RECEIVER, due_at=None)
        for n in range(20_000)
    ]
    for row in rows[::100]:
        row.state, row.status = State.FAILED, "sale"
    SentPostback.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_sentpostback")

    middle = SentPostback.objects.order_by("pk")[10_000].pk

    for query in (
        {},
        {"before": f"{middle}"},
        {"state": "failed"},
        {"status": "sale"},
        {"time": "hour"},
        {"q": "sub19999"},
    ):
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(LOG, query)
        (sql,) = [asked["sql"] for asked in queries if "answer_start" in asked["sql"]]
        assert "Index" in plan(sql)
        assert "Seq Scan on delivery_sentpostback" not in plan(sql), plan(sql)


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
