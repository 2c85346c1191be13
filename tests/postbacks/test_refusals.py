"""Every no is a row: by its first reason, in the transaction that made the news."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign, Click, Conversion, Visitor
from campaigns.report import Report
from postbacks.models import Decision, PostbackRule, Reason, Refusal, SwitchedOff, Why
from postbacks.reasons import TELLING

pytestmark = pytest.mark.django_db

SEVERAL: list[dict[str, Any]] = [
    {"method": "GET", "url": "http://a.test/?c={subid}", "statuses": ["sale"]},
    {"method": "GET", "url": "http://a.test/?c={subid}", "statuses": ["lead", "sale"]},
    {"method": "GET", "url": "http://b.test/?c={subid}", "statuses": ["rejected"]},
    {"method": "GET", "url": "http://c.test/?c={subid}", "statuses": ["lead"], "enabled": False},
]


def refusals():
    """Each as change, rule and reason."""
    return sorted(Refusal.objects.values_list("change__status", "rule_name", "why"))


def test_a_no_is_written_down(ask_for, campaign, saved):
    rule = ask_for(campaign=campaign, name="r", statuses=["sale"])

    conversion = saved(status="lead")

    refusal = Refusal.objects.get()
    assert (refusal.why, refusal.about, refusal.rule, refusal.rule_name) == ("status_not_ticked", "lead", rule, "r")
    assert (refusal.change, refusal.conversion, refusal.campaign) == (conversion.changes.get(), conversion, campaign)
    assert abs((timezone.now() - refusal.created).total_seconds()) < 60


def test_a_yes_is_none(ask_for, campaign, saved):
    ask_for(campaign=campaign, statuses=["sale"])

    saved(status="sale")

    assert not Refusal.objects.exists()


def test_where_nobody_was_asked_that_is_the_reason(saved):
    saved(status="sale")

    refusal = Refusal.objects.get()
    assert (refusal.why, refusal.rule_id) == ("no_rule", None)


def test_of_several_reasons_the_one_that_tells_most(ask_for, source, campaign, saved):
    SwitchedOff.objects.create(rule=ask_for(source=source, name="off"), campaign=campaign)
    ask_for(campaign=campaign, name="disabled", enabled=False)

    saved(status="lead")
    Campaign.objects.update(paused=True)
    saved(status="sale", tid="later")

    assert refusals() == [
        ("lead", "disabled", "rule_disabled"),
        ("lead", "off", "switched_off"),
        ("sale", "disabled", "campaign_paused"),
        ("sale", "off", "campaign_paused"),
    ]


def test_every_reason_has_its_place_in_that_order():
    assert sorted(TELLING) == sorted(Why)


def test_one_row_for_each_rule_and_change(ask_for, campaign, saved):
    ask_for(campaign=campaign, name="a", statuses=["sale"])
    ask_for(campaign=campaign, name="b", statuses=["rejected"], url="http://b.test/?c={subid}")

    conversion = saved(status="lead")
    saved(conversion, status="sale")

    assert [(status, rule) for status, rule, _why in refusals()] == [("lead", "a"), ("lead", "b"), ("sale", "b")]


def test_in_bulk_it_is_the_same_in_one_statement(ask_for, campaign, django_assert_num_queries):
    ask_for(campaign=campaign, name="r", statuses=["sale"])
    clicks = [Click.objects.record(campaign, {"external_id": f"e{n}"}, Visitor()) for n in range(20)]
    Conversion.objects.report_many([Report(subid=click.subid, status="lead") for click in clicks])
    decisions = list(Decision.objects.select_related("change__conversion__click"))
    assert Refusal.objects.filter(why="status_not_ticked").count() == 20

    for decision in decisions:
        decision.rules, decision.refused = [], {PostbackRule.objects.get(): [Reason(Why.RULE_DISABLED)]}
    with django_assert_num_queries(1):
        Refusal.objects.note(decisions)


@given(changes=st.lists(st.sampled_from(["lead", "sale", "rejected"]), min_size=1, max_size=6))
def test_each_rule_is_asked_once_of_each_change(changes):
    campaign = Campaign.objects.create(name="Any")
    for fields in SEVERAL:
        PostbackRule.objects.create(campaign=campaign, **fields)
    conversion = Conversion(click=Click.objects.record(campaign, {}, Visitor()))
    for status in changes:
        conversion.status = status
        conversion.save()

    told = [(answer.rule, answer.is_yes) for d in decisions_of(campaign) for answer in d.answers]

    for rule in campaign.rules.all():
        asked = [is_yes for pk, is_yes in told if pk == rule.pk]
        refused = Refusal.objects.filter(rule=rule)
        assert refused.exclude(why="sent_before").count() == asked.count(False)
        assert rule.sentpostback_set.count() + refused.count() == len(asked)


def test_old_ones_go_and_young_ones_stay(ask_for, campaign, saved):
    ask_for(campaign=campaign, statuses=["sale"])
    for number in range(3):
        saved(status="lead", tid=str(number))
    moment = timezone.now()
    Refusal.objects.filter(conversion__tid__in=["0", "1"]).update(created="2020-01-01T00:00Z")

    assert [Refusal.objects.prune(moment.replace(year=2021), 1) for _turn in range(3)] == [1, 1, 0]
    assert Refusal.objects.get().conversion.tid == "2"


def test_they_go_with_their_conversion(ask_for, campaign, saved):
    ask_for(campaign=campaign, statuses=["sale"])

    saved(status="lead").delete()

    assert not Refusal.objects.exists()


def test_they_outlive_their_rule(ask_for, campaign, saved):
    rule = ask_for(campaign=campaign, name="gone", statuses=["sale"])
    saved(status="lead")
    number = rule.pk

    rule.delete()

    assert Refusal.objects.filter(rule=number, rule_name="gone").count() == 1


def test_the_migration_finds_the_same_in_the_decisions(ask_for, source, campaign, saved):
    SwitchedOff.objects.create(rule=ask_for(source=source, name="off", statuses=["lead"]), campaign=campaign)
    ask_for(campaign=campaign, name="a", statuses=["sale"])
    saved(status="lead", tid="1")
    PostbackRule.objects.all().delete()
    saved(status="lead", tid="2")
    before = list(
        Refusal.objects.order_by("pk").values_list("change", "conversion", "campaign", "rule", "why", "about")
    )
    Refusal.objects.all().delete()

    migration = import_module("postbacks.migrations.0005_refusals_of_decisions")
    migration.write_down(apps, connection.schema_editor())

    after = list(Refusal.objects.order_by("pk").values_list("change", "conversion", "campaign", "rule", "why", "about"))
    assert after == before
    assert len(after) == 3
    assert {refusal.created for refusal in Refusal.objects.all()} == {c.time for c in changes_of(Conversion)}


def changes_of(model):
    return [change for conversion in model.objects.all() for change in conversion.changes.all()]


def decisions_of(campaign):
    return Decision.objects.filter(change__conversion__click__campaign=campaign)
