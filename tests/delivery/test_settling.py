"""At most once: silence ends unknown, and a person settles it: it arrived, or it is sent again."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from responses import RequestsMock

from campaigns.models import Conversion
from delivery.models import Kind, SentPostback, State
from delivery.settling import settle_again, settle_arrived
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
AGAIN, ARRIVED = f"{LOG}send-again/", f"{LOG}arrived/"
RECEIVER = "http://receiver.test/p"


@pytest.fixture
def unknown(rule: PostbackRule, saved: Saved) -> SentPostback:
    """A postback of a rule that says at most once; no answer came."""
    PostbackRule.objects.update(at_most_once=True)
    saved(status="lead")
    SentPostback.objects.update(state=State.UNKNOWN, error="no answer within 15 s", due_at=None, duration_ms=15000)
    return SentPostback.objects.get()


def form(*rows: SentPostback, **fields: Any) -> dict[str, Any]:
    ids = [row.pk for row in rows]
    return {"postback": ids, "unsettled": ids, "sure": "yes", "wish": str(uuid.uuid4()), **fields}


def page(client: Client, row: SentPostback) -> str:
    return client.get(f"{LOG}{row.pk}/change/").content.decode()


@pytest.mark.parametrize("answer", [{"status": 503}, {"status": 429}])
def test_an_answer_that_came_is_tried_again(
    rule: PostbackRule, saved: Saved, http: RequestsMock, send: Callable[[], None], answer: dict[str, Any]
) -> None:
    PostbackRule.objects.update(at_most_once=True)
    http.get(RECEIVER, **answer)
    saved(status="lead")

    send()

    assert SentPostback.objects.get().state == State.QUEUED


def test_what_never_left_is_tried_again(
    rule: PostbackRule, saved: Saved, http: RequestsMock, send: Callable[[], None]
) -> None:
    PostbackRule.objects.update(at_most_once=True)
    http.get(RECEIVER, body=requests.exceptions.ConnectTimeout("no"))
    saved(status="lead")

    send()

    assert SentPostback.objects.get().state == State.QUEUED


def test_it_arrived_says_who_and_when(admin_client: Client, unknown: SentPostback) -> None:
    admin_client.post(ARRIVED, form(unknown))

    unknown.refresh_from_db()
    assert unknown.state == State.SENT
    assert unknown.error.startswith("settled by admin at 20")
    assert unknown.error.endswith("UTC: it arrived")
    assert LogEntry.objects.get().get_change_message() == "Settled: it arrived."


def test_send_again_queues_a_resend_and_the_old_one_says_so(admin_client: Client, unknown: SentPostback) -> None:
    admin_client.post(AGAIN, form(unknown))

    unknown.refresh_from_db()
    resend = SentPostback.objects.get(kind=Kind.RESEND)
    assert (resend.resend_of, resend.state, resend.terms) == (unknown, State.QUEUED, {"at_most_once": True})
    assert unknown.state == State.FAILED
    assert unknown.error.endswith(f"UTC: sent again as #{resend.pk}")


def test_only_what_is_unknown_offers_it(admin_client: Client, unknown: SentPostback) -> None:
    assert "It arrived" in page(admin_client, unknown)

    SentPostback.objects.update(state=State.FAILED)

    assert "It arrived" not in page(admin_client, unknown)


def test_a_double_click_settles_once(admin_client: Client, unknown: SentPostback) -> None:
    fields = form(unknown)

    first, second = (admin_client.post(AGAIN, fields).headers["Location"] for _click in range(2))

    assert first == second
    assert SentPostback.objects.filter(kind=Kind.RESEND).count() == 1


def test_who_comes_second_settles_nothing(admin_client: Client, unknown: SentPostback) -> None:
    admin_client.post(ARRIVED, form(unknown))

    said = admin_client.post(AGAIN, form(unknown), follow=True).content.decode()

    assert "1 postback left out." in said
    assert SentPostback.objects.get().state == State.SENT


def test_a_second_wish_to_send_again_sends_nothing_more(admin_client: Client, unknown: SentPostback) -> None:
    for _person in range(2):
        admin_client.post(AGAIN, form(unknown))

    assert SentPostback.objects.filter(kind=Kind.RESEND).count() == 1


def test_what_was_sent_again_did_not_arrive(admin_client: Client, unknown: SentPostback) -> None:
    admin_client.post(AGAIN, form(unknown))

    said = admin_client.post(ARRIVED, form(unknown), follow=True).content.decode()

    assert "0 postbacks settled" in said
    assert "had been settled before" in said
    unknown.refresh_from_db()
    assert unknown.state == State.FAILED


@pytest.mark.parametrize("action", ["ask_arrived", "ask_send_again"])
def test_the_list_settles_those_that_were_chosen(
    admin_client: Client, unknown: SentPostback, saved: Saved, action: str
) -> None:
    saved(status="sale", tid="2")
    chosen = {
        "action": action,
        "index": "0",
        "_selected_action": list(SentPostback.objects.values_list("pk", flat=True)),
    }

    asked = admin_client.post(LOG, chosen)
    assert "1 of those you chose is left out" in asked.content.decode()
    admin_client.post(asked.context["url"], form(*asked.context["plan"].takes, wish=asked.context["wish"]))

    unknown.refresh_from_db()
    assert unknown.state == (State.SENT if action == "ask_arrived" else State.FAILED)
    assert unknown.error.startswith("settled by admin")


def test_the_question_remembers_what_was_unknown(admin_client: Client, unknown: SentPostback) -> None:
    said = admin_client.post(AGAIN, form(unknown, sure="")).content.decode()

    assert f'name="unsettled" value="{unknown.pk}"' in said


@pytest.mark.parametrize("url", [ARRIVED, AGAIN])
def test_it_needs_the_permission(client: Client, unknown: SentPostback, url: str) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)

    assert client.post(url, form(unknown)).status_code == 403
    assert "It arrived" not in page(client, unknown)
    assert SentPostback.objects.get().state == State.UNKNOWN


def test_a_link_settles_nothing(admin_client: Client, unknown: SentPostback) -> None:
    assert admin_client.get(ARRIVED, form(unknown)).headers["Location"] == LOG
    assert SentPostback.objects.get().state == State.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_settles(unknown: SentPostback) -> None:
    barrier, people = threading.Barrier(12), range(12)

    def settle(number: int) -> int:
        try:
            barrier.wait(timeout=60)
            if number % 2:
                return len(settle_arrived([unknown.pk], f"person {number}"))
            return len(settle_again([unknown.pk], f"person {number}", uuid.uuid4()))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        settled = list(pool.map(settle, people))

    assert sum(settled) == 1
    unknown.refresh_from_db()
    assert f"person {settled.index(1)} " in unknown.error
    assert SentPostback.objects.filter(kind=Kind.RESEND).count() == (1 if settled.index(1) % 2 == 0 else 0)
