"""Send again: from the row's page, and from the list."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from responses import RequestsMock

from campaigns.models import Conversion
from delivery.models import Kind, SentPostback, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
AGAIN = f"{LOG}send-again/"
RECEIVER = "http://receiver.test/p"


@pytest.fixture
def failed(rule: PostbackRule, saved: Saved, send: Send, http: RequestsMock) -> SentPostback:
    """A postback that the receiver refused."""
    http.get(RECEIVER, status=400)
    saved(status="lead")
    send()
    return SentPostback.objects.get()


def form(*rows: SentPostback, **fields: Any) -> dict[str, Any]:
    return {"postback": [row.pk for row in rows], "sure": "yes", "wish": str(uuid.uuid4()), **fields}


def resends() -> list[SentPostback]:
    return list(SentPostback.objects.filter(kind=Kind.RESEND).order_by("pk"))


def test_the_button_queues_a_new_row_and_leads_there(admin_client: Client, failed: SentPostback) -> None:
    response = admin_client.post(AGAIN, form(failed))

    (resend,) = resends()
    assert (resend.resend_of, resend.state, resend.url) == (failed, State.QUEUED, failed.url)
    assert response.headers["Location"] == f"{LOG}{resend.pk}/change/"


def test_it_is_sent_with_a_key_of_its_own(
    admin_client: Client, failed: SentPostback, send: Send, http: RequestsMock
) -> None:
    http.replace("GET", RECEIVER, body="OK")
    admin_client.post(AGAIN, form(failed))

    send()

    first, second = [call.request for call in http.calls]
    assert first.url == second.url
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
    assert resends()[0].state == State.SENT


def test_a_double_click_sends_once(admin_client: Client, failed: SentPostback) -> None:
    fields = form(failed)

    first = admin_client.post(AGAIN, fields)
    second = admin_client.post(AGAIN, fields)

    assert len(resends()) == 1
    assert first.headers["Location"] == second.headers["Location"]
    assert LogEntry.objects.count() == 1


def test_a_new_wish_sends_once_more(admin_client: Client, failed: SentPostback) -> None:
    admin_client.post(AGAIN, form(failed))
    admin_client.post(AGAIN, form(failed))

    assert len(resends()) == 2


def test_the_worker_is_told_after_the_commit(
    admin_client: Client, failed: SentPostback, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        admin_client.post(AGAIN, form(failed))

    assert [callback.__name__ for callback in callbacks] == ["ring"]


def test_what_is_not_finished_is_not_sent_again(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    saved(status="lead")

    response = admin_client.post(AGAIN, form(SentPostback.objects.get()), follow=True)

    assert resends() == []
    assert "None of them is finished" in response.content.decode()


def test_what_has_no_receiver_is_not_sent_again(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    PostbackRule.objects.update(url="nowhere")
    saved(status="lead")

    admin_client.post(AGAIN, form(SentPostback.objects.get()))

    assert resends() == []


def test_what_never_went_out_is_rendered_anew(failed: SentPostback) -> None:
    failed.duration_ms, failed.url = None, "http://receiver.test/half"

    (resend,) = SentPostback.objects.send_again([failed])

    assert (resend.url, resend.url_template) == ("", failed.url_template)


def test_one_that_was_received_is_asked_about_first(admin_client: Client, failed: SentPostback) -> None:
    SentPostback.objects.update(state=State.SENT)
    assert 'name="sure"' not in admin_client.get(f"{LOG}{failed.pk}/change/").content.decode()

    said = admin_client.post(AGAIN, form(failed, sure="")).content.decode()

    assert "Send again 1 postback to 1 receiver?" in said
    assert "1 of them was received already: its receiver may count it twice." in said
    assert resends() == []


def test_the_action_asks_with_the_number(admin_client: Client, failed: SentPostback, saved: Saved) -> None:
    saved(status="sale", tid="2")
    fields = {
        "action": "ask_send_again",
        "index": "0",
        "_selected_action": [row.pk for row in SentPostback.objects.all()],
    }

    said = admin_client.post(LOG, fields).content.decode()

    assert "Send again 1 postback to 1 receiver?" in said
    assert "1 of those you chose is left out: it is not finished, is a test, or has no receiver." in said
    assert resends() == []


def test_the_confirmed_action_sends_each_once(admin_client: Client, failed: SentPostback, saved: Saved) -> None:
    saved(status="sale", tid="2")
    SentPostback.objects.update(state=State.FAILED)
    rows = SentPostback.objects.order_by("pk")
    chosen = {"action": "ask_send_again", "index": "0", "_selected_action": [row.pk for row in rows]}
    wish = admin_client.post(LOG, chosen).context["wish"]

    for _click in range(2):
        response = admin_client.post(AGAIN, form(*rows, wish=wish), follow=True)

    assert [row.resend_of for row in resends()] == list(rows)[:2]
    assert "2 postbacks queued again." in response.content.decode()


def test_all_pages_at_once_are_never_meant(admin_client: Client, failed: SentPostback, saved: Saved) -> None:
    saved(status="sale", tid="2")
    SentPostback.objects.update(state=State.FAILED)
    chosen = {"action": "ask_send_again", "index": "0", "select_across": "1", "_selected_action": [failed.pk]}

    assert "Send again 1 postback to 1 receiver?" in admin_client.post(LOG, chosen).content.decode()


def test_who_did_it_stands_in_the_history(admin_client: Client, admin_user: User, failed: SentPostback) -> None:
    admin_client.post(AGAIN, form(failed))

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.get_change_message()) == (admin_user, str(failed.pk), "Sent again.")


def test_it_needs_the_permission(client: Client, failed: SentPostback) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)

    assert client.post(AGAIN, form(failed)).status_code == 403
    assert resends() == []


def test_it_needs_the_token_of_a_form(failed: SentPostback, admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    assert client.post(AGAIN, form(failed)).status_code == 403


def test_a_link_does_nothing(admin_client: Client, failed: SentPostback) -> None:
    assert admin_client.get(AGAIN, form(failed)).headers["Location"] == LOG
    assert resends() == []


@pytest.mark.parametrize("fields", [{}, {"postback": "x"}, {"postback": "9" * 30}, {"postback": "77"}, {"wish": "x"}])
def test_a_strange_form_is_no_error(admin_client: Client, db: None, fields: dict[str, str]) -> None:
    assert admin_client.post(AGAIN, {"sure": "yes", **fields}).status_code == 302
