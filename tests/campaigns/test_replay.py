"""Replay: what a network said is judged once more, as it would be judged now."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Verdict
from campaigns.replaying import parameters, replay
from delivery.models import SentPostback
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

LOG = "/admin/campaigns/receivedpostback/"
REPLAY = f"{LOG}replay/"
Told = Callable[..., ReceivedPostback]


@pytest.fixture
def told(client: Client, postback_url: str, click: Click) -> Told:
    """What a network's GET leaves in the log."""

    def tell(**query: str) -> ReceivedPostback:
        client.get(postback_url, {"subid": click.subid, "status": "approved", "tid": "T-1"} | query)
        return ReceivedPostback.objects.latest("pk")

    return tell


def mend(campaign: Campaign) -> None:
    """The word that nobody knew is known from now on."""
    campaign.status_words = {"sale": ["approved"]}
    campaign.save()


def asked(admin_client: Client, *rows: ReceivedPostback, **form: str) -> Any:
    return admin_client.post(REPLAY, {"received": [row.pk for row in rows], **form}, follow=True)


def test_what_was_ignored_makes_a_conversion_once_its_word_is_known(
    admin_client: Client, told: Told, campaign: Campaign, rule: PostbackRule
) -> None:
    old = told()
    assert old.verdict == Verdict.IGNORED
    mend(campaign)

    page = asked(admin_client, old, sure="yes").content.decode()

    new = ReceivedPostback.objects.latest("pk")
    assert (new.replay_of, new.verdict, new.query) == (old, Verdict.CREATED, old.query)
    assert Conversion.objects.get().status == "sale"
    assert SentPostback.objects.get().status == "sale"
    assert "1 replayed: 1 created." in page


def test_the_old_row_stays_as_it_was_and_names_the_new_one(
    admin_client: Client, told: Told, campaign: Campaign
) -> None:
    old = told()
    mend(campaign)
    (new,) = replay([old])

    old.refresh_from_db()
    assert old.verdict == Verdict.IGNORED
    link = '{} <a href="' + LOG + '{}/change/">#{}</a>'
    assert link.format("replayed as", new.pk, new.pk) in admin_client.get(f"{LOG}{old.pk}/change/").content.decode()
    assert link.format("a replay of", old.pk, old.pk) in admin_client.get(f"{LOG}{new.pk}/change/").content.decode()


def test_a_second_replay_makes_nothing_new(admin_client: Client, told: Told, campaign: Campaign) -> None:
    old = told()
    mend(campaign)
    replay([old])

    page = asked(admin_client, old, sure="yes").content.decode()

    assert "1 replayed: 1 nothing new." in page
    assert Conversion.objects.count() == 1


def test_what_was_taken_already_is_replayed_only_when_sure(admin_client: Client, told: Told) -> None:
    old = told(status="sale")

    page = asked(admin_client, old).content.decode()

    assert "Replay 1 received postback?" in page
    assert ReceivedPostback.objects.count() == 1


def test_a_selection_is_confirmed_with_its_number(admin_client: Client, told: Told, campaign: Campaign) -> None:
    rows = [told(tid=f"T-{number}") for number in range(3)]
    mend(campaign)
    ticked = {"action": "ask_replay", "_selected_action": [row.pk for row in rows]}

    assert "Replay 3 received postbacks" in admin_client.post(LOG, ticked, follow=True).content.decode()
    assert Conversion.objects.count() == 0

    assert "3 replayed: 3 created." in asked(admin_client, *rows, sure="yes").content.decode()
    assert Conversion.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("subid={subid}&status=sale&tid=%C3%BC", "application/x-www-form-urlencoded"),
        ('{{"subid": "{subid}", "status": "sale", "payout": 12.50, "tid": "ü"}}', "application/json"),
    ],
)
def test_a_body_is_read_as_when_it_came(
    client: Client, postback_url: str, click: Click, body: str, content_type: str
) -> None:
    client.generic("POST", postback_url, body.format(subid=click.subid), content_type=content_type)
    old = ReceivedPostback.objects.get()

    (new,) = replay([old])
    assert (new.verdict, new.subid, new.tid) == (Verdict.REPEATED, click.subid, "ü")


def test_a_form_with_files_is_read_as_when_it_came(client: Client, postback_url: str, click: Click) -> None:
    client.post(postback_url, {"subid": click.subid, "status": "sale"})
    old = ReceivedPostback.objects.get()
    assert old.content_type == "multipart/form-data"

    (new,) = replay([old])
    assert new.verdict == Verdict.REPEATED


def test_what_came_by_the_api_is_read_as_json(click: Click) -> None:
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": 1e2, "tid": null}}'
    old = ReceivedPostback.objects.create(method="API", query="status=lead", body=body)

    replay([old])
    conversion = Conversion.objects.get()
    assert (conversion.status, conversion.revenue, conversion.tid) == ("sale", Decimal(100), "")


@pytest.mark.parametrize(
    "kept",
    [
        {"body": "x" * 65_536},
        {"code": 413, "reason": "The body is longer than 9 bytes."},
        {"reason": "The body broke off. Postback refused."},
        {"method": "API", "body": "[1"},
    ],
)
def test_what_was_not_kept_whole_cannot_be_replayed(admin_client: Client, kept: dict[str, Any]) -> None:
    old = ReceivedPostback.objects.create(**{"method": "POST", "query": "subid=s"} | kept)

    assert parameters(old) is None
    assert ">Replay</button>" not in admin_client.get(f"{LOG}{old.pk}/change/").content.decode()
    asked(admin_client, old, sure="yes")
    assert ReceivedPostback.objects.count() == 1


def test_who_may_not_change_conversions_replays_nothing(client: Client, told: Told) -> None:
    old = told()
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_receivedpostback", "change_conversion"]))
    client.force_login(user)

    assert client.post(REPLAY, {"received": [old.pk], "sure": "yes"}).status_code == 403
    assert ">Replay</button>" not in client.get(f"{LOG}{old.pk}/change/").content.decode()
    assert ReceivedPostback.objects.count() == 1


def test_an_address_alone_replays_nothing(admin_client: Client, told: Told) -> None:
    old = told()

    assert admin_client.get(f"{REPLAY}?received={old.pk}&sure=yes").status_code == 405
    assert ReceivedPostback.objects.count() == 1


@pytest.mark.parametrize("ids", [[], ["x"], ["99999999"], ["9" * 40]])
def test_rows_that_are_not_there_are_no_error(admin_client: Client, ids: list[str]) -> None:
    assert admin_client.post(REPLAY, {"received": ids, "sure": "yes"}, follow=True).status_code == 200
