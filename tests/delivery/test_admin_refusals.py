"""Maintenance -> Logs -> Not sent."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, Click, Conversion, Visitor
from postbacks.models import PostbackRule, Refusal

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

LIST = "/admin/postbacks/refusal/"


def page(client: Client, **query: str | int) -> str:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return response.content.decode()


def many(saved: Saved, count: int) -> list[Refusal]:
    conversion = saved(status="rejected")
    row = {"change": conversion.changes.get(), "conversion": conversion, "campaign": conversion.click.campaign}
    return Refusal.objects.bulk_create([Refusal(**row, why="rule_disabled", rule_id=9) for _number in range(count)])


def test_a_row_says_when_which_rule_why_and_what_to_do(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved
) -> None:
    saved(status="rejected")

    said = page(admin_client)

    for text in ("s ago", "Shoes", click.subid, "to MGID", "status not ticked", "The rule does not tick “rejected”"):
        assert text.lower() in said.lower()
    assert "Tick “rejected” in the rule&#x27;s statuses" in said
    assert f'href="{reverse("explain-conversion", args=[Conversion.objects.get().pk])}"' in said
    assert f'href="/admin/campaigns/campaign/{rule.campaign_id}/change/#s2s-postbacks"' in said


def test_it_stands_in_the_menu_beside_the_log(admin_client: Client) -> None:
    said = page(admin_client).partition('id="menu"')[2]

    assert said.index("Logs") < said.index('href="/admin/delivery/sentpostback/"') < said.index(f'href="{LIST}"')


def test_an_empty_list_says_what_would_be_here(admin_client: Client) -> None:
    assert "No rule has refused anything yet." in page(admin_client)


def test_each_filter_lets_its_own_rows_through(
    admin_client: Client, campaign: Campaign, rule: PostbackRule, saved: Saved
) -> None:
    other = PostbackRule.objects.create(campaign=campaign, name="another", url="http://b.test/", statuses=["sale"])
    saved(status="rejected")
    PostbackRule.objects.filter(pk=other.pk).update(enabled=False)
    saved(status="rejected", tid="2")

    def rows(**query: str | int) -> int:
        return page(admin_client, **query).count('class="field-click_id"')

    assert rows() == 4
    assert rows(rule=rule.pk) == rows(rule=other.pk) == 2
    assert rows(rule=other.pk, why="rule_disabled") == 1
    assert rows(campaign=campaign.pk, why="status_not_ticked") == 3
    assert rows(campaign=campaign.pk + 1) == 0
    assert rows(time="24h") == 4
    assert rows(since="2020-01-01", until="2020-01-02") == 0


@pytest.mark.parametrize("rule", ["x", "-1", "9" * 40, "²"])
def test_an_address_that_names_no_rule_finds_nothing(
    admin_client: Client, campaign: Campaign, saved: Saved, rule: str
) -> None:
    saved(status="sale")

    assert "Nothing matches." in page(admin_client, rule=rule)


def test_the_chosen_rule_is_named_also_when_it_is_gone(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    saved(status="rejected")
    number = rule.pk
    assert "<strong>to MGID</strong>" in page(admin_client, rule=number)

    rule.delete()

    assert f"<strong>#{number}</strong>" in page(admin_client, rule=number)
    assert "to MGID" in page(admin_client, rule=number)


@pytest.mark.parametrize("given", ["subid", "external_id", "tid"])
def test_search_is_exact_and_takes_each_of_the_three(
    admin_client: Client, rule: PostbackRule, click: Click, saved: Saved, given: str
) -> None:
    saved(status="rejected", tid="T-1")
    text = {"subid": click.subid.upper(), "external_id": click.external_id, "tid": "T-1"}[given]

    assert click.subid in page(admin_client, q=text)
    assert "Nothing matches." in page(admin_client, q=text[:-1])


def test_it_is_paged_by_key(admin_client: Client, saved: Saved) -> None:
    many(saved, 60)

    first = admin_client.get(LIST)
    older = admin_client.get(LIST + first.context["cl"].older_link)

    ids = [[row.pk for row in response.context["cl"].result_list] for response in (first, older)]
    assert [len(some) for some in ids] == [50, 11]
    assert min(ids[0]) > max(ids[1])


def test_a_page_is_few_statements_and_counts_nothing(admin_client: Client, saved: Saved) -> None:
    many(saved, 40)

    with CaptureQueriesContext(connection) as asked:
        page(admin_client)

    assert not [query["sql"] for query in asked if "COUNT(" in query["sql"] or "OFFSET" in query["sql"]]
    assert len(asked) < 12


def test_its_own_page_is_the_explanation(admin_client: Client, click: Click, saved: Saved) -> None:
    saved(status="sale")

    response = admin_client.get(f"{LIST}{Refusal.objects.get().pk}/change/")

    assert response.headers["Location"] == reverse("explain-conversion", args=[Conversion.objects.get().pk])


def test_foreign_text_is_escaped(admin_client: Client, rule: PostbackRule, campaign: Campaign) -> None:
    PostbackRule.objects.update(name="<b>rule")
    click = Click.objects.record(campaign, {"external_id": "<script>"}, Visitor())
    Conversion.objects.create(click=click, status="sale")

    said = page(admin_client)
    assert "&lt;b&gt;rule" in said
    assert "&lt;script&gt;" in said
    assert "<b>rule" not in said


def test_who_may_read_the_log_may_read_it_and_nobody_else(client: Client) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    client.force_login(user)
    assert client.get(LIST).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))

    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403
