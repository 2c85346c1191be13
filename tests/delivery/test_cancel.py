"""Cancel: what waits ends; what flies is not called back, and that is said."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import Conversion
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
CANCEL = f"{LOG}cancel/"


@pytest.fixture
def queued(rule: PostbackRule, saved: Saved) -> SentPostback:
    """A postback that waits."""
    saved(status="lead")
    return SentPostback.objects.get()


def answer(client: Client, *rows: SentPostback) -> str:
    fields = {"postback": [row.pk for row in rows], "sure": "yes"}
    return client.post(CANCEL, fields, follow=True).content.decode()


def test_it_ends_what_waits_and_says_by_whom(admin_client: Client, queued: SentPostback) -> None:
    assert "1 postback cancelled." in answer(admin_client, queued)

    queued.refresh_from_db()
    assert (queued.state, queued.error, queued.due_at) == (State.CANCELLED, "by admin", None)
    assert queued.finished


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.SENDING, "1 postback being sent already: what flies is not called back."),
        (State.SENT, "1 postback had ended before."),
        (State.FAILED, "1 postback had ended before."),
        (State.CANCELLED, "1 postback had been cancelled before."),
    ],
)
def test_what_does_not_wait_any_more_is_told(
    admin_client: Client, queued: SentPostback, state: State, said: str
) -> None:
    SentPostback.objects.update(state=state)

    answered = answer(admin_client, queued)

    assert "0 postbacks cancelled." in answered
    assert said in answered
    assert SentPostback.objects.get().state == state


def test_a_second_click_says_that_it_was_done(admin_client: Client, queued: SentPostback) -> None:
    answer(admin_client, queued)

    assert "1 postback had been cancelled before." in answer(admin_client, queued)


def test_the_action_asks_with_the_number(admin_client: Client, queued: SentPostback, saved: Saved) -> None:
    saved(status="sale", tid="2")
    ids = list(SentPostback.objects.values_list("pk", flat=True))

    said = admin_client.post(LOG, {"action": "ask_cancel", "index": "0", "_selected_action": ids}).content.decode()

    assert "Cancel 2 postbacks to 1 receiver?" in said
    assert SentPostback.objects.waiting().count() == 2


def test_the_action_on_what_does_not_wait(admin_client: Client, queued: SentPostback) -> None:
    SentPostback.objects.update(state=State.SENT)
    fields = {"action": "ask_cancel", "index": "0", "_selected_action": [queued.pk]}

    assert "None of them waits any more." in admin_client.post(LOG, fields, follow=True).content.decode()


def test_some_wait_and_some_do_not(admin_client: Client, queued: SentPostback, saved: Saved) -> None:
    saved(status="sale", tid="2")
    SentPostback.objects.filter(status="sale").update(state=State.SENDING)

    answered = answer(admin_client, *SentPostback.objects.all())

    assert "1 postback cancelled." in answered
    assert "1 postback being sent already" in answered


def test_it_needs_the_permission(client: Client, queued: SentPostback) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)

    response: Any = client.post(CANCEL, {"postback": queued.pk, "sure": "yes"})

    assert response.status_code == 403
    assert SentPostback.objects.get().is_waiting
