"""The rules of a tab are moved, and duplicated, in place; the order shown is the order saved."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.admin.slots import Silenced
from campaigns.models import Campaign, Source
from postbacks.models import PostbackRule
from tests.postbacks.test_rules_tab import URL, asked, new, old, page_of, typed

__all__ = ["asked"]


@pytest.fixture
def three(campaign: Campaign) -> list[PostbackRule]:
    """Three rules of the campaign, in this order."""
    names = ("a", "b", "c")
    return [PostbackRule.objects.create(campaign=campaign, name=name, url=URL, statuses=["sale"]) for name in names]


def names(owner: Campaign | Source) -> str:
    return " ".join(rule.name for rule in owner.rules.all())


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ((1, 2, 3), "a b c"),
        ((3, 1, 2), "b c a"),
        ((2, 3, 1), "c a b"),
        ((3, 2, 1), "c b a"),
        ((1, 2, 1), "c a b"),  # a person who types one number means: there
        ((3, 2, 3), "b c a"),
        (("", "", 1), "c a b"),
    ],
)
def test_the_places_on_the_page_are_the_order_saved(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule], places: tuple[object, ...], order: str
) -> None:
    rules = [old(rule, position=place) for rule, place in zip(three, places, strict=True)]

    admin_client.post(page_of(campaign), typed(campaign, *rules))

    assert names(campaign) == order
    assert list(campaign.rules.values_list("position", flat=True)) == [1, 2, 3]


def test_a_new_rule_stands_where_it_was_put(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule]
) -> None:
    rules = [old(rule, position=place) for rule, place in zip(three, (1, 3, 4), strict=True)]

    admin_client.post(page_of(campaign), typed(campaign, *rules, new(name="new", position=2)))

    assert names(campaign) == "a new b c"


def test_a_new_rule_without_a_place_goes_last(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule]
) -> None:
    admin_client.post(page_of(campaign), typed(campaign, *map(old, three), new(name="new")))

    assert names(campaign) == "a b c new"


def test_a_place_alone_makes_no_rule_of_an_empty_form(admin_client: Client, campaign: Campaign) -> None:
    untouched = {"position": 1, "method": "GET", "enabled": "on"}

    answer = admin_client.post(page_of(campaign), typed(campaign, untouched))

    assert answer.status_code == 302
    assert not PostbackRule.objects.exists()


def test_rules_of_a_source_have_an_order_too_and_its_campaigns_show_it(
    admin_client: Client, campaign: Campaign, source: Source
) -> None:
    rules = [PostbackRule.objects.create(source=source, name=name, url=URL, statuses=["sale"]) for name in "ab"]
    page = typed(Campaign(name="MGID"), *(old(rule, position=3 - place) for place, rule in enumerate(rules, 1)))

    admin_client.post(f"/admin/campaigns/source/{source.pk}/change/", page)

    assert names(source) == "b a"
    shown = admin_client.get(page_of(campaign)).context["inline_admin_formsets"][0].formset.inherited()
    assert [inherited.rule.name for inherited in shown] == ["b", "a"]


def test_a_place_that_is_no_number_is_refused_and_kept(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule]
) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, *(old(rule, position="first") for rule in three)))

    assert "Enter a whole number" in page.content.decode()
    assert 'value="first"' in page.content.decode()


def test_moving_alone_asks_and_warns_of_nothing(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule], asked: list[Silenced]
) -> None:
    PostbackRule.objects.update(url="https://93.184.216.34/p")  # which is a doubt
    rules = [old(rule, url="https://93.184.216.34/p", position=4 - n) for n, rule in enumerate(three, 1)]

    html = admin_client.post(page_of(campaign), typed(campaign, *rules), follow=True).content.decode()

    assert asked == [Silenced()]
    assert "Saved, but" not in html


def test_a_duplicate_stands_below_its_original_and_says_the_same(
    admin_client: Client, campaign: Campaign, three: list[PostbackRule]
) -> None:
    PostbackRule.objects.filter(name="b").update(schedule="own", own_delays=[60], method="POST")
    b = old(three[1], method="POST", schedule="own", own_delays="1m")
    page = typed(campaign, old(three[0]), b, old(three[2]), **{"rules-duplicate": "rules-1"})

    answer = admin_client.post(page_of(campaign), page)

    assert names(campaign) == "a b b (copy) c"
    copy = campaign.rules.get(name="b (copy)")
    assert (copy.method, copy.schedule, copy.own_delays, copy.enabled) == ("POST", "own", [60], True)
    assert answer["Location"] == f"{page_of(campaign)}#rule-{copy.pk}"


def test_what_was_typed_beside_a_duplicate_is_saved_with_it(
    admin_client: Client, campaign: Campaign, rule: PostbackRule
) -> None:
    page = typed(campaign, old(rule, name="typed"), name="Boots", **{"rules-duplicate": "rules-0"})

    admin_client.post(page_of(campaign), page)

    campaign.refresh_from_db()
    assert (campaign.name, names(campaign)) == ("Boots", "typed typed (copy)")


def test_a_refused_page_duplicates_nothing(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    page = typed(campaign, old(rule, url="nonsense"), **{"rules-duplicate": "rules-0"})

    assert admin_client.post(page_of(campaign), page).status_code == 200

    assert campaign.rules.count() == 1


def test_who_may_not_add_rules_duplicates_none(client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    user = User.objects.create_user("u", is_staff=True)
    names = ["change_campaign", "view_campaign", "view_postbackrule", "change_postbackrule"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    client.post(page_of(campaign), typed(campaign, old(rule), **{"rules-duplicate": "rules-0"}))

    assert campaign.rules.count() == 1
    assert "rules-duplicate" not in client.get(page_of(campaign)).content.decode()


def test_who_may_only_look_moves_nothing(client: Client, campaign: Campaign, three: list[PostbackRule]) -> None:
    user = User.objects.create_user("u", is_staff=True)
    names_of = ["change_campaign", "view_campaign", "view_postbackrule"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names_of))
    client.force_login(user)

    client.post(page_of(campaign), typed(campaign, *(old(rule, position=1) for rule in three)))

    assert names(campaign) == "a b c"
    assert "-position" not in client.get(page_of(campaign)).content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_fifty_rules_cost_no_more_statements_than_one(
    admin_client: Client, campaign: Campaign, source: Source, count: int, django_assert_max_num_queries: object
) -> None:
    rules = [PostbackRule(campaign=campaign, name=f"r{n}", url=URL, statuses=["sale"]) for n in range(count)]
    PostbackRule.objects.bulk_create(rules)

    with django_assert_max_num_queries(25):  # type: ignore[operator]
        html = admin_client.get(page_of(campaign)).content.decode()

    assert html.count('class="rule-head" id="rule-') == count


def test_many_rules_stand_folded_and_few_open(admin_client: Client, campaign: Campaign) -> None:
    for count, opened in ((1, 1 + 1), (5, 1)):  # and the form that JavaScript adds
        PostbackRule.objects.all().delete()
        for _time in range(count):
            PostbackRule.objects.create(campaign=campaign, url=URL, statuses=["sale"])

        assert admin_client.get(page_of(campaign)).content.decode().count('class="rule-body" open') == opened


def test_a_rule_that_is_deleted_may_be_as_wrong_as_it_likes(
    admin_client: Client, campaign: Campaign, rule: PostbackRule
) -> None:
    page = typed(campaign, old(rule, url="nonsense", DELETE="on"), new(url="", DELETE="on"), new(url="wrong"))

    html = admin_client.post(page_of(campaign), page).content.decode()

    assert html.count("errorlist") == 1
