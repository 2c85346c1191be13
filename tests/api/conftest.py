"""Who asks, and what there is to be read."""

from collections.abc import Callable
from itertools import count

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from campaigns.models import Campaign, ReceivedPostback
from delivery.models import Receiver, SentPostback

_numbers = count(1)


@pytest.fixture
def robot(db: None) -> Callable[..., APIClient]:
    """A program with a token, and no more rights than those named."""

    def make(*rights: str) -> APIClient:
        user = User.objects.create_user(f"robot{next(_numbers)}")
        for right in rights:
            app_label, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codename))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
        return client

    return make


@pytest.fixture
def reporter(robot: Callable[..., APIClient]) -> APIClient:
    """May report clicks and conversions."""
    return robot("campaigns.add_click", "campaigns.add_conversion")


@pytest.fixture
def reader(robot: Callable[..., APIClient]) -> APIClient:
    """May read both logs."""
    return robot("campaigns.view_receivedpostback", "delivery.view_sentpostback")


@pytest.fixture
def logged(campaign: Campaign) -> Callable[..., SentPostback]:
    """A line in the log of sent postbacks."""
    receiver = Receiver.objects.create(origin="https://receiver.test")

    def log(**fields: object) -> SentPostback:
        defaults = {"campaign": campaign, "source": campaign.source, "receiver": receiver, "rule_name": "to MGID"}
        request = {"method": "GET", "url": "https://receiver.test/p?token=secret", "task_key": f"key{next(_numbers)}"}
        return SentPostback.objects.create(**(defaults | request | fields))

    return log


@pytest.fixture
def heard(campaign: Campaign) -> Callable[..., ReceivedPostback]:
    """A line in the log of received postbacks."""

    def log(**fields: object) -> ReceivedPostback:
        return ReceivedPostback.objects.create(**({"method": "GET", "campaign": campaign} | fields))

    return log
