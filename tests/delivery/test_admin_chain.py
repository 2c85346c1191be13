"""The whole way on one page: from the click to what each rule said, and to the attempts."""

from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Click, Conversion, ReceivedPostback
from delivery.models import Kind, SentPostback
from postbacks.models import PostbackRule
from tests.delivery.test_admin_postback import page

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_rule(rule: PostbackRule) -> PostbackRule:
    """One of the source, that wants rejected conversions alone."""
    return PostbackRule.objects.create(
        source=rule.campaign.source,  # type: ignore[union-attr]
        name="to CRM",
        url="http://crm.test/p?s={status}",
        statuses=["rejected"],
    )


@pytest.fixture
def told(client: Client, click: Click, rule: PostbackRule, other_rule: PostbackRule, postback_url: str) -> SentPostback:
    """The postback of a sale that a network reported after its lead."""
    for status in ("lead", "sale"):
        client.get(postback_url, {"subid": click.subid, "status": status, "payout": "12.5", "tid": "T-1"})
    return SentPostback.objects.get(status="sale")


def way(text: str) -> str:
    """The block of the page that tells it."""
    return " ".join(unescape(text).partition('class="card way"')[2].split())


def test_each_step_is_told_in_its_order(admin_client: Client, told: SentPostback, click: Click) -> None:
    text = way(page(admin_client, told))

    steps = [
        ">Click</a>",
        "ext 1",
        "Received postbacks",
        "Conversion created: lead",
        "Conversion updated: lead to sale",
    ]
    steps += [">Conversion</a>", "this postback tells it", "What the rules said", "This postback"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "12.5" in text


def test_the_steps_lead_to_their_pages(admin_client: Client, told: SentPostback, click: Click) -> None:
    text = way(page(admin_client, told))

    pages = {"click": click.pk, "conversion": told.conversion_id, "campaign": told.campaign_id}
    for model, pk in pages.items():
        assert reverse(f"admin:campaigns_{model}_change", args=[pk]) in text
    for row in ReceivedPostback.objects.all():
        assert reverse("admin:campaigns_receivedpostback_change", args=[row.pk]) in text
    assert 'href="#attempts"' in text


def test_each_rule_says_yes_or_why_not(admin_client: Client, told: SentPostback) -> None:
    decided = way(page(admin_client, told)).partition("What the rules said")[2]

    assert "to MGID" in decided
    assert "(this one)" in decided
    assert "to CRM</a> Status not ticked" in decided
    assert "The rule does not tick “sale”." in decided
    assert "“lead”" not in decided


def test_the_change_that_the_postback_tells_is_marked(admin_client: Client, told: SentPostback) -> None:
    lead = SentPostback.objects.get(status="lead")

    assert 'class="told-here">#2 <strong>sale' in way(page(admin_client, told))
    assert 'class="told-here">#1 <strong>lead' in way(page(admin_client, lead))


def test_a_conversion_tells_the_decisions_on_all_its_changes(admin_client: Client, told: SentPostback) -> None:
    url = reverse("admin:campaigns_conversion_change", args=[told.conversion_id])
    text = way(admin_client.get(url).content.decode())

    assert "#1 lead</h4>" in text
    assert "#2 sale</h4>" in text
    for postback in SentPostback.objects.all():
        assert reverse("admin:delivery_sentpostback_change", args=[postback.pk]) in text


def test_who_may_not_see_postbacks_sees_a_conversion_without_them(client: Client, told: SentPostback) -> None:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_conversion"))
    client.force_login(user)
    url = reverse("admin:campaigns_conversion_change", args=[told.conversion_id])

    assert 'class="card way"' not in client.get(url).content.decode()


def test_a_conversion_that_no_network_told_of(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    saved(status="lead")

    assert "None: it came by the API, by an import or by hand." in way(page(admin_client, SentPostback.objects.get()))


def test_a_test_has_no_way(admin_client: Client, told: SentPostback) -> None:
    SentPostback.objects.filter(pk=told.pk).update(kind=Kind.TEST, conversion=None, change=None)

    assert 'class="card way"' not in page(admin_client, told)


def test_of_many_changes_the_newest_are_told(
    admin_client: Client, rule: PostbackRule, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.admin.chain.AT_MOST", 2)
    conversion = saved(status="lead")
    first = SentPostback.objects.get()
    for status in ("sale", "rejected", "rebill"):
        saved(conversion, status=status)

    text = way(page(admin_client, first))
    assert "#4 <strong>rebill" in text
    assert "<strong>lead" not in text
    assert "Its change is not among the newest" in text


def test_more_changes_need_no_more_statements(admin_client: Client, told: SentPostback, saved: Saved) -> None:
    page(admin_client, told)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(admin_client, told)
    conversion = Conversion.objects.get()
    for status in ("rejected", "rebill", "sale"):
        saved(conversion, status=status)

    with CaptureQueriesContext(connection) as many:
        page(admin_client, told)
    assert len(many) == len(few) < 30


def test_what_a_network_says_is_escaped(admin_client: Client, told: SentPostback) -> None:
    hostile = "<script>alert(1)</script>"
    ReceivedPostback.objects.update(reason=hostile, status=hostile)
    Click.objects.update(external_id=hostile)

    assert "<script>alert" not in page(admin_client, told)
