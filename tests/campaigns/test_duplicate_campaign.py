"""A person duplicates a campaign: with all that stands on its tabs, and a link of its own."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import Campaign
from postbacks.models import PostbackRule, SwitchedOff

URL = "https://93.184.216.34/p?c={external_id}"


def button(campaign: Campaign) -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/duplicate/"


@pytest.fixture
def theirs(campaign: Campaign) -> PostbackRule:
    """A rule of the campaign's source."""
    return PostbackRule.objects.create(source=campaign.source, name="theirs", url=URL, statuses=["sale"])


def duplicated(campaign: Campaign) -> Campaign:
    return Campaign.objects.exclude(pk=campaign.pk).get()


def test_the_button_stands_on_its_page_and_the_copy_is_opened(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/").content.decode()
    assert f'action="{button(campaign)}"' in html

    answer = admin_client.post(button(campaign), follow=True)

    assert answer.redirect_chain == [(f"/admin/campaigns/campaign/{duplicated(campaign).pk}/change/", 302)]
    assert "A copy of “Shoes”, with a click link of its own." in answer.content.decode()


def test_the_copy_is_the_same_but_for_its_name_and_its_link(admin_client: Client, campaign: Campaign) -> None:
    fields = {"destination": "https://x.test/{subid}", "paused": True, "notes": "n", "status_words": {"sale": ["1"]}}
    Campaign.objects.update(**fields)

    admin_client.post(button(campaign))

    copy = duplicated(campaign)
    assert {name: getattr(copy, name) for name in fields} == fields
    assert (copy.source, copy.parameters, copy.name) == (campaign.source, campaign.parameters, "Shoes (copy)")
    assert copy.alias != campaign.alias


def test_its_rules_go_along_in_their_order(admin_client: Client, campaign: Campaign) -> None:
    for place, name in ((2, "second"), (1, "first")):
        fields = {"schedule": "own", "own_delays": [60], "enabled": place == 1, "position": place}
        PostbackRule.objects.create(campaign=campaign, name=name, url=URL, statuses=["sale"], **fields)

    admin_client.post(button(campaign))

    rules = duplicated(campaign).rules.all()
    assert [(rule.name, rule.enabled, rule.own_delays) for rule in rules] == [
        ("first", True, [60]),
        ("second", False, [60]),
    ]
    assert campaign.rules.count() == 2


def test_what_was_switched_off_or_customised_is_so_in_the_copy(
    admin_client: Client, campaign: Campaign, theirs: PostbackRule
) -> None:
    other = PostbackRule.objects.create(source=campaign.source, name="other", url=URL, statuses=["sale"])
    SwitchedOff.objects.create(rule=other, campaign=campaign)
    theirs.customise_for(campaign)

    admin_client.post(button(campaign))

    copy = duplicated(campaign)
    assert set(copy.switched_off.values_list("rule__name", flat=True)) == {"theirs", "other"}
    assert copy.rules.get().customised_from == theirs


def test_two_clicks_make_one_copy(admin_client: Client, campaign: Campaign) -> None:
    answers = [admin_client.post(button(campaign), {"alias": "made-with-the-page"}) for _click in range(2)]

    assert duplicated(campaign).alias == "made-with-the-page"
    assert answers[0]["Location"] == answers[1]["Location"]


def test_an_alias_that_can_be_none_is_passed_over(admin_client: Client, campaign: Campaign) -> None:
    admin_client.post(button(campaign), {"alias": "a b/<i>"})

    assert duplicated(campaign).link.rpartition("/c/")[2].split("?")[0].isalnum()


def test_a_longest_name_is_cut(admin_client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(name="x" * 200)

    admin_client.post(button(campaign))

    assert len(duplicated(campaign).name) == 200


def test_a_link_duplicates_nothing(admin_client: Client, campaign: Campaign) -> None:
    assert admin_client.get(button(campaign)).status_code == 405

    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("missing", ["add_campaign", "change_campaign"])
def test_who_may_not_add_and_change_campaigns_duplicates_none(client: Client, campaign: Campaign, missing: str) -> None:
    user = User.objects.create_user("u", is_staff=True)
    names = {"add_campaign", "change_campaign", "view_campaign"} - {missing}
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    assert client.post(button(campaign)).status_code == 403

    assert Campaign.objects.count() == 1


def test_who_may_not_add_rules_gets_none_and_is_told(client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    user = User.objects.create_user("u", is_staff=True)
    names = ["add_campaign", "change_campaign", "view_campaign"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    html = client.post(button(campaign), follow=True).content.decode()

    assert "were left out" in html
    assert not duplicated(campaign).rules.exists()
