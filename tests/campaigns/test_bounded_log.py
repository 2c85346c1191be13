"""Each step through a log looks at so many rows at most; all together they find what a plain filter finds."""

import itertools
import random

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.admin import bounded
from campaigns.admin.bounded import Condition, Span, either, equal, look
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Verdict, Visitor

pytestmark = pytest.mark.django_db

LOG = "/admin/campaigns/receivedpostback/"
STEPS = (2, 3)


@pytest.fixture
def rows() -> list[ReceivedPostback]:
    """Eighty rows of two campaigns, mixed."""
    chance = random.Random(7)
    campaigns = Campaign.objects.bulk_create([Campaign(name=name, alias=name) for name in ("often", "seldom")])
    return ReceivedPostback.objects.bulk_create(
        ReceivedPostback(
            campaign=chance.choices(campaigns, [9, 1])[0],
            verdict=chance.choice([Verdict.CREATED, Verdict.REFUSED]),
            status=chance.choice(["lead", "sale", "rejected"]),
            method="GET",
            ip="203.0.113.7" if chance.random() < 0.2 else None,
        )
        for _ in range(80)
    )


def conditions() -> dict[str, Condition]:
    seldom = Campaign.objects.get(alias="seldom")
    return {
        "campaign": equal(ReceivedPostback, "campaign", seldom.pk),
        "verdict": equal(ReceivedPostback, "verdict", "refused"),
        "either status": either([equal(ReceivedPostback, "status", status) for status in ("lead", "sale")]),
        "no index": Condition(holds=Q(ip__isnull=False)),
        "wider index": Condition(
            holds=Q(verdict="created", status="sale"),
            leads=equal(ReceivedPostback, "status", "sale").leads,
            is_exact=False,
        ),
        "not older": Condition(holds=Q(), above=ReceivedPostback.objects.order_by("pk")[20].pk),
    }


def walked(asked: list[Condition], *, upwards: bool, wanted: int) -> list[int]:
    """Page by page to the end, as the links of the pages lead."""
    span, ids = Span(upwards=upwards), []
    while True:
        found = look(ReceivedPostback.objects.all(), asked, span, wanted + 1, STEPS)
        assert found.looked_at <= max(sum(STEPS) * 3, (wanted + 1) * 3)
        page = found.ids[:wanted]
        ids += page
        if len(found.ids) <= wanted and found.last is None:
            return ids
        last = page[-1] if len(found.ids) > wanted else found.last
        assert last is not None
        span = span.after(last)


@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("wanted", [1, 4])
def test_no_row_is_skipped_and_none_comes_twice(rows, monkeypatch, upwards, wanted):
    monkeypatch.setattr(bounded, "PROBE", 5)
    every = conditions()
    for count in range(4):
        for names in itertools.combinations(every, count):
            asked = [every[name] for name in names]
            plain = ReceivedPostback.objects.all()
            for condition in asked:
                plain = condition.narrow(plain)

            ids = walked(asked, upwards=upwards, wanted=wanted)

            assert ids == list(plain.order_by("pk" if upwards else "-pk").values_list("pk", flat=True)), names


def test_the_index_that_leads_farthest_is_read(rows, monkeypatch):
    monkeypatch.setattr(bounded, "PROBE", 5)
    every = conditions()

    with CaptureQueriesContext(connection) as asked:
        look(ReceivedPostback.objects.all(), [every["verdict"], every["campaign"]], Span(), 5, STEPS)

    where = asked.captured_queries[-1]["sql"].partition("WHERE")[2]
    assert "campaign_id" in where
    assert "verdict" not in where


