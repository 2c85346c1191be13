"""The log can be pruned, and still nothing is sent twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from responses import RequestsMock

from campaigns.models import Conversion, ReceivedPostback
from delivery.models import Attempt, SentPostback, SpentKey, State
from postbacks.models import PostbackRule, Refusal

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db


def age(days: int) -> None:
    SentPostback.objects.update(created=timezone.now() - timedelta(days=days))


def test_what_is_pruned_is_not_sent_again(
    rule: PostbackRule, http: RequestsMock, saved: Saved, send: Send, capsys: pytest.CaptureFixture[str]
) -> None:
    http.get("http://receiver.test/p")
    conversion = saved(status="sale")
    send()
    age(days=100)

    call_command("prune", days=90)
    saved(conversion, status="rejected")
    saved(conversion, status="sale")
    send()

    assert len(http.calls) == 1
    assert not SentPostback.objects.exists()
    assert not Attempt.objects.exists()
    assert SpentKey.objects.count() == 1
    assert "1 rows deleted." in capsys.readouterr().out


def test_what_still_waits_is_never_pruned(rule: PostbackRule, saved: Saved) -> None:
    saved(status="sale")
    age(days=100)

    call_command("prune", days=90)

    assert SentPostback.objects.get().state == State.QUEUED


def test_young_lines_stay(rule: PostbackRule, http: RequestsMock, saved: Saved, send: Send) -> None:
    http.get("http://receiver.test/p")
    saved(status="sale")
    send()
    age(days=89)

    call_command("prune", days=90)

    assert SentPostback.objects.count() == 1


def test_old_received_postbacks_go(db: None) -> None:
    ReceivedPostback.objects.create(method="GET", created=timezone.now() - timedelta(days=91))
    ReceivedPostback.objects.create(method="GET")

    call_command("prune", days=90)

    assert ReceivedPostback.objects.count() == 1


def test_no_days_are_refused(db: None) -> None:
    with pytest.raises(CommandError, match="at least 1 is needed"):
        call_command("prune", days=0)


def test_old_refusals_go_and_young_ones_stay(rule: PostbackRule, saved: Saved) -> None:
    saved(status="rejected", tid="old")
    Refusal.objects.update(created=timezone.now() - timedelta(days=100))
    saved(status="rejected", tid="young")

    call_command("prune", days=90)

    assert Refusal.objects.get().conversion.tid == "young"
