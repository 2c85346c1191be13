"""The funnel of a campaign: each number equals the rows behind its link, and together they are all that was asked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from responses import RequestsMock

from campaigns import tallies
from campaigns.models import Campaign, Click, Conversion, Source, Visitor
from delivery.funnel import CampaignFunnel, Fate, campaign_funnel, campaign_funnels, read_span
from delivery.models import Receiver, SentPostback, State
from postbacks.models import Decision, PostbackRule, Refusal, SwitchedOff
from tests.delivery.rows import rows_behind

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db


def converts(campaign: Campaign, *statuses: str, **query: str) -> Conversion:
    conversion = Conversion(click=Click.objects.record(campaign, query, Visitor()), revenue=Decimal(5), currency="USD")
    for status in statuses:
        conversion.status = status
        conversion.save()
    return conversion


def everything(campaign: Campaign) -> CampaignFunnel:
    return campaign_funnel(Campaign.objects.get(pk=campaign.pk), None)


def words(funnel: CampaignFunnel) -> dict[str, int]:
    return {f"{part.fate}:{part.detail}".rstrip(":"): number for part, number in funnel.whole.parts()}


@pytest.fixture
def lively(campaign: Campaign, source: Source, rule: PostbackRule, http: RequestsMock, send: Send) -> Campaign:
    """A campaign of which something of everything has become."""
    no = {"statuses": ["sale"], "campaign": campaign}
    PostbackRule.objects.create(name="<b>down", url="http://down.test/?c={subid}", **no)
    PostbackRule.objects.create(name="broken", url="http://broken.test/?c={_subid}&r={revenue:xyz}", **no)
    off = PostbackRule.objects.create(name="off", url="http://off.test/?c={subid}", statuses=["sale"], source=source)
    SwitchedOff.objects.create(rule=off, campaign=campaign)
    http.get("http://receiver.test/p")
    http.get("http://down.test/", status=403)
    for number in range(3):
        converts(campaign, "lead", "sale", external_id=f"e{number}")
    converts(campaign, "sale")
    converts(campaign, "sale", "rejected", "sale", external_id="again")
    send()
    converts(campaign, "lead", external_id="waits")
    PostbackRule.objects.filter(name="broken").delete()
    return campaign


def test_something_of_everything_is_told(lively: Campaign) -> None:
    told = words(everything(lively))

    assert told["sent"] == 7
    assert told["waiting"] == 1
    assert told["failed:HTTP 403"] == told["failed:not sendable"] == 5
    assert told["refused:no_external_id"] == 1
    assert told["refused:switched_off"] == 11
    assert told["refused:sent_before"] == 3
    assert everything(lively).conversions == 6


def test_for_each_rule_the_numbers_add_up_to_what_it_was_asked(lively: Campaign) -> None:
    asked: dict[int, int] = {}
    for decision in Decision.objects.all():
        for answer in decision.answers:
            asked[answer.rule] = asked.get(answer.rule, 0) + 1

    assert {one.number: one.funnel.asked for one in everything(lively).rules} == asked
    assert everything(lively).whole.asked == sum(asked.values()) == 44


def test_each_number_is_exactly_the_rows_behind_its_link(admin_client: Client, lively: Campaign) -> None:
    page = admin_client.get(reverse("funnel", args=[lively.pk]))

    shown = [page.context["whole"], *page.context["rules"]]
    numbers = [(part.url, part.number) for funnel in shown for part in funnel.parts]
    assert len(numbers) > 15
    for url, number in numbers:
        assert (url, rows_behind(admin_client, url)) == (url, number)


def test_so_it_is_for_any_time(admin_client: Client, lively: Campaign) -> None:
    hours = [1, 5, 30, 200, 900]
    for number, row in enumerate([*SentPostback.objects.order_by("pk"), *Refusal.objects.order_by("pk")]):
        then = timezone.now() - timedelta(hours=hours[number % 5])
        type(row)._default_manager.filter(pk=row.pk).update(created=then)

    for span in ("today", "24h", "7d", "30d", "all"):
        whole = admin_client.get(reverse("funnel", args=[lively.pk]), {"span": span}).context["whole"]
        for part in whole.parts:
            assert (span, part.url, rows_behind(admin_client, part.url)) == (span, part.url, part.number)


def test_folded_counts_are_the_same(lively: Campaign) -> None:
    before = words(everything(lively))

    tallies.fold_all()

    assert words(everything(lively)) == before


def test_what_was_pruned_stays_counted(lively: Campaign) -> None:
    before = everything(lively)

    Refusal.objects.prune(timezone.now() + timedelta(days=1), 100)

    assert not Refusal.objects.exists()
    assert words(everything(lively)) == words(before)


def test_one_sentence_says_it_all(admin_client: Client, lively: Campaign) -> None:
    page = admin_client.get(reverse("funnel", args=[lively.pk])).content.decode()

    assert "6</a> conversions" in page
    assert "7</a> sent" in page
    assert "5</a> failed: HTTP 403 from http://down.test:80" in page
    assert "1</a> no external_id" in page


def test_it_says_what_to_do_and_leads_there(admin_client: Client, lively: Campaign) -> None:
    page = admin_client.get(reverse("funnel", args=[lively.pk])).content.decode()

    down = Receiver.objects.get(origin="http://down.test:80")
    assert f'href="/admin/delivery/receiver/{down.pk}/change/"' in page
    assert f'href="/admin/campaigns/campaign/{lively.pk}/change/#parameters">Open Parameters</a>' in page
    assert f'href="/admin/campaigns/campaign/{lively.pk}/change/#s2s-postbacks">Open S2S Postbacks</a>' in page


def test_rules_of_the_source_and_rules_that_are_gone_are_told_apart(admin_client: Client, lively: Campaign) -> None:
    rules = admin_client.get(reverse("funnel", args=[lively.pk])).context["rules"]

    assert {rule.name: (rule.is_inherited, rule.is_gone) for rule in rules} == {
        "to MGID": (False, False),
        "<b>down": (False, False),
        "off": (True, False),
        "broken": (False, True),
    }


def test_foreign_names_are_escaped(admin_client: Client, lively: Campaign) -> None:
    Campaign.objects.update(name="<script>")

    page = admin_client.get(reverse("funnel", args=[lively.pk])).content.decode()

    assert "&lt;b&gt;down" in page
    assert "<b>down" not in page
    assert "<script>" not in page.replace("<script>\n", "").partition('id="content"')[2]


def test_without_a_rule_it_says_so_with_a_link_to_add_one(admin_client: Client, campaign: Campaign) -> None:
    converts(campaign, "sale")

    page = admin_client.get(reverse("funnel", args=[campaign.pk])).content.decode()

    assert "1</a> there was no rule" in page
    assert "This campaign has no S2S postback, so nobody is ever told." in page
    assert f'href="/admin/campaigns/campaign/{campaign.pk}/change/#s2s-postbacks">Add one</a>' in page


def test_without_a_conversion_it_says_so(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    page = admin_client.get(reverse("funnel", args=[campaign.pk])).content.decode()

    assert "Nothing was reported in this time." in page
    assert "It was asked nothing in this time." in page


def test_the_bars_are_as_long_as_what_is_left(admin_client: Client, lively: Campaign) -> None:
    whole = admin_client.get(reverse("funnel", args=[lively.pk])).context["whole"]

    asked, wanted, sent = whole.bars
    assert [bar.label for bar in whole.bars] == ["Asked", "Wanted", "Sent"]
    assert sum(piece.width for piece in asked.pieces) == 1000
    assert sent.pieces[0].width == round(1000 * whole.funnel.count(Fate.SENT) / whole.funnel.asked)
    assert sum(piece.width for piece in wanted.pieces) > sent.pieces[0].width


def test_resends_and_tests_are_not_counted(lively: Campaign) -> None:
    before = words(everything(lively))

    SentPostback.objects.send_again(SentPostback.objects.filter(state=State.SENT))

    assert words(everything(lively)) == before


def test_other_campaigns_are_not_counted(lively: Campaign, source: Source) -> None:
    other = Campaign.objects.create(name="Other", source=source)
    before = words(everything(lively))

    converts(other, "sale", external_id="x")

    assert words(everything(lively)) == before
    assert words(everything(other)) == {"waiting": 1}


def test_the_campaigns_with_most_lost_stand_first(lively: Campaign, source: Source) -> None:
    fine = Campaign.objects.create(name="Fine", source=source)
    for number in range(30):
        converts(fine, "sale", external_id=f"f{number}")
    bare = Campaign.objects.create(name="Bare")
    converts(bare, "sale")

    funnels = campaign_funnels(None, 100)

    assert [funnel.campaign.name for funnel in funnels] == ["Shoes", "Bare", "Fine"]
    assert [funnel.whole.lost for funnel in funnels] == [11, 1, 0]
    assert funnels[2].conversions == 30
    assert [funnel.campaign.name for funnel in campaign_funnels(None, 1)] == ["Shoes"]


def test_the_first_page_a_person_opens_lists_them(admin_client: Client, lively: Campaign) -> None:
    page = admin_client.get("/admin/explain/", {"span": "30d"}).content.decode()

    assert f'href="/admin/campaigns/campaign/{lively.pk}/funnel/?span=30d">Shoes</a>' in page
    assert 'name="q"' in page
    assert 'href="/admin/postbacks/refusal/"' in page


def test_every_page_that_ought_to_leads_to_it(admin_client: Client, lively: Campaign) -> None:
    url = reverse("funnel", args=[lively.pk])

    for page in ("/admin/campaigns/campaign/", f"/admin/campaigns/campaign/{lively.pk}/change/"):
        assert f'<a href="{url}">Funnel</a>' in admin_client.get(page).content.decode()


def test_it_is_few_statements_however_many_rules(
    admin_client: Client, lively: Campaign, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        PostbackRule.objects.create(campaign=lively, name=f"r{number}", url="http://r.test/", statuses=["sale"])

    with django_assert_max_num_queries(14):
        admin_client.get(reverse("funnel", args=[lively.pk]))


@pytest.mark.parametrize("span", ["", "today", "24h", "7d", "30d", "all", "<b>", "x" * 5000])
def test_any_span_can_be_asked_for(admin_client: Client, campaign: Campaign, span: str) -> None:
    for url in (reverse("funnel", args=[campaign.pk]), "/admin/explain/"):
        response = admin_client.get(url, {"span": span})
        assert response.status_code == 200
        assert response.context["span"].name == (span if len(span) in {3, 2, 5} and span != "<b>" else "7d")


def test_a_span_begins_with_an_hour() -> None:
    for name in ("today", "24h", "7d", "30d"):
        since = read_span(name).since
        assert isinstance(since, datetime)
        assert (since.minute, since.second, since.microsecond) == (0, 0, 0)
    assert read_span("all").since is None


def test_who_may_not_read_the_log_may_not_read_it(client: Client, campaign: Campaign) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(reverse("funnel", args=[campaign.pk])).status_code == 403
    assert client.get("/admin/explain/").status_code == 403


def test_a_campaign_that_is_not_there_has_none(admin_client: Client, db: None) -> None:
    assert admin_client.get(reverse("funnel", args=[1])).status_code == 404