def test_a_page_that_is_not_full_says_how_far_it_looked(admin_client: Client, campaign: Campaign, monkeypatch):
    monkeypatch.setattr("campaigns.admin.keyset.STEPS", (2, 3))
    many = [ReceivedPostback(campaign=campaign, method="GET", verdict=Verdict.CREATED) for _ in range(12)]
    many[1].reason, many[11].reason = "odd", "odd"
    ReceivedPostback.objects.bulk_create(many)

    first = admin_client.get(LOG, {"reason": "odd"})
    assert [row.pk for row in first.context["cl"].result_list] == [many[11].pk]
    assert "Looked at 5 rows, back to" in " ".join(first.content.decode().split())

    second = admin_client.get(LOG + first.context["cl"].look_further.link)
    assert "Nothing matches so far." in second.content.decode()
    third = admin_client.get(LOG + second.context["cl"].look_further.link)
    assert [row.pk for row in third.context["cl"].result_list] == [many[1].pk]
    assert third.context["cl"].look_further is None


def test_the_way_up_says_how_far_it_looked_too(admin_client: Client, campaign: Campaign, monkeypatch):
    monkeypatch.setattr("campaigns.admin.keyset.STEPS", (2, 3))
    many = [ReceivedPostback(campaign=campaign, method="GET") for _ in range(12)]
    many[10].reason = "odd"
    ReceivedPostback.objects.bulk_create(many)

    first = admin_client.get(LOG, {"reason": "odd", "after": str(many[0].pk)})
    assert "up to" in first.content.decode()
    assert first.context["cl"].look_further.upwards

    second = admin_client.get(LOG + first.context["cl"].look_further.link).context["cl"]
    assert [row.pk for row in second.result_list] == [many[10].pk]


@pytest.mark.parametrize("query", ["campaign=x", "campaign=99999999999999999999", "created=x", "nothing=1"])
def test_a_filter_that_cannot_be_is_no_error(admin_client: Client, query: str):
    assert admin_client.get(f"{LOG}?{query}", follow=True).status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
def test_a_campaign_that_was_paused_long_ago_is_found_by_its_index(campaign: Campaign):
    other = Campaign.objects.create(name="New", alias="new")
    old = [ReceivedPostback(campaign=campaign, method="GET") for _ in range(5000)]
    ReceivedPostback.objects.bulk_create(old + [ReceivedPostback(campaign=other, method="GET") for _ in range(15000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_receivedpostback")

    with CaptureQueriesContext(connection) as asked:
        look(ReceivedPostback.objects.all(), [equal(ReceivedPostback, "campaign", campaign.pk)], Span(), 51)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "received_campaign" in plan
    assert "Sort" not in plan


CONVERSIONS = "/admin/campaigns/conversion/"


@pytest.fixture
def conversions(campaign: Campaign) -> list[Conversion]:
    """Six of one campaign, the first of its own click; then six of another."""
    other = Campaign.objects.create(name="Hats", alias="hats")
    clicks = [Click.objects.record(owner, {"external_id": owner.alias}, Visitor()) for owner in (campaign, other)]
    clicks += [Click.objects.record(owner, {}, Visitor()) for owner in (campaign, other)]
    rows = [Conversion(click=click, tid=str(number), status="lead") for click in clicks for number in range(3)]
    for row in rows:
        row.save()
    return rows


@pytest.mark.parametrize("most", [0, 1000])
def test_conversions_of_a_campaign_are_found_by_its_clicks_or_on_the_way(
    admin_client: Client, conversions: list[Conversion], campaign: Campaign, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("campaigns.admin.conversion.MOST_CLICKS", most)

    found = admin_client.get(CONVERSIONS, {"click__campaign": campaign.pk}).context["cl"].result_list

    assert [row.pk for row in found] == [row.pk for row in reversed(conversions[:3] + conversions[6:9])]


@pytest.mark.parametrize("field", ["subid", "external_id"])
def test_a_conversion_however_old_is_found_by_its_click(
    admin_client: Client, conversions: list[Conversion], monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr("campaigns.admin.keyset.STEPS", (2, 2))

    page = admin_client.get(CONVERSIONS, {"q": getattr(conversions[0].click, field)}).context["cl"]

    assert [row.tid for row in page.result_list] == ["2", "1", "0"]
    assert page.look_further is None
