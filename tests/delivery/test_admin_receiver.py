"""A person looks at a receiver, and steers it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delivery.flow.words import in_words
from delivery.models import Breaker, Override, Receiver
from delivery.models.receiver import UNTIL_RELEASED

pytestmark = pytest.mark.django_db

LIST = "/admin/delivery/receiver/"
OPEN = {"breaker": Breaker.OPEN, "why": "14 of 20 requests failed in 30 s, last: HTTP 503", "pace": 1 / 15, "trips": 1}


@pytest.fixture
def open_receiver(receiver: Receiver) -> Receiver:
    """A receiver whose breaker is open for another 25 seconds."""
    now = timezone.now()
    opened = now - timedelta(seconds=5)
    Receiver.objects.filter(pk=receiver.pk).change(**OPEN, opened=opened, hold_until=now + timedelta(seconds=25))
    receiver.refresh_from_db()
    return receiver


def page(client: Client, receiver: Receiver) -> str:
    return client.get(f"{LIST}{receiver.pk}/change/").content.decode()


def steer(client: Client, receiver: Receiver, act: str, **form: Any) -> str:
    """Press a button; what is said then."""
    response = client.post(f"{LIST}{receiver.pk}/steer/{act}/", {"sure": "yes", **form}, follow=True)
    assert response.status_code == 200
    receiver.refresh_from_db()
    return response.content.decode()


@pytest.mark.parametrize(
    ("fields", "seconds", "words"),
    [
        ({}, None, "Sends"),
        ({"rate": 10}, None, "Sends; at most 10 a second"),
        ({"pace": 50, "why": "HTTP 429: slowed down"}, None, "Slowed down to 50 a second (HTTP 429: slowed down)"),
        (
            {"why": "HTTP 429, it asked to wait 7 s", "pace": 5},
            7,
            "Paused: HTTP 429, it asked to wait 7 s; goes on in 7 s",
        ),
        ({}, 600, "Held for another 10 minutes"),
        ({"breaker": "resuming", "pace": 8}, None, "Answers again, resuming at 8 a second"),
        ({"override": "hold"}, 9, "Held by a person, until it is released"),
        ({"override": "closed"}, None, "Sends; its breaker is kept closed"),
    ],
)
def test_its_state_is_told_in_words(fields: dict[str, Any], seconds: int | None, words: str) -> None:
    now = timezone.now()
    hold_until = now + timedelta(seconds=seconds) if seconds else None

    assert in_words(Receiver(hold_until=hold_until, **fields), now) == words


@pytest.mark.parametrize(("left", "then"), [(25, "next probe in 25 s"), (-1, "the next postback is its probe")])
def test_an_open_breaker_says_since_when_and_why_and_what_comes_next(left: int, then: str) -> None:
    now = timezone.now()
    opened = now.replace(hour=12, minute=3, second=0)
    receiver = Receiver(**OPEN, opened=opened, hold_until=now + timedelta(seconds=left))

    since = f"Open since {now:%Y-%m-%d} 12:03:00 UTC"
    assert in_words(receiver, now) == f"{since}: 14 of 20 requests failed in 30 s, last: HTTP 503; {then}"


def test_the_list_shows_how_they_are(admin_client: Client, open_receiver: Receiver) -> None:
    said = admin_client.get(LIST).content.decode()

    assert '<span class="label label-bad">Open</span>' in said
    assert open_receiver.origin in said


def test_its_page_says_why_and_since_when_it_fails(admin_client: Client, open_receiver: Receiver) -> None:
    Receiver.objects.change(failing_since=timezone.now() - timedelta(hours=2))

    said = page(admin_client, open_receiver)

    assert "14 of 20 requests failed in 30 s, last: HTTP 503; next probe in 2" in said
    assert "2\xa0hours ago" in said


def test_it_can_be_closed_at_once(admin_client: Client, open_receiver: Receiver) -> None:
    assert "everything goes again" in steer(admin_client, open_receiver, "close")

    assert (open_receiver.breaker, open_receiver.hold_until, open_receiver.pace) == (Breaker.CLOSED, None, None)
    assert (open_receiver.trips, open_receiver.why, open_receiver.version) == (0, "", 2)
    assert Receiver.objects.open().exists()


def test_it_can_be_kept_closed(admin_client: Client, open_receiver: Receiver) -> None:
    steer(admin_client, open_receiver, "keep-closed")

    assert (open_receiver.breaker, open_receiver.override) == (Breaker.CLOSED, Override.CLOSED)


def test_it_can_be_held_and_released(admin_client: Client, receiver: Receiver) -> None:
    steer(admin_client, receiver, "hold")
    assert (receiver.override, receiver.hold_until) == (Override.HOLD, UNTIL_RELEASED)
    assert not Receiver.objects.open().exists()

    steer(admin_client, receiver, "release")
    assert (receiver.override, receiver.hold_until) == (Override.NONE, None)
    assert Receiver.objects.open().exists()


def test_a_release_of_an_open_breaker_is_a_probe(admin_client: Client, open_receiver: Receiver) -> None:
    steer(admin_client, open_receiver, "release")

    assert (open_receiver.breaker, open_receiver.hold_until) == (Breaker.OPEN, None)
    assert open_receiver.pace == pytest.approx(1 / 15)


def test_it_can_be_slowed_down(admin_client: Client, receiver: Receiver) -> None:
    assert "at most 2.5 a second" in steer(admin_client, receiver, "slow-down", rate="2.5")

    assert receiver.rate == 2.5


@pytest.mark.parametrize("rate", ["", "0", "-1", "soon", "nan", "inf", "0.0001"])
def test_a_rate_that_is_none_changes_nothing(admin_client: Client, receiver: Receiver, rate: str) -> None:
    assert "nothing was changed" in steer(admin_client, receiver, "slow-down", rate=rate)

    assert (receiver.rate, LogEntry.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("act", "noted"), [("close", "closed"), ("keep-closed", "stays"), ("hold", "Held"), ("release", "Released")]
)
def test_what_a_person_did_is_in_the_history(admin_client: Client, receiver: Receiver, act: str, noted: str) -> None:
    steer(admin_client, receiver, act)

    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("admin", str(receiver.pk))
    assert noted in entry.get_change_message()


def test_only_what_makes_sense_is_offered(admin_client: Client, receiver: Receiver) -> None:
    said = page(admin_client, receiver)
    assert ("Close now" in said, "Release" in said, "Hold</button>" in said) == (False, False, True)

    receiver.hold()
    said = page(admin_client, receiver)
    assert ("Close now" in said, "Release" in said, "Hold</button>" in said) == (True, True, False)


def test_saving_the_page_leaves_alone_what_the_workers_wrote_meanwhile(
    admin_client: Client, open_receiver: Receiver
) -> None:
    form = {"places": "30", "max_places": "90", "rate": "5"}

    admin_client.post(f"{LIST}{open_receiver.pk}/change/", form)

    open_receiver.refresh_from_db()
    assert (open_receiver.places, open_receiver.max_places, open_receiver.rate) == (30, 90, 5)
    assert (open_receiver.breaker, open_receiver.trips, open_receiver.version) == (Breaker.OPEN, 1, 2)


@pytest.mark.parametrize(("field", "value"), [("places", "0"), ("max_places", "0"), ("rate", "0"), ("rate", "-2")])
def test_what_would_stop_it_for_ever_is_refused(
    admin_client: Client, receiver: Receiver, field: str, value: str
) -> None:
    form = {"places": "20", "max_places": "100", "rate": "", field: value}

    said = admin_client.post(f"{LIST}{receiver.pk}/change/", form).content.decode()

    assert "greater than or equal to" in said


def test_who_may_only_look_has_no_buttons(client: Client, receiver: Receiver) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_receiver"))
    client.force_login(looker)

    assert "Keep closed" not in page(client, receiver)
    assert client.post(f"{LIST}{receiver.pk}/steer/hold/").status_code == 403
    receiver.refresh_from_db()
    assert receiver.override == Override.NONE


@pytest.mark.parametrize(("address", "status"), [("1234567/steer/hold/", 404), ("{}/steer/explode/", 404)])
def test_a_wrong_address_is_not_found(admin_client: Client, receiver: Receiver, address: str, status: int) -> None:
    assert admin_client.post(LIST + address.format(receiver.pk)).status_code == status


def test_before_nothing_goes_any_more_it_is_asked(admin_client: Client, receiver: Receiver, queued: Any) -> None:
    queued(3)

    asked = steer(admin_client, receiver, "hold", sure="")

    assert f"Nothing goes to <strong>{receiver}</strong> until it is released" in asked
    assert "Waiting now: 3." in asked
    assert receiver.override == Override.NONE


def test_it_can_be_steered_from_the_list(admin_client: Client, open_receiver: Receiver) -> None:
    said = admin_client.get(LIST).content.decode()
    assert f'formaction="{LIST}{open_receiver.pk}/steer/close/"' in said

    response = admin_client.post(f"{LIST}{open_receiver.pk}/steer/close/", {"back": f"{LIST}?breaker=open"})

    assert response.headers["Location"] == f"{LIST}?breaker=open"
    open_receiver.refresh_from_db()
    assert open_receiver.breaker == Breaker.CLOSED


def test_nobody_is_led_elsewhere(admin_client: Client, receiver: Receiver) -> None:
    response = admin_client.post(f"{LIST}{receiver.pk}/steer/release/", {"back": "https://elsewhere.test/"})

    assert response.headers["Location"] == f"{LIST}{receiver.pk}/change/"


def test_who_may_only_look_has_no_buttons_in_the_list(client: Client, receiver: Receiver) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_receiver"))
    client.force_login(looker)

    said = client.get(LIST).content.decode()

    assert receiver.origin in said
    assert "formaction" not in said


@pytest.mark.parametrize(("waiting", "told"), [(0, ">–<"), (2, ">2</a>"), (1001, ">1,000+</a>")])
def test_the_list_tells_how_many_wait_but_counts_no_million(
    admin_client: Client, receiver: Receiver, queued: Any, waiting: int, told: str
) -> None:
    queued(waiting)

    assert told in admin_client.get(LIST).content.decode()


def test_its_page_tells_since_when_it_is_open_and_when_it_is_probed(
    admin_client: Client, open_receiver: Receiver
) -> None:
    said = page(admin_client, open_receiver)

    assert open_receiver.hold_until
    assert f"{open_receiver.hold_until:%Y-%m-%d %H:%M:%S}" in said
    assert "5 s ago" in said or "6 s ago" in said


def test_its_page_tells_who_did_what(admin_client: Client, receiver: Receiver) -> None:
    steer(admin_client, receiver, "hold")

    said = page(admin_client, receiver)

    assert "Who did what" in said
    assert "Held: nothing goes to it until it is released." in said


def test_a_link_does_nothing(admin_client: Client, receiver: Receiver) -> None:
    assert admin_client.get(f"{LIST}{receiver.pk}/steer/hold/").status_code == 405


def test_more_receivers_take_no_more_statements(
    admin_client: Client, receiver: Receiver, queued: Any, django_assert_max_num_queries: Any
) -> None:
    queued(2)
    admin_client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(LIST)
    for number in range(9):
        queued(number + 1, receiver=Receiver.objects.create(origin=f"http://receiver{number}.test:80"))
    with django_assert_max_num_queries(len(few)):
        assert "receiver8.test" in admin_client.get(LIST).content.decode()
