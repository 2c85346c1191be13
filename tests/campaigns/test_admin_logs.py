"""A person reads a log: pages, search, filters, and what the database is asked for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, ReceivedPostback, Verdict

LOG = "/admin/campaigns/receivedpostback/"


@pytest.fixture
def received(campaign: Campaign) -> Any:
    """Writes postbacks to the log, the first the oldest."""

    def write(count: int = 1, **fields: Any) -> list[ReceivedPostback]:
        rows = [
            ReceivedPostback(method="GET", **{"subid": f"s{place}", "campaign": campaign} | fields)
            for place in range(count)
        ]
        return ReceivedPostback.objects.bulk_create(rows)

    return write


def subids(client: Client, query: str = "") -> list[str]:
    return [row.subid for row in client.get(LOG + query).context["cl"].result_list]


def test_the_newest_stand_first(admin_client: Client, received: Any) -> None:
    received(3)

    assert subids(admin_client) == ["s2", "s1", "s0"]


def test_older_and_newer_lead_through_the_whole_log_and_back(admin_client: Client, received: Any) -> None:
    received(120)
    first = admin_client.get(LOG).context["cl"]
    second = admin_client.get(LOG + first.older_link).context["cl"]
    third = admin_client.get(LOG + second.older_link).context["cl"]

    back = admin_client.get(LOG + third.newer_link).context["cl"]

    assert [len(page.result_list) for page in (first, second, third)] == [50, 50, 20]
    assert back.result_list == second.result_list
    assert (first.newer_link, third.older_link) == ("", "")


def test_the_way_back_ends_on_a_full_first_page(admin_client: Client, received: Any) -> None:
    rows = received(60)

    page = admin_client.get(f"{LOG}?after={rows[20].pk}").context["cl"]

    assert len(page.result_list) == 50
    assert page.newer_link == ""


def test_links_keep_filters_and_search(admin_client: Client, received: Any) -> None:
    received(51, subid="same", verdict=Verdict.IGNORED)

    link = admin_client.get(f"{LOG}?verdict=ignored&q=same").context["cl"].older_link

    assert "verdict=ignored" in link
    assert "q=same" in link


@pytest.mark.parametrize("query", ["?before=x", "?before=99999999999999999999", "?after=-1", "?o=1.2", "?p=7", "?all="])
def test_nonsense_in_the_address_is_the_first_page(admin_client: Client, received: Any, query: str) -> None:
    received(2)

    assert subids(admin_client, query) == ["s1", "s0"]


@pytest.mark.parametrize(
    "query",
    ["", "?q=s1", "?verdict=refused", "?status=sale", "?campaign=1", "?time=7d", "?since=2026-01-01&until=2026-02-01"],
)
def test_nothing_is_counted_or_skipped(admin_client: Client, received: Any, query: str) -> None:
    received(60)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert admin_client.get(LOG + query).status_code == 200

    statements = " ".join(query["sql"] for query in asked.captured_queries).upper()
    assert "COUNT(" not in statements
    assert "OFFSET" not in statements
    assert "DISTINCT" not in statements


@pytest.mark.parametrize("text", ["s1", " S1 ", "ext 7", "T-1"])
def test_search_finds_exactly_a_subid_external_id_or_tid(admin_client: Client, received: Any, text: str) -> None:
    received(3, subid="other")
    received(1, subid="s1", external_id="ext 7", tid="T-1")

    assert subids(admin_client, f"?q={text}") == ["s1"]


def test_search_for_a_part_of_an_id_finds_nothing(admin_client: Client, received: Any) -> None:
    received(1, subid="abcdef")

    assert subids(admin_client, "?q=abc") == []


def test_a_verdict_filters(admin_client: Client, received: Any) -> None:
    received(1, subid="a", verdict=Verdict.REFUSED)
    received(1, subid="b", verdict=Verdict.CREATED)

    assert subids(admin_client, "?verdict=refused") == ["a"]


def test_a_campaign_filters(admin_client: Client, received: Any, campaign: Campaign) -> None:
    received(1, subid="a")
    received(1, subid="b", campaign=None)

    assert subids(admin_client, f"?campaign={campaign.pk}") == ["a"]


def test_of_many_campaigns_one_is_found_by_a_part_of_its_name(admin_client: Client, received: Any) -> None:
    Campaign.objects.bulk_create([Campaign(name=f"c{place}", alias=f"c{place}") for place in range(40)])
    received(1, subid="a")
    received(1, subid="b", campaign=Campaign.objects.get(alias="c33"))

    assert subids(admin_client, "?campaign_named=c33") == ["b"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("?time=hour", ["now"]), ("?time=24h", ["now", "hours"]), ("?time=30d", ["now", "hours", "weeks"])],
)
def test_a_time_filters(admin_client: Client, received: Any, query: str, found: list[str]) -> None:
    for subid, age in (("months", 90 * 24), ("weeks", 15 * 24), ("hours", 5), ("now", 0)):
        received(1, subid=subid, created=timezone.now() - timedelta(hours=age))

    assert subids(admin_client, query) == found


def test_a_range_of_days_holds_its_last_day(admin_client: Client, received: Any) -> None:
    day = timezone.now().replace(year=2026, month=3, day=10, hour=23)
    for place in range(4):
        received(1, subid=f"d{place}", created=day + timedelta(days=place))

    assert subids(admin_client, "?since=2026-03-11&until=2026-03-12") == ["d2", "d1"]


@pytest.mark.parametrize("query", ["?since=2026-99-99", "?until=9999-12-31", "?time=never", "?since=0001-01-01"])
def test_a_date_that_is_none_filters_nothing(admin_client: Client, received: Any, query: str) -> None:
    received(1, subid="a")

    assert subids(admin_client, query) == ["a"]


def test_a_time_asks_for_ids_too(admin_client: Client, received: Any) -> None:
    received(3)
    with CaptureQueriesContext(connection) as asked:
        admin_client.get(f"{LOG}?time=hour")

    page = next(
        query["sql"] for query in asked.captured_queries if "LIMIT 100" in query["sql"] and "_holds" in query["sql"]
    )
    assert '"created" >=' in page
    assert '"id" >' in page


def test_foreign_text_is_escaped(admin_client: Client, received: Any) -> None:
    row = received(1, subid="<b>x", reason="<script>1</script>", query="a=<script>2</script>")[0]

    pages = [admin_client.get(path).content.decode() for path in (LOG, f"{LOG}{row.pk}/change/")]

    assert not any("<b>x" in page or "<script>1" in page or "<script>2" in page for page in pages)
    assert "a=&lt;script&gt;2" in pages[1]


def test_a_log_is_read_only(admin_client: Client, received: Any) -> None:
    row = received(1)[0]

    assert admin_client.post(f"{LOG}add/").status_code == 403
    assert admin_client.post(f"{LOG}{row.pk}/change/", {"reason": "x"}).status_code == 403
    assert admin_client.post(f"{LOG}{row.pk}/delete/", {"post": "yes"}).status_code == 403
