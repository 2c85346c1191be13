"""The time line of a postback: what was asked, what each attempt came to, and what follows."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from responses import RequestsMock

from campaigns.models import Conversion
from delivery.models import Attempt, SentPostback, State
from postbacks.models import PostbackRule
from tests.delivery.test_admin_postback import page

Saved = Callable[..., Conversion]
Send = Callable[[], None]
Tried = Callable[..., Attempt]

pytestmark = pytest.mark.django_db

RECEIVER = "http://receiver.test/p"
PARTS = {"dns_us": 1_500, "connect_us": 20_000, "tls_us": 30_000, "wait_us": 250_000}


@pytest.fixture
def postback(rule: PostbackRule, saved: Saved) -> SentPostback:
    """One that waits."""
    saved(status="lead", tid="T-1")
    SentPostback.objects.update(url=f"{RECEIVER}?c=ext+1&key=K1LL")
    return SentPostback.objects.get()


@pytest.fixture
def tried(postback: SentPostback) -> Tried:
    """Adds an attempt, so many seconds after the postback was queued."""

    def attempt(after: float = 1, **fields: object) -> Attempt:
        number = postback.tries.count() + 1
        values = {"number": number, "started": postback.created + timedelta(seconds=after), "duration_ms": 302}
        return Attempt.objects.create(postback=postback, **values | fields)

    return attempt


def said(client: Client, postback: SentPostback) -> str:
    """The page, without its tags."""
    text = unescape(page(client, postback))
    return " ".join(text.split())


def test_each_part_of_an_attempt_is_told_in_words_and_drawn(
    admin_client: Client, postback: SentPostback, tried: Tried
) -> None:
    tried(**PARTS, code=200, answer="thank you")

    text = said(admin_client, postback)
    for words in ("DNS 1.5 ms", "connect 20.0 ms", "TLS 30.0 ms", "wait 250 ms", "read 0.50 ms"):
        assert f"<title>{words}</title>" in text
        assert f"</svg>{words}</li>" in text
    assert "302 ms" in text
    assert "thank you</pre>" in text


def test_a_kept_connection_is_called_so(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(dns_us=0, connect_us=0, tls_us=0, wait_us=1000, code=200)

    text = said(admin_client, postback)
    assert "kept connection" in text
    assert "connect 0" not in text


def test_an_attempt_that_never_connected_has_no_wait(
    admin_client: Client, postback: SentPostback, tried: Tried
) -> None:
    tried(dns_us=900, connect_us=300_000, error="no connection within 0.3 s")

    text = said(admin_client, postback)
    assert "connect 300 ms" in text
    assert "phase-wait" not in text
    assert "phase-read" not in text


def test_an_attempt_of_which_no_parts_are_known(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(code=200)

    text = said(admin_client, postback)
    assert "302 ms" in text
    assert 'class="split"' not in text


def test_the_waits_between_attempts_are_told(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(after=2, duration_ms=1000, error="HTTP 503", code=503, retry_after=90)
    tried(after=123, duration_ms=1000, error="no answer within 15 s")

    text = said(admin_client, postback)
    assert "2 s after it was queued" in text
    assert "Retry-After: the receiver asked us to stay away for 2 min." in text
    assert "then it waited 2 min" in text
    assert text.index("Attempt 1") < text.index("then it waited 2 min") < text.index("Attempt 2")


@pytest.mark.parametrize(
    ("state", "error", "verdict"),
    [
        (State.SENT, "", "Accepted"),
        (State.QUEUED, "HTTP 503", "To be tried again"),
        (State.FAILED, "HTTP 404", "Failed"),
        (State.UNKNOWN, "no answer within 15 s", "Not known"),
    ],
)
def test_the_last_attempt_says_what_it_came_to(
    admin_client: Client, postback: SentPostback, tried: Tried, state: State, error: str, verdict: str
) -> None:
    tried(error=error)
    SentPostback.objects.update(state=state)

    assert f">{verdict}</span>" in said(admin_client, postback)


def test_a_failure_before_the_last_was_to_be_tried_again(
    admin_client: Client, postback: SentPostback, tried: Tried
) -> None:
    tried(error="HTTP 503")
    tried(after=60, error="HTTP 404")
    SentPostback.objects.update(state=State.FAILED)

    text = said(admin_client, postback)
    assert text.index("To be tried again") < text.index(">Failed</span> <span")


def test_it_says_when_the_next_try_comes(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(error="HTTP 503")
    due = timezone.now() + timedelta(hours=2, minutes=30, seconds=10)
    SentPostback.objects.update(due_at=due)

    text = said(admin_client, postback)
    assert f'Next try in <time datetime="{due.isoformat()}"' in text
    assert "2 h 30 min</time>" in text


def test_a_next_try_that_is_due_waits_for_a_worker(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(error="HTTP 503")
    SentPostback.objects.update(due_at=timezone.now() - timedelta(seconds=3))

    assert "as soon as a worker takes it" in said(admin_client, postback)


def test_what_waits_for_another_says_for_which(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(error="HTTP 503")
    SentPostback.objects.update(due_at=None, waits_for=4711)

    assert '/admin/delivery/sentpostback/4711/change/">#4711</a>' in said(admin_client, postback)


def test_the_request_is_shown_as_it_went(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(code=200)

    text = said(admin_client, postback)
    assert f"{RECEIVER}?c=ext+1&key=K1LL" in text
    for name in ("User-Agent", "Accept-Encoding", "Idempotency-Key"):
        assert f"<code>{name}</code>" in text


def test_who_may_only_look_sees_no_secret_in_the_request(client: Client, postback: SentPostback, tried: Tried) -> None:
    tried(code=200)
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)

    text = said(client, postback)
    assert f"{RECEIVER}?c=ext+1&key=•••" in text
    assert "K1LL" not in text


def test_of_very_many_attempts_the_newest_are_shown(
    admin_client: Client, postback: SentPostback, tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.admin.timeline.ATTEMPTS", 2)
    for number in range(4):
        tried(after=number * 60, error="HTTP 503")

    text = said(admin_client, postback)
    assert "2 attempts before these are not shown." in text
    assert "Attempt 2" not in text
    assert "Attempt 4" in text


def test_what_a_receiver_says_is_escaped(admin_client: Client, postback: SentPostback, tried: Tried) -> None:
    hostile = "<script>alert(1)</script>"
    tried(answer=hostile, error=hostile)

    assert "<script>alert" not in page(admin_client, postback)


def test_a_real_attempt_of_the_wire_fills_the_time_line(
    admin_client: Client, rule: PostbackRule, saved: Saved, send: Send, http: RequestsMock
) -> None:
    http.get(RECEIVER, status=503, headers={"Retry-After": "7"})
    saved(status="lead")
    send()

    text = said(admin_client, SentPostback.objects.get())
    assert "the receiver asked us to stay away for 7 s" in text
    assert "Next try in" in text
