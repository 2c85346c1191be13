"""The overview: figures that equal the rows, in few statements, however many rows there are."""

import re
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import tallies
from campaigns.models import Conversion, Source
from delivery.dashboard.figures import Figures, Outcomes, Span
from delivery.dashboard.pulse import Backlog, Pulse, needy_receivers
from delivery.demo.history import load
from delivery.models import Kind, Receiver, SentPostback, State, SweepTurn, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    load()


def overview(client, query=""):
    return re.sub(r"\s+", " ", client.get(f"/admin/{query}").content.decode())


def worker(ago=0, **fields):
    Worker.objects.create(uuid=uuid.uuid4(), pid=1, transport="curl", **fields)
    Worker.objects.filter(pid=1).update(seen=Now() - timedelta(seconds=ago), pid=2)


def grouped(since, *names):
    """The plain way: rows, counted."""
    rows = SentPostback.objects.filter(kind=Kind.POSTBACK, created__gte=since)
    waiting = Q(state__in=[State.QUEUED, State.SENDING])
    return rows.values(*names).annotate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        waiting=Count("pk", filter=waiting),
    )


def told(outcomes):
    names = ("sent", "failed", "unknown", "waiting")
    return {name: getattr(outcomes, name) for name in names}


@pytest.mark.parametrize("folded", [False, True])
def test_the_figures_of_each_source_equal_its_rows(demo, folded):
    if folded:
        tallies.fold_all()
    figures = Figures()

    shown = {row.pk: told(row.postbacks) for row in figures.by_source}

    rows = grouped(figures.since, "source").order_by()
    assert shown == {row.pop("source"): row for row in rows}
    conversions = Conversion.objects.filter(created__gte=figures.since).values_list("click__traffic_source")
    assert {row.pk: row.conversions for row in figures.by_source} == dict(Counter(pk for (pk,) in conversions))


def test_the_figures_of_each_receiver_equal_its_rows(demo):
    figures = Figures()

    shown = {pk: told(outcomes) for pk, outcomes in figures.by_receiver.items()}

    assert shown == {row.pop("receiver"): row for row in grouped(figures.since, "receiver").order_by()}


@pytest.mark.parametrize("span", list(Span))
def test_the_bars_equal_the_rows(demo, span):
    figures = Figures(span)
    bars = [slot for slot in figures.postbacks if slot.counts]
    first = figures.postbacks[0].start

    states = SentPostback.objects.filter(kind=Kind.POSTBACK, created__gte=first).values_list("state", flat=True)
    rows = Counter("waiting" if state == State.QUEUED else state for state in states)
    assert sum((Counter(slot.counts) for slot in bars), Counter()) == rows
    assert sum(slot.counts.get("", 0) for slot in figures.conversions) == (
        Conversion.objects.filter(created__gte=first).count()
    )
    assert len(figures.postbacks) == span.bars


def test_a_failure_has_as_many_rows_as_it_says(demo, admin_client):
    failures = admin_client.get("/admin/").context["failures"]

    assert failures
    since = Figures().since
    for failure in failures:
        rows = SentPostback.objects.filter(kind="postback", state="failed", created__gte=since)
        rows = rows.filter(receiver__origin=failure.receiver)
        code = re.search(r"code=(\w+)", failure.url)
        assert code
        rows = rows.filter(code=None if code[1] == "none" else int(code[1]))
        assert rows.count() == failure.number


def test_a_failure_leads_to_its_rows(demo, admin_client):
    [failure] = [one for one in admin_client.get("/admin/").context["failures"] if one.reason == "HTTP 403"]

    log = admin_client.get(failure.url)

    assert log.status_code == 200
    assert "403" in log.content.decode()


@pytest.mark.parametrize(
    ("by_word", "success"),
    [
        ({}, None),
        ({"waiting": 3}, None),
        ({"sent": 3}, 100),
        ({"sent": 3, "failed:HTTP 403": 1, "waiting": 9, "cancelled": 9}, 75),
        ({"sent": 1, "unknown": 1}, 50),
    ],
)
def test_success_is_of_what_ended(by_word, success):
    assert Outcomes(by_word).success == success


def test_it_shows_the_figures(demo, admin_client):
    figures, said = Figures(), overview(admin_client)

    assert f'<a href="/admin/campaigns/conversion/">{figures.last_day_conversions}</a>' in said
    assert f"{figures.last_day.sent}</a>" in said
    assert "Demo: Taboola" in said
    assert said.count("<svg") >= 2
    assert said.count('class="chart-numbers"') == 2


def test_bars_are_minutes_hours_or_days(demo, admin_client):
    for unit in ("minute", "hour", "day"):
        assert f'<a href="?unit={unit}" aria-current="true">' in overview(admin_client, f"?unit={unit}")
    assert '<a href="?unit=hour" aria-current="true">' in overview(admin_client, "?unit=century")


