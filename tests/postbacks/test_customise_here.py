"""A person customises a source's rule for one campaign, and goes back to the source's."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.admin.slots import Silenced
from campaigns.models import Campaign, Source
from postbacks.models import PostbackRule, SwitchedOff
from tests.postbacks.test_rules_tab import asked, inherited, new, old, page_of, typed

__all__ = ["asked", "inherited"]


def customise(rule: PostbackRule, *, is_on: bool = True) -> dict[str, Any]:
    """The button, and what the page had ticked."""
    ticked = {"rules-inherited-on": rule.pk} if is_on else {}
    return {"rules-inherited-shown": rule.pk, "rules-inherited-customise": rule.pk, **ticked}


@pytest.fixture
def copy(inherited: PostbackRule, campaign: Campaign) -> PostbackRule:
    """The source's rule, customised."""
    return inherited.customise_for(campaign)


def test_customising_makes_a_rule_of_the_campaign_and_opens_the_tab_there(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    answer = admin_client.post(page_of(campaign), typed(campaign, new(), **customise(inherited)))

    copy = campaign.rules.get(customised_from=inherited)
    assert answer["Location"] == f"{page_of(campaign)}#rule-{copy.pk}"
    assert [rule.name for rule in campaign.rules.all()] == ["to them", "theirs"]
    assert SwitchedOff.objects.get().rule == inherited


def test_customising_says_what_it_did_and_the_copy_where_it_is_from(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    html = admin_client.post(page_of(campaign), typed(campaign, **customise(inherited)), follow=True).content.decode()

    assert "“theirs” is customised here" in html
    assert "customised from “theirs” of the source" in html
    assert f'href="#rule-{campaign.rules.get().pk}"' in html


def test_a_double_click_makes_one_copy(admin_client: Client, campaign: Campaign, inherited: PostbackRule) -> None:
    answers = [admin_client.post(page_of(campaign), typed(campaign, **customise(inherited))) for _time in range(2)]

    assert campaign.rules.count() == SwitchedOff.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_page_that_was_open_before_switches_the_sources_not_on_again(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, copy: PostbackRule
) -> None:
    stale = {"rules-inherited-shown": inherited.pk, "rules-inherited-on": inherited.pk}

    admin_client.post(page_of(campaign), typed(campaign, **stale))

    assert SwitchedOff.objects.get().rule == inherited


def test_what_waits_of_the_sources_is_asked_about_and_the_way_leads_back_to_the_copy(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, asked: list[Silenced]
) -> None:
    answer = admin_client.post(page_of(campaign), typed(campaign, **customise(inherited)))

    assert asked == [Silenced(switched_off=[inherited.pk], anchor=f"#rule-{campaign.rules.get().pk}")]
    assert answer["Location"] == "/admin/asked/"


def test_one_that_was_off_can_be_customised_and_nothing_is_asked(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, asked: list[Silenced]
) -> None:
    SwitchedOff.objects.create(rule=inherited, campaign=campaign)

    admin_client.post(page_of(campaign), typed(campaign, **customise(inherited, is_on=False)))

    assert campaign.rules.get().customised_from == inherited
    assert not asked[0]


def test_a_refused_page_customises_nothing(admin_client: Client, campaign: Campaign, inherited: PostbackRule) -> None:
    html = admin_client.post(
        page_of(campaign), typed(campaign, new(name="typed", url="nonsense"), **customise(inherited))
    ).content.decode()

    assert 'value="typed"' in html
    assert not campaign.rules.exists()
    assert not SwitchedOff.objects.exists()


def test_another_sources_rule_is_not_customised(admin_client: Client, campaign: Campaign) -> None:
    other = PostbackRule.objects.create(
        source=Source.objects.create(name="Other"), url="https://93.184.216.34/", statuses=["sale"]
    )

    admin_client.post(page_of(campaign), typed(campaign, **customise(other)))

    assert not campaign.rules.exists()


@pytest.mark.parametrize("missing", ["add_postbackrule", "change_postbackrule", "view_source"])
def test_who_may_not_add_change_and_see_customises_nothing(
    client: Client, campaign: Campaign, inherited: PostbackRule, missing: str
) -> None:
    may = {"change_campaign", "view_campaign", "view_source", "add_postbackrule", "change_postbackrule"} - {missing}
    user = User.objects.create_user("u", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)

    client.post(page_of(campaign), typed(campaign, **customise(inherited)))

    assert not campaign.rules.exists()
    assert "inherited-customise" not in client.get(page_of(campaign)).content.decode()


def test_the_sources_is_used_again(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, copy: PostbackRule, asked: list[Silenced]
) -> None:
    page = typed(campaign, old(copy, give_back="on"))

    answer = admin_client.post(page_of(campaign), page)

    assert not campaign.rules.exists()
    assert not SwitchedOff.objects.exists()
    assert asked == [Silenced(rules=[copy.pk])]
    assert answer["Location"] == "/admin/asked/"


def test_using_the_sources_again_is_told(admin_client: Client, campaign: Campaign, copy: PostbackRule) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, old(copy, give_back="on")), follow=True)

    assert "“theirs” of the source is used again" in page.content.decode()


def test_a_rule_that_is_no_copy_is_not_given_back(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    admin_client.post(page_of(campaign), typed(campaign, old(rule, give_back="on")))

    assert campaign.rules.get() == rule


def test_a_refused_page_keeps_the_wish_to_use_the_sources_again(
    admin_client: Client, campaign: Campaign, copy: PostbackRule
) -> None:
    page = typed(campaign, old(copy, give_back="on"), new(url="nonsense"))

    html = admin_client.post(page_of(campaign), page).content.decode()

    assert 'name="rules-0-give_back" checked' in html
    assert campaign.rules.get() == copy


def test_a_copy_that_was_deleted_leaves_the_sources_off_and_says_so(
    admin_client: Client, campaign: Campaign, copy: PostbackRule
) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, old(copy, DELETE="on")), follow=True)

    assert "“theirs” of the source stays off for this campaign" in page.content.decode()
    assert SwitchedOff.objects.exists()


def test_a_copy_whose_original_is_gone_is_a_rule_like_any_other(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, copy: PostbackRule
) -> None:
    inherited.delete()

    html = admin_client.get(page_of(campaign)).content.decode()

    assert "theirs" in html
    assert "give_back" not in html


def test_customising_stands_in_the_history_of_the_campaign(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    admin_client.post(page_of(campaign), typed(campaign, **customise(inherited)))

    html = admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/history/").content.decode()

    assert "Added S2S postback “theirs”" in html
