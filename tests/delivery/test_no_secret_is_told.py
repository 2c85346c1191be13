"""No secret of a URL is told to who only looks, nor to a log: not when it is collected, sent, refused or given up."""

import logging
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from campaigns.models import Click, Conversion
from delivery.models import Attempt, Receiver, SentPostback
from delivery.sweeping import sweep
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

CANARY = "canary1234567890secret"
URL = f"http://127.0.0.1:9/p/{CANARY}?token={CANARY}&c={{external_id}}&key={CANARY}"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was logged since the start of the test."""
    caplog.set_level(logging.DEBUG)

    def everything() -> str:
        records = [
            record for record in caplog.records if not record.name.startswith("django.db")
        ]  # statements hold rows
        return "\n".join(str(vars(record)) + caplog.handler.format(record) for record in records)

    return everything


@pytest.fixture
def failed(rule: PostbackRule, saved: Saved, send: Send, told: Callable[[], str]) -> SentPostback:
    """A postback whose receiver refused the connection."""
    rule.url = URL
    rule.save()
    saved(status="lead", tid="T-1")
    send()
    return SentPostback.objects.get()


@pytest.fixture
def onlooker() -> User:
    """May see everything and change nothing."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


def test_neither_the_log_nor_the_record_tells_it(failed: SentPostback, told: Callable[[], str]) -> None:
    sweep()

    assert CANARY in failed.url  # it was meant to go out
    assert failed.attempts == 1
    assert CANARY not in told()
    assert CANARY not in failed.error + failed.answer + failed.notes
    assert CANARY not in "".join(attempt.error + attempt.answer for attempt in Attempt.objects.all())


def test_an_alert_does_not_tell_it(
    failed: SentPostback, told: Callable[[], str], mailoutbox: list, settings: object
) -> None:
    Receiver.objects.update(failing_since="2020-01-01T00:00:00Z")
    settings.ADMINS = [("A", "a@a.test")]  # type: ignore[attr-defined]
    sweep()

    assert Receiver.objects.get(origin__contains="127.0.0.1").alerted == 100
    assert CANARY not in told() + "".join(mail.subject + str(mail.body) for mail in mailoutbox)


def test_the_explanation_does_not_tell_it(failed: SentPostback, click: Click) -> None:
    out = StringIO()
    call_command("explain", click.subid, stdout=out)

    assert "to MGID" in out.getvalue()
    assert CANARY not in out.getvalue()


def test_no_page_tells_it_to_who_only_looks(client: Client, onlooker: User, failed: SentPostback, click: Click) -> None:
    client.force_login(onlooker)
    pages = [
        "/admin/",
        "/admin/delivery/sentpostback/",
        f"/admin/delivery/sentpostback/{failed.pk}/change/",
        "/admin/delivery/receiver/",
        f"/admin/delivery/receiver/{failed.receiver_id}/change/",
        f"/admin/campaigns/campaign/{failed.campaign_id}/change/",
        f"/admin/campaigns/conversion/{failed.conversion_id}/change/",
        reverse("explain", args=[click.subid]),
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert CANARY not in response.content.decode(), page


def test_the_api_does_not_tell_it_to_who_only_looks(onlooker: User, failed: SentPostback) -> None:
    api = APIClient()
    api.force_authenticate(onlooker)
    for page in ("/api/v1/sent-postbacks/", f"/api/v1/sent-postbacks/{failed.pk}/"):
        response = api.get(page)
        assert response.status_code == 200, page
        assert CANARY not in response.content.decode(), page
