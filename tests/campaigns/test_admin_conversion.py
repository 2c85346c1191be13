"""A person looks at clicks and conversions, and adds or corrects a conversion."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.admin.slots import Link, slots
from campaigns.models import Click, Conversion, ReceivedPostback

LIST = "/admin/campaigns/conversion/"
INLINES = {f"{prefix}-{name}_FORMS": "0" for prefix in ("changes", "received") for name in ("TOTAL", "INITIAL")}


def typed(**fields: Any) -> dict[str, Any]:
    return {"status": "sale", "tid": "", "revenue": "12.5", "cost": "0", "currency": "usd", **INLINES, **fields}


@pytest.fixture
def linked() -> Iterator[None]:
    """The floors above have something to tell of a click."""

    def links(subject: Any) -> list[Link]:
        return [Link("Why <not>?", f"/admin/why/?subid={subject}")]

    slots.links.append(links)
    yield
    slots.links.remove(links)


def test_a_conversion_is_added_by_its_subid(admin_client: Client, click: Click) -> None:
    admin_client.post(f"{LIST}add/", typed(click=f" {click.subid.upper()} "))

    conversion = Conversion.objects.get()
    assert (conversion.click, conversion.status, conversion.currency) == (click, "sale", "USD")


def test_a_conversion_that_is_added_is_news(admin_client: Client, click: Click) -> None:
    admin_client.post(f"{LIST}add/", typed(click=click.subid))

    assert Conversion.objects.get().changes.get().status == "sale"


def test_a_subid_nobody_knows_is_refused_and_kept(admin_client: Client, click: Click) -> None:
    html = admin_client.post(f"{LIST}add/", typed(click="<b>nobody")).content.decode()

    assert "Nobody knows the subid “&lt;b&gt;nobody”" in html
    assert 'value="&lt;b&gt;nobody"' in html
    assert not Conversion.objects.exists()


def test_the_same_click_and_tid_again_is_refused(
    admin_client: Client, saved: Callable[..., Conversion], click: Click
) -> None:
    saved(status="lead", tid="T-1")

    html = admin_client.post(f"{LIST}add/", typed(click=click.subid, tid="T-1")).content.decode()

    assert "This click has a conversion with this tid" in html


def test_another_status_is_news_and_stands_in_the_changes(
    admin_client: Client, saved: Callable[..., Conversion]
) -> None:
    conversion = saved(status="lead")
    url = f"{LIST}{conversion.pk}/change/"

    admin_client.post(url, typed(status="sale", original_status="lead"))

    assert list(conversion.changes.values_list("status", "previous_status")) == [("lead", ""), ("sale", "lead")]
    html = admin_client.get(url).content.decode()
    assert "Changes in time" in html


def test_a_page_that_stood_open_takes_back_nothing(admin_client: Client, saved: Callable[..., Conversion]) -> None:
    conversion = saved(status="lead")
    url = f"{LIST}{conversion.pk}/change/"
    seen = admin_client.get(url).context["adminform"].form["seen"].value()
    saved(conversion, status="sale", revenue="5")

    html = admin_client.post(url, typed(status="lead", original_status="lead", seen=seen)).content.decode()

    assert "it is sale now" in html
    conversion.refresh_from_db()
    assert conversion.status == "sale"
    assert conversion.revenue == 5


def test_a_tid_that_the_click_has_already_is_refused_on_a_change_too(
    admin_client: Client, saved: Callable[..., Conversion]
) -> None:
    saved(status="lead", tid="T-1")
    other = saved(status="lead", tid="T-2")

    html = admin_client.post(f"{LIST}{other.pk}/change/", typed(tid="T-1", original_status="lead")).content.decode()

    assert "This click has a conversion with this tid" in html


def test_a_conversion_stays_with_its_click(admin_client: Client, saved: Callable[..., Conversion]) -> None:
    conversion = saved(status="lead")
    other = Click.objects.create(campaign=conversion.click.campaign)

    admin_client.post(f"{LIST}{conversion.pk}/change/", typed(click=other.subid, original_status="lead"))

    conversion.refresh_from_db()
    assert conversion.status == "sale"
    assert conversion.click != other


def test_a_conversions_page_names_the_postbacks_that_made_it(
    admin_client: Client, saved: Callable[..., Conversion]
) -> None:
    conversion = saved(status="lead")
    received = ReceivedPostback.objects.create(method="GET", conversion=conversion, reason="Conversion created: lead.")

    html = admin_client.get(f"{LIST}{conversion.pk}/change/").content.decode()

    assert f"/admin/campaigns/receivedpostback/{received.pk}/change/" in html


def test_links_of_the_floors_above_are_buttons(
    admin_client: Client, saved: Callable[..., Conversion], click: Click, linked: None
) -> None:
    conversion = saved(status="lead")
    pages = [f"{LIST}{conversion.pk}/change/", f"/admin/campaigns/click/{click.pk}/change/"]

    for html in (admin_client.get(page).content.decode() for page in pages):
        assert "Why &lt;not&gt;?" in html


def test_a_click_is_read_only(admin_client: Client, click: Click) -> None:
    assert admin_client.post("/admin/campaigns/click/add/").status_code == 403
    assert admin_client.post(f"/admin/campaigns/click/{click.pk}/change/", {"subid": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/campaigns/click/", LIST])
def test_the_lists_count_and_skip_nothing(
    admin_client: Client, saved: Callable[..., Conversion], click: Click, path: str
) -> None:
    saved(status="lead")
    with CaptureQueriesContext(connection) as asked:
        html = admin_client.get(f"{path}?q={click.subid}&time=7d").content.decode()

    statements = " ".join(query["sql"] for query in asked.captured_queries).upper()
    assert click.subid in html
    assert not any(word in statements for word in ("COUNT(", "OFFSET", "DISTINCT"))


def test_a_list_asks_no_more_for_many_rows_than_for_one(admin_client: Client, saved: Callable[..., Conversion]) -> None:
    counts = []
    for place in range(2):
        saved(status="lead", tid=f"T-{place}")
        with CaptureQueriesContext(connection) as asked:
            admin_client.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_a_link_brought_is_escaped(admin_client: Client, click: Click) -> None:
    Click.objects.update(keyword="<script>a</script>", parameters={"<b>n": "<script>b</script>"})

    html = admin_client.get(f"/admin/campaigns/click/{click.pk}/change/").content.decode()

    assert "<script>a" not in html
    assert "<script>b" not in html
    assert "<b>n" not in html
