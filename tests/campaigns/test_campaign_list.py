"""Traffic -> Campaigns: narrowed above the list."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from campaigns.models import Campaign, Source

Names = Callable[[str], list[str]]


@pytest.fixture
def names(admin_client: Client) -> Names:
    """The campaigns that an address shows."""

    def shown(query: str) -> list[str]:
        page = admin_client.get(f"/admin/campaigns/campaign/{query}").content.decode()
        return re.findall(r'<th class="field-name"[^>]*><a [^>]*>([^<]*)</a>', page)

    return shown


@pytest.fixture
def paused(source: Source) -> Campaign:
    return Campaign.objects.create(name="Hats", source=source, paused=True)


def test_paused_campaigns_are_shown_alone(names: Names, campaign: Campaign, paused: Campaign) -> None:
    assert names("?state=paused") == ["Hats"]


def test_active_campaigns_are_shown_alone(names: Names, campaign: Campaign, paused: Campaign) -> None:
    assert names("?state=active") == ["Shoes"]


def test_the_campaigns_of_one_source_are_shown_alone(names: Names, campaign: Campaign, source: Source) -> None:
    Campaign.objects.create(name="Elsewhere", source=Source.objects.create(name="Taboola"))
    assert names(f"?source={source.pk}") == ["Shoes"]


def test_a_state_that_there_is_not_narrows_nothing(names: Names, campaign: Campaign, paused: Campaign) -> None:
    assert names("?state=asleep") == ["Hats", "Shoes"]


def test_what_was_chosen_stands_on_its_filter(admin_client: Client, paused: Campaign) -> None:
    page = admin_client.get("/admin/campaigns/campaign/?state=paused").content.decode()
    assert "State: <strong>Paused</strong>" in page
