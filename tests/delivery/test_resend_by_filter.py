"""All that a filter lets through, at once: sent again, cancelled, or settled, after a page that says what it does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, ConversionChange
from delivery.admin import by_filter
from delivery.models import Kind, Receiver, SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
DRY = f"{LOG}by-filter/send-again/"
AGAIN = f"{LOG}send-again/"
Put = Callable[..., SentPostback]


@pytest.fixture
def put(campaign: Campaign, receiver: Receiver, change: ConversionChange) -> Put:
    """Puts a failed postback into the log."""

    def write(key: str, **fields: Any) -> SentPostback:
        values: dict[str, Any] = {"campaign": campaign, "receiver": receiver, "state": State.FAILED, "change": change}
        values |= {"method": "GET", "url": f"http://receiver.test/{key}", "due_at": None, "code": 403, "duration_ms": 9}
        return SentPostback.objects.create(task_key=key, **values | fields)

    return write


def confirm(client: Client, page: Any, **fields: str) -> Any:
    """Sends the form of a dry run as it stands there."""
    plan = page.context["plan"]
    form = {"postback": plan.ids, "unsettled": plan.unknown_ids, "wish": page.context["wish"], "sure": "yes"}
    return client.post(page.context["url"], {**form, "query": page.context["query"], **fields}, follow=True)


def resends() -> list[SentPostback]:
    return list(SentPostback.objects.filter(kind=Kind.RESEND).order_by("pk"))


def test_the_dry_run_counts_and_does_nothing(admin_client: Client, put: Put) -> None:
    other = Receiver.objects.create(origin="https://other.test:443")
    put("a")
    put("b", receiver=other, code=None)
    put("c", state=State.SENT, code=200)
    put("d", method="POST", state=State.CANCELLED)

    said = " ".join(admin_client.get(DRY, {"method": "GET"}).content.decode().split())

    assert "Send again 3 postbacks to 2 receivers?" in said
    assert "Failed 2, Sent 1" in said
    assert "403: 1, no answer: 1, 200: 1" in said
    assert "1 of them was received already" in said
    assert "GET http://receiver.test/a" in said
    assert resends() == []


def test_the_confirmed_run_sends_exactly_what_was_shown(admin_client: Client, put: Put) -> None:
    first, second = put("a"), put("b")
    page = admin_client.get(DRY, {"state": "failed"})
    put("too late")

    said = confirm(admin_client, page).content.decode()

    assert [row.resend_of for row in resends()] == [first, second]
    assert "2 postbacks queued again." in said


def test_twice_confirmed_is_once_sent(admin_client: Client, put: Put) -> None:
    put("a")
    page = admin_client.get(DRY, {"state": "failed"})

    for _click in range(2):
        confirm(admin_client, page)

    assert len(resends()) == 1


def test_what_is_not_finished_any_more_is_told(admin_client: Client, put: Put) -> None:
    put("a")
    moved = put("b")
    page = admin_client.get(DRY, {"state": "failed"})
    SentPostback.objects.filter(pk=moved.pk).update(state=State.QUEUED)

    said = confirm(admin_client, page).content.decode()

    assert "1 postback queued again." in said
    assert "1 postback left out." in said


def test_it_leads_back_to_the_same_filter(admin_client: Client, put: Put) -> None:
    put("a")
    put("b")

    response = confirm(admin_client, admin_client.get(DRY, {"state": "failed", "code": "403"}))

    assert response.redirect_chain[-1][0] == f"{LOG}?code=403&state=failed"


def test_a_time_filter_is_frozen_by_the_dry_run(admin_client: Client, put: Put) -> None:
    row = put("a")
    page = admin_client.get(DRY, {"time": "hour"})
    SentPostback.objects.filter(pk=row.pk).update(created=timezone.now() - timedelta(hours=2))

    confirm(admin_client, page)

    assert len(resends()) == 1


def test_unfiltered_the_log_is_never_meant(admin_client: Client, put: Put) -> None:
    put("a")

    assert "Filter the log first" in admin_client.get(DRY, follow=True).content.decode()


def test_too_many_are_refused_with_advice(admin_client: Client, put: Put, monkeypatch: Any) -> None:
    monkeypatch.setattr(by_filter, "MOST", 1)
    put("a")
    put("b")

    said = admin_client.get(DRY, {"state": "failed"}, follow=True).content.decode()

    assert "More than 1 match. Narrow the filter" in said


def test_a_filter_that_looks_too_far_is_refused_with_advice(admin_client: Client, put: Put, monkeypatch: Any) -> None:
    monkeypatch.setattr(by_filter, "STEPS", (2,))
    for key in ("a", "b", "c"):
        put(key, method="POST")

    said = admin_client.get(DRY, {"method": "GET"}, follow=True).content.decode()

    assert "Among the 2 newest rows there may be more of them" in said


def test_nothing_that_matches_is_said(admin_client: Client, put: Put) -> None:
    assert "Nothing matches." in admin_client.get(DRY, {"state": "failed"}, follow=True).content.decode()


@pytest.mark.parametrize("query", ["state=x&created=x", "campaign=x"])
def test_a_strange_filter_is_no_error(admin_client: Client, put: Put, query: str) -> None:
    assert admin_client.get(f"{DRY}?{query}", follow=True).status_code == 200


def test_cancel_by_filter(admin_client: Client, put: Put) -> None:
    put("a", state=State.QUEUED)
    put("b", state=State.QUEUED)
    put("c")

    page = admin_client.get(f"{LOG}by-filter/cancel/", {"campaign": Campaign.objects.get().pk})
    assert "Cancel 2 postbacks to 1 receiver?" in page.content.decode()
    confirm(admin_client, page)

    assert list(SentPostback.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled"] * 2 + ["failed"]


def test_settle_by_filter(admin_client: Client, put: Put) -> None:
    put("a", state=State.UNKNOWN)
    put("b", state=State.UNKNOWN)

    confirm(admin_client, admin_client.get(f"{LOG}by-filter/arrived/", {"state": "unknown"}))

    assert SentPostback.objects.filter(state=State.SENT).count() == 2


def test_unknown_ones_that_are_sent_again_are_settled_by_it(admin_client: Client, put: Put) -> None:
    row = put("a", state=State.UNKNOWN)

    confirm(admin_client, admin_client.get(DRY, {"state": "unknown"}))

    row.refresh_from_db()
    assert (row.state, len(resends())) == (State.FAILED, 1)


def test_as_the_rule_says_now(admin_client: Client, put: Put, rule: PostbackRule) -> None:
    PostbackRule.objects.update(url="https://new.test/q?s={status}", method="POST")
    put("a", rule_id=rule.pk, rule_name="to MGID")

    page = admin_client.get(DRY, {"state": "failed"})
    assert "POST https://new.test/q?s=rejected" in page.content.decode()
    confirm(admin_client, page, **{"with": "rule"})

    (resend,) = resends()
    assert (resend.method, resend.url, resend.url_template) == ("POST", "", "https://new.test/q?s={status}")
    assert resend.receiver == Receiver.objects.get(origin="https://new.test:443")


def test_without_its_rule_it_is_left_out(admin_client: Client, put: Put, rule: PostbackRule) -> None:
    put("a", rule_id=rule.pk)
    gone = put("b", rule_id=77, state=State.UNKNOWN)

    said = confirm(admin_client, admin_client.get(DRY, {"code": "403"}), **{"with": "rule"}).content.decode()

    gone.refresh_from_db()
    assert "1 postback left out." in said
    assert (len(resends()), gone.state) == (1, State.UNKNOWN)


def test_the_log_offers_it_only_behind_a_filter(admin_client: Client, put: Put) -> None:
    put("a")

    assert "All that match:" not in admin_client.get(LOG).content.decode()
    assert f'href="{DRY}?state=failed"' in admin_client.get(LOG, {"state": "failed"}).content.decode()


def test_who_only_looks_may_not(client: Client, put: Put) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)
    put("a")

    assert client.get(DRY, {"state": "failed"}).status_code == 403
    assert "All that match:" not in client.get(LOG, {"state": "failed"}).content.decode()


def test_an_act_that_is_none_is_not_found(admin_client: Client) -> None:
    assert admin_client.get(f"{LOG}by-filter/delete/").status_code == 404
