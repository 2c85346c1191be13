"""A person watches a log live: what the script asks for, and what a page without it offers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.admin import tail
from campaigns.models import Campaign, ReceivedPostback, Verdict

pytestmark = pytest.mark.django_db

LOG = "/admin/campaigns/receivedpostback/"
Put = Callable[..., ReceivedPostback]


@pytest.fixture
def put(campaign: Campaign) -> Put:
    """Puts a postback into the log, under an id where one is given."""

    def write(**fields: Any) -> ReceivedPostback:
        return ReceivedPostback.objects.create(**{"method": "GET", "campaign": campaign} | fields)

    return write


def told(client: Client, **query: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"{LOG}tail/", query).json()
    return answer


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_new_rows_come_drawn_as_the_page_draws_them(admin_client: Client, put: Put) -> None:
    old, new = put(subid="old"), put(subid="<b>new")

    answer = told(admin_client, after=old.pk, floor=old.pk - 1, have=old.pk)

    assert ids(answer["rows"]) == [new.pk]
    assert answer["rows"][0]["html"].startswith(f'<tr data-id="{new.pk}">')
    assert "&lt;b&gt;new" in answer["rows"][0]["html"]
    assert (answer["newest"], answer["said"]) == (new.pk, "1 new row")


def test_where_nothing_is_new_nothing_is_said(admin_client: Client, put: Put) -> None:
    row = put()

    assert told(admin_client, after=row.pk, have=row.pk) == {"rows": [], "changed": [], "newest": row.pk, "said": ""}


def test_a_row_that_commits_late_with_a_smaller_id_is_not_lost(admin_client: Client, put: Put) -> None:
    first, second = put(id=1000), put(id=1002)
    late = put(id=1001)

    answer = told(admin_client, after=second.pk, floor=first.pk - 1, have=f"{first.pk},{second.pk}")

    assert ids(answer["rows"]) == [late.pk]


def test_rows_older_than_the_page_do_not_come(admin_client: Client, put: Put) -> None:
    rows = [put() for _ in range(4)]

    assert ids(told(admin_client, after=rows[3].pk, floor=rows[2].pk - 1, have=rows[3].pk)["rows"]) == [rows[2].pk]


def test_the_filters_of_the_page_count(admin_client: Client, put: Put) -> None:
    row = put()
    refused = put(verdict=Verdict.REFUSED)
    put(verdict=Verdict.CREATED)

    answer = told(admin_client, after=row.pk, have=row.pk, verdict="refused")

    assert ids(answer["rows"]) == [refused.pk]


def test_of_very_many_new_rows_the_newest_come(admin_client: Client, put: Put, monkeypatch: Any) -> None:
    monkeypatch.setattr(tail, "MOST", 2)
    rows = [put() for _ in range(4)]

    assert ids(told(admin_client, floor=0)["rows"]) == [rows[3].pk, rows[2].pk]


def test_rows_that_may_change_come_as_they_are_now(admin_client: Client, put: Put) -> None:
    row = put(subid="now")

    (changed,) = told(admin_client, have=row.pk, open=row.pk)["changed"]

    assert changed["id"] == row.pk
    assert "now" in changed["html"]


@pytest.mark.parametrize("query", ["after=x&have=1,,x&open=&floor=-1", "have=99999999999999999999", "tail=1&before=3"])
def test_a_strange_question_is_no_error(admin_client: Client, put: Put, query: str) -> None:
    put()

    assert admin_client.get(f"{LOG}tail/?{query}").status_code == 200


def test_a_filter_that_cannot_be_is_refused(admin_client: Client) -> None:
    assert admin_client.get(f"{LOG}tail/?campaign=x").status_code == 400


def test_who_may_not_see_the_log_may_not_watch_it(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(f"{LOG}tail/").status_code == 403


def test_strangers_are_led_to_the_login(client: Client, db: None) -> None:
    assert client.get(f"{LOG}tail/").status_code == 302


def test_without_a_script_a_live_page_can_be_refreshed(admin_client: Client, put: Put) -> None:
    put(verdict=Verdict.REFUSED)

    said = admin_client.get(LOG, {"tail": "1", "verdict": "refused"}).content.decode()

    assert '<a class="live-refresh" href="?tail=1&amp;verdict=refused">Refresh</a>' in said
    assert 'data-live="tail/?verdict=refused"' in said
    assert "campaigns/live" in said


def test_a_page_is_live_only_when_it_is_asked_to(admin_client: Client, put: Put) -> None:
    row = put()

    for query in ("", f"?before={row.pk + 1}&tail=1"):
        said = admin_client.get(LOG + query).content.decode()
        assert "data-live=" not in said
        assert "Watch live" in said


def test_clicks_cannot_be_watched(admin_client: Client) -> None:
    assert "Watch live" not in admin_client.get("/admin/campaigns/click/").content.decode()