@pytest.mark.parametrize("unit", ["minute", "hour", "day"])
def test_it_asks_few_statements_and_counts_no_rows(demo, admin_client, unit):
    admin_client.get("/admin/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        admin_client.get(f"/admin/?unit={unit}")

    statements = [query["sql"] for query in asked.captured_queries]
    assert len(statements) <= 30
    logs = ("delivery_sentpostback", "delivery_attempt", "campaigns_conversion", "campaigns_click")
    of_rows = [sql for sql in statements if any(f'"{table}"' in sql for table in logs)]
    assert all("LIMIT 1" in sql for sql in of_rows), of_rows  # also LIMIT 1001
    assert len(of_rows) <= 4


def test_as_many_statements_however_many_rows(demo, admin_client):
    Source.objects.bulk_create([Source(name=f"S{number}") for number in range(40)])
    admin_client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/")
    SentPostback.objects.bulk_create(
        [
            SentPostback(
                task_key=f"more:{source.pk}", source=source, method="GET", url_template="http://receiver.test/"
            )
            for source in Source.objects.all()
        ]
    )

    with CaptureQueriesContext(connection) as many:
        admin_client.get("/admin/")

    assert len(many) == len(few)


def test_a_worker_at_work_is_told(demo, admin_client):
    worker(ago=3, in_flight=7)
    worker(ago=0, in_flight=5)

    said = overview(admin_client)

    assert "2 workers, last beat" in said
    assert "12 in flight" in said


def test_that_nobody_sends_is_told_with_what_to_do(demo, admin_client):
    worker(ago=240)

    said = overview(admin_client)

    assert "No worker is at work: nothing is sent. The last one was seen" in said
    assert "4 minutes ago" in said
    assert "<code>make run</code>" in said


def test_that_nobody_ever_sent_is_told(demo, admin_client):
    assert "No worker has been seen yet" in overview(admin_client)


def test_who_ended_as_told_is_not_at_work(demo):
    worker(ended=timezone.now())

    assert Pulse.feel().workers == []


def test_the_sweep_is_told(demo, admin_client):
    SweepTurn.objects.take(5)

    assert re.search(r"Swept <time[^>]*>\d s ago", overview(admin_client))


def test_what_has_waited_longest_is_told(demo, admin_client):
    oldest = SentPostback.objects.waiting().earliest("created")

    said = overview(admin_client)

    assert Backlog.look().oldest == oldest
    assert f"Waiting now: {SentPostback.objects.waiting().count()}" in said
    assert f'<a href="/admin/delivery/sentpostback/{oldest.pk}/change/">the oldest</a>' in said


def test_more_than_a_thousand_that_wait_are_not_counted(queued):
    queued(1002)

    assert Backlog.look().told == "1,000+"


def test_nothing_waits(receiver):
    assert Backlog.look() == Backlog(count=0, oldest=None)


@pytest.mark.parametrize(
    ("fields", "needs"),
    [
        ({}, False),
        ({"rate": 5}, False),
        ({"breaker": "open"}, True),
        ({"breaker": "resuming", "pace": 5}, True),
        ({"override": "hold"}, True),
        ({"override": "closed"}, True),
        ({"pace": 5}, True),
        ({"failing_since": Now()}, True),
        ({"hold_until": Now() + timedelta(seconds=60)}, True),
        ({"hold_until": Now() - timedelta(seconds=60)}, False),
    ],
)
def test_who_needs_a_person_is_named(receiver, fields, needs):
    Receiver.objects.update(**fields)

    assert needy_receivers().exists() == needs


def test_a_receiver_is_steered_from_here(demo, admin_client):
    receiver = Receiver.objects.get(breaker="open")
    address = f"/admin/delivery/receiver/{receiver.pk}/steer/close/"
    assert f'formaction="{address}"' in overview(admin_client)

    response = admin_client.post(address, {"back": "/admin/?unit=day"})

    assert response.headers["Location"] == "/admin/?unit=day"
    receiver.refresh_from_db()
    assert receiver.breaker == "closed"


def test_who_may_only_look_has_no_buttons(demo, client):
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(looker)

    said = overview(client)

    assert "Receivers that need you" in said
    assert "formaction" not in said


def test_the_part_that_changes_can_be_had_alone(demo, admin_client):
    part = admin_client.get("/admin/overview/part/?unit=minute").content.decode()

    assert "Receivers that need you" in part
    assert "<html" not in part


def test_who_may_not_see_postbacks_has_the_menu(demo, client):
    client.force_login(User.objects.create_user("other", is_staff=True))

    assert "Incoming postback URL" in overview(client)
    assert "Why it failed" not in overview(client)
    assert client.get("/admin/overview/part/").status_code == 403


def test_no_two_things_have_the_same_id(demo, admin_client):
    ids = re.findall(r'\sid="([^"]+)"', overview(admin_client))

    assert len(ids) == len(set(ids))
