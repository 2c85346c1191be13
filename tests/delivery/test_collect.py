"""What the rules want is queued with the conversion, and each postback once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Conversion
from delivery.models import Kind, Receiver, SentPostback, SpentKey, State
from postbacks.models import PostbackRule, Refusal

pytestmark = pytest.mark.django_db

BROKEN = [
    "",
    "nonsense",
    "http://",
    "http:///p",
    "http://[::1",
    "http://[x]/",
    "javascript:alert(1)",
    "ftp://receiver.test/",
    "http://{subid}.test/",
    "http://a b/",
    "http://a:port/",
    "http://a:99999/",
    "http://" + "x" * 300 + "/",
    "http://..../",
    "http://\u202e/",
]


def statuses():
    return list(SentPostback.objects.order_by("pk").values_list("status", flat=True))


def test_a_row_says_whose_it_is(rule, saved, click):
    conversion = saved(status="sale", tid="T")

    row = SentPostback.objects.get()
    assert (row.rule, row.rule_name, row.conversion, row.campaign, row.source) == (
        rule,
        "to MGID",
        conversion,
        click.campaign,
        click.traffic_source,
    )
    assert (row.subid, row.external_id, row.tid, row.status) == (click.subid, "ext 1", "T", "sale")
    assert (row.state, row.kind, row.attempts, row.url) == (State.QUEUED, Kind.POSTBACK, 0, "")


def test_a_status_that_comes_back_is_not_sent_again(rule, saved):
    conversion = saved(status="sale")
    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    assert statuses() == ["sale"]


def test_what_was_sent_before_is_noted_once_for_each_change(rule, saved):
    conversion = saved(status="sale")
    for status in ("rejected", "sale", "rejected", "sale"):
        saved(conversion, status=status)

    repeated = Refusal.objects.filter(why="sent_before")
    assert sorted(repeated.values_list("change__number", "rule", "rule_name")) == [
        (3, rule.pk, "to MGID"),
        (5, rule.pk, "to MGID"),
    ]


def test_what_was_sent_before_and_pruned_is_noted_too(rule, saved):
    conversion = saved(status="sale")
    SpentKey.objects.create(task_key=SentPostback.objects.get().task_key)
    SentPostback.objects.all().delete()

    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    assert not SentPostback.objects.exists()
    assert Refusal.objects.filter(why="sent_before").count() == 1


def test_where_it_goes_again_nothing_is_noted(rule, saved):
    PostbackRule.objects.update(again=True)
    conversion = saved(status="sale")
    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    assert not Refusal.objects.filter(why="sent_before").exists()


def test_again_sends_a_status_that_comes_back_again(rule, saved):
    PostbackRule.objects.update(again=True)
    conversion = saved(status="sale")
    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    assert statuses() == ["sale", "sale"]


def test_again_sends_no_repeat(rule, saved):
    PostbackRule.objects.update(again=True)
    saved(saved(status="sale"), revenue="9")

    assert statuses() == ["sale"]


def test_another_tid_is_another_postback(rule, saved):
    saved(status="sale", tid="1")
    saved(status="sale", tid="2")

    assert statuses() == ["sale", "sale"]


def test_each_rule_has_its_postback(rule, campaign, saved):
    PostbackRule.objects.create(campaign=campaign, url="http://other.test/", statuses=["sale"])

    saved(status="sale")

    assert set(Receiver.objects.values_list("origin", flat=True)) == {"http://receiver.test:80", "http://other.test:80"}
    assert SentPostback.objects.count() == 2


def test_rules_of_one_host_share_its_receiver(rule, campaign, saved):
    for url in ("HTTP://Receiver.test/other", "http://receiver.test:80/"):
        PostbackRule.objects.create(campaign=campaign, url=url, statuses=["sale"])

    saved(status="sale")

    assert Receiver.objects.get().sentpostback_set.count() == 3


def test_editing_the_url_sends_nothing_again(rule, saved):
    conversion = saved(status="sale")
    PostbackRule.objects.update(url="http://elsewhere.test/")

    saved(conversion)
    saved(saved(conversion, status="rejected"), status="sale")

    assert statuses() == ["sale"]


def test_a_key_outlives_its_row(rule, saved):
    conversion = saved(status="sale")
    SpentKey.objects.create(task_key=SentPostback.objects.get().task_key)
    SentPostback.objects.all().delete()

    saved(saved(conversion, status="rejected"), status="sale")

    assert statuses() == []


def test_a_spent_key_costs_the_other_rules_nothing(rule, campaign, saved):
    conversion = saved(status="sale")
    SpentKey.objects.create(task_key=SentPostback.objects.get().task_key)
    SentPostback.objects.all().delete()
    PostbackRule.objects.create(campaign=campaign, name="younger", url="http://other.test/", statuses=["sale"])

    saved(saved(conversion, status="rejected"), status="sale")

    assert SentPostback.objects.get().rule_name == "younger"


def test_a_paused_campaign_queues_nothing(rule, saved):
    Campaign.objects.update(paused=True)

    saved(status="sale")

    assert statuses() == []


@pytest.mark.parametrize("url", BROKEN)
def test_a_broken_rule_ends_failed_alone(rule, campaign, saved, url):
    PostbackRule.objects.create(campaign=campaign, name="broken", url=url, statuses=["sale"])

    saved(status="sale")

    states = dict(SentPostback.objects.values_list("rule_name", "state"))
    assert states == {"broken": "failed", "to MGID": "queued"}
    failed = SentPostback.objects.get(state=State.FAILED)
    assert failed.error == "The rule's URL has no scheme and host."
    assert failed.finished


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(url=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
@pytest.mark.parametrize("start", ["", "http://", "https://receiver.test/"])
def test_no_url_of_a_rule_stops_a_save(rule, saved, start, url):
    PostbackRule.objects.update(url=start + url)

    saved(status="sale", tid=f"{Conversion.objects.count()}")

    assert SentPostback.objects.latest("pk").state in {State.QUEUED, State.FAILED}
