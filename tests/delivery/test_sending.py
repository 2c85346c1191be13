"""A conversion is saved, and its postback arrives."""

from collections.abc import Callable

import pytest
from responses import RequestsMock

from campaigns.models import Conversion
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db


def test_a_lead_is_sent_and_logged(rule: PostbackRule, http: RequestsMock, saved: Saved, send: Send) -> None:
    http.get("http://receiver.test/p", body="OK")

    saved(status="lead", revenue="12.50")
    send()

    assert [call.request.url for call in http.calls] == ["http://receiver.test/p?c=ext+1&s=lead&r=12.5"]
    sent = SentPostback.objects.get()
    assert (sent.state, sent.code, sent.answer, sent.attempts) == (State.SENT, 200, "OK", 1)
    assert sent.tries.get().code == 200


def test_a_second_save_sends_nothing_new(rule: PostbackRule, http: RequestsMock, saved: Saved, send: Send) -> None:
    http.get("http://receiver.test/p")
    conversion = saved(status="lead")

    saved(conversion)
    send()

    assert len(http.calls) == 1
