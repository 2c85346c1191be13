"""From an empty installation to the first postback, by four small forms."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.admin.slots import Link, slots
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Source
from delivery.demo.history import load
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

PAGE = "/admin/first-steps/"
SOURCE = {"name": "MGID", "token": "{click_id}", "url": "http://receiver.test/p?c={external_id}&s={status}"}


def done(client: Client, page: str = PAGE) -> list[bool]:
    return [card["step"].is_done for card in client.get(page).context["cards"]]


def current(client: Client) -> str:
    [step] = [card["step"].place for card in client.get(PAGE).context["cards"] if card["step"].is_current]
    return str(step)


def take(client: Client, place: str, form: dict[str, str] | None = None) -> str:
    response = client.post(f"{PAGE}{place}/", form or {}, follow=True)
    return str(response.content.decode())


@pytest.fixture
def walked(admin_client, http):
    """The first three steps."""
    http.get("http://receiver.test/p", body="OK")
    take(admin_client, "source", SOURCE)
    take(admin_client, "campaign", {"name": "Shoes", "source": str(Source.objects.get().pk)})
    take(admin_client, "link")


def test_an_empty_installation_begins_with_the_source(admin_client):
    assert done(admin_client, "/admin/") == [False] * 4
    assert current(admin_client) == "source"


def test_a_source_comes_with_its_click_id_and_its_postback(admin_client):
    said = take(admin_client, "source", SOURCE)

    source, rule = Source.objects.get(), PostbackRule.objects.get()
    assert source.parameters == [{"parameter": "external_id", "name": "external_id", "token": "{click_id}"}]
    assert (rule.source, rule.name, rule.statuses, rule.method) == (source, "MGID", ["lead", "sale"], "GET")
    assert "The source “MGID” was added." in said
    assert current(admin_client) == "campaign"


def test_a_source_can_do_without_a_postback_yet(admin_client):
    take(admin_client, "source", SOURCE | {"url": ""})

    assert Source.objects.exists()
    assert not PostbackRule.objects.exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"url": "http://receiver.test/?c={externl_id}"}, "did you mean {external_id}"),
        ({"url": "receiver.test/p"}, "The URL has no scheme"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_cannot_work_is_said_at_its_field_and_nothing_is_added(admin_client, form, said):
    response = admin_client.post(f"{PAGE}source/", SOURCE | form)

    assert said in response.content.decode()
    assert not Source.objects.exists()
    assert not PostbackRule.objects.exists()


def test_a_doubt_is_told_and_stops_nothing(admin_client):
    said = take(admin_client, "source", SOURCE | {"url": "http://receiver.test/?c={external_id}&e=EVENT"})

    assert "EVENT" in said
    assert PostbackRule.objects.exists()


def test_a_campaign_takes_the_source_s_parameters(admin_client):
    take(admin_client, "source", SOURCE)

    take(admin_client, "campaign", {"name": "Shoes", "source": str(Source.objects.get().pk)})

    campaign = Campaign.objects.get()
    assert campaign.parameters == Source.objects.get().parameters
    assert f"/c/{campaign.alias}?external_id={{click_id}}" in admin_client.get(PAGE).content.decode()
    assert current(admin_client) == "link"


def test_one_can_click_oneself(admin_client, walked):
    assert Click.objects.get().external_id == "test-external-id"
    assert current(admin_client) == "conversion"


def test_the_link_to_open_has_a_value_for_the_token(admin_client, client, walked):
    link = admin_client.get(PAGE).context["progress"].test_link

    subid = client.get(link.partition("8000")[2] or link).content.decode()

    assert Click.objects.get(subid=subid).external_id == "test-external-id"


def test_without_a_campaign_there_is_nothing_to_click(admin_client):
    assert "Add a campaign first" in take(admin_client, "link")
    assert not Click.objects.exists()


def test_without_a_click_nothing_converts(admin_client):
    assert "no click yet" in take(admin_client, "conversion", {"status": "sale"})
    assert not ReceivedPostback.objects.exists()


def test_a_conversion_comes_in_by_the_door_of_networks(admin_client, walked):
    said = take(admin_client, "conversion", {"status": "sale", "payout": "12,50"})

    received = ReceivedPostback.objects.get()
    assert (received.verdict, received.conversion) == ("created", Conversion.objects.get())
    assert str(Conversion.objects.get().revenue) == "12.5000"
    assert "Conversion created: sale." in said


def test_a_wrong_payout_is_refused_in_the_words_of_the_door(admin_client, walked):
    assert "Postback refused" in take(admin_client, "conversion", {"status": "sale", "payout": "much"})


def test_the_first_postback_is_seen_arriving(admin_client, walked, send):
    take(admin_client, "conversion", {"status": "sale", "payout": "1"})
    before = admin_client.get(f"{PAGE}arrival/").content.decode()

    send()

    after = admin_client.get(f"{PAGE}arrival/").content.decode()
    assert "Queued" in before
    assert "data-finished" not in before
    postback = SentPostback.objects.get()
    assert f"HTTP 200 in {postback.duration_ms} ms" in after
    assert "Your first postback has arrived" in after
    assert "data-finished" in after
    assert f"/admin/explain/{postback.subid}/" in after


def test_one_that_nobody_wants_says_so(admin_client, http):
    take(admin_client, "source", SOURCE | {"url": ""})
    take(admin_client, "campaign", {"name": "Shoes", "source": str(Source.objects.get().pk)})
    take(admin_client, "link")

    take(admin_client, "conversion", {"status": "sale"})

    assert "No rule wants this conversion" in admin_client.get(f"{PAGE}arrival/").content.decode()


def test_after_the_first_postback_the_overview_is_another(admin_client, walked, send):
    take(admin_client, "conversion", {"status": "sale"})
    assert "cards" in admin_client.get("/admin/").context
    send()

    assert "cards" not in admin_client.get("/admin/").context
    assert done(admin_client) == [True] * 4


def test_demo_data_is_not_a_step(admin_client):
    load()

    assert done(admin_client) == [False] * 4


@pytest.fixture
def catalogue():
    """A floor above offers a source."""

    def offer(_request):
        return [Link("PropellerAds", "/ready/")]

    slots.ready_sources.append(offer)
    yield
    slots.ready_sources.remove(offer)


def test_ready_made_sources_can_be_offered(admin_client, catalogue):
    assert '<a class="button" href="/ready/">PropellerAds</a>' in admin_client.get(PAGE).content.decode()


def test_who_may_only_look_takes_no_step(client):
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(looker)

    said = client.get(PAGE).content.decode()

    assert "You may not add sources" in said
    assert client.post(f"{PAGE}source/", SOURCE).status_code == 403
    assert not Source.objects.exists()


def test_who_may_not_see_postbacks_has_the_menu(client):
    client.force_login(User.objects.create_user("other", is_staff=True))

    assert client.get(PAGE).status_code == 403
    assert "Incoming postback URL" in client.get("/admin/").content.decode()


def test_no_two_fields_have_the_same_id(admin_client, walked):
    ids = re.findall(r'\sid="([^"]+)"', admin_client.get(PAGE).content.decode())

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "place", "status"), [("get", "source", 405), ("post", "somewhere", 404)])
def test_a_wrong_address_does_nothing(admin_client, method, place, status):
    assert getattr(admin_client, method)(f"{PAGE}{place}/").status_code == status


def test_a_postback_that_failed_says_why(admin_client, walked, http, send):
    http.replace("GET", "http://receiver.test/p", status=403)
    take(admin_client, "conversion", {"status": "sale"})

    send()

    said = admin_client.get(f"{PAGE}arrival/").content.decode()
    assert SentPostback.objects.get().state == State.FAILED
    assert "HTTP 403" in said
    assert "arrived." not in said
