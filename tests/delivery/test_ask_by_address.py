"""What an address may ask of a log beside its filters."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import translation

from campaigns.models import Campaign
from campaigns.phrasebook import tell
from delivery.status.shown_settings import _safe
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

LOG = "/admin/delivery/sentpostback/"
SECRET = "s3cret-token-value"


@pytest.fixture
def may() -> Callable[..., Client]:
    """Somebody who may do just this."""

    def made(*codenames: str) -> Client:
        user = User.objects.create_user("somebody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return made


@pytest.mark.parametrize("field", ["url", "url_template"])
@pytest.mark.parametrize("lookup", ["", "__contains", "__startswith", "__regex", "__gt"])
def test_who_sees_a_url_covered_cannot_ask_for_its_parts(
    may: Callable[..., Client], queued: Any, field: str, lookup: str
) -> None:
    queued(1, **{field: f"http://receiver.test/p?token={SECRET}"})
    assert (
        may("view_sentpostback").get(LOG, {f"{field}{lookup}": f"http://receiver.test/p?token={SECRET}"}).status_code
        == 400
    )


@pytest.mark.parametrize("address", ["delivery/sentpostback/?subid", "campaigns/click/?external_id"])
@pytest.mark.parametrize("lookup", ["icontains", "regex", "iregex", "endswith"])
def test_nobody_asks_a_log_for_a_part_of_a_text(admin_client: Client, address: str, lookup: str) -> None:
    assert admin_client.get(f"/admin/{address}__{lookup}=(a%2B)%2B").status_code == 400


@pytest.mark.parametrize("query", ["state=failed", "state__in=queued,sending", "receiver__isnull=1", "code=4xx"])
def test_what_can_be_answered_is(admin_client: Client, query: str) -> None:
    assert admin_client.get(f"{LOG}?{query}").status_code == 200


def test_who_may_add_rules_but_not_change_them_sees_no_secret(
    may: Callable[..., Client], campaign: Campaign, rule: PostbackRule
) -> None:
    PostbackRule.objects.update(url=f"http://receiver.test/p?token={SECRET}&c={{external_id}}")
    client = may("view_campaign", "change_campaign", "view_postbackrule", "add_postbackrule")

    page = client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/").content.decode()

    assert "receiver.test" in page
    assert SECRET not in page


@pytest.mark.parametrize("url", ["amqp://user:p@ss-w0rd@broker:5672//", "redis://:p@ss-w0rd@host/0"])
def test_a_password_with_an_at_sign_is_covered_whole(url: str) -> None:
    assert "w0rd" not in _safe(url)


def test_a_foreign_text_without_end_is_told_as_it_is() -> None:
    text = "no answer within " * 1000
    with translation.override("ru"):
        assert tell(text) == text
