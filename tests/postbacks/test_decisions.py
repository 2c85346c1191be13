"""What every rule says to a piece of news: yes, or every reason against."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Click, Conversion, ConversionStatus, Visitor
from postbacks.models import Answer, Decision, PostbackRule, SwitchedOff
from postbacks.reasons import Reason, Why

pytestmark = pytest.mark.django_db


def test_a_rule_whose_status_is_ticked_says_yes(ask_for, campaign, saved, said):
    ask_for(campaign=campaign, name="r")

    saved(status="sale")

    assert said() == {"r": []}


def test_a_status_that_is_not_ticked_is_a_reason(ask_for, campaign, saved, said):
    ask_for(campaign=campaign, name="r", statuses=["sale"])

    saved(status="lead")

    assert said() == {"r": ["status_not_ticked"]}
    assert Decision.objects.get().answers[0].reasons[0].about == "lead"


def test_a_disabled_rule_says_so(ask_for, campaign, saved, said):
    ask_for(campaign=campaign, name="r", enabled=False)

    saved(status="sale")

    assert said() == {"r": ["rule_disabled"]}


def test_a_paused_campaign_is_a_reason(ask_for, campaign, saved, said):
    ask_for(campaign=campaign, name="r")
    Campaign.objects.update(paused=True)

    saved(status="sale")

    assert said() == {"r": ["campaign_paused"]}


def test_a_sources_rule_that_is_switched_off_says_so(ask_for, source, campaign, saved, said):
    SwitchedOff.objects.create(rule=ask_for(source=source, name="r"), campaign=campaign)

    saved(status="sale")

    assert said() == {"r": ["switched_off"]}


def test_every_reason_is_told_not_the_first(ask_for, source, campaign, saved, said):
    SwitchedOff.objects.create(rule=ask_for(source=source, name="r", enabled=False), campaign=campaign)
    Campaign.objects.update(paused=True)

    saved(status="lead")

    assert said() == {"r": ["status_not_ticked", "rule_disabled", "switched_off", "campaign_paused"]}


def test_the_rules_of_the_campaign_and_of_its_source_are_asked(ask_for, source, campaign, saved, said):
    ask_for(source=source, name="the source's")
    ask_for(campaign=campaign, name="the campaign's", url="http://other.test/")

    saved(status="sale")

    assert said() == {"the source's": [], "the campaign's": []}


def test_a_sources_rule_fires_for_all_its_campaigns(ask_for, source, campaign, said):
    ask_for(source=source, name="r")
    for alias in ("boots", "hats"):
        other = Campaign.objects.create(name=alias, alias=alias, source=source)
        Conversion.objects.create(click=Click.objects.record(other, {"external_id": "e"}, Visitor()), status="sale")
        assert said() == {"r": []}


def test_switched_off_for_one_campaign_is_on_for_another(ask_for, source, campaign, saved, said):
    other = Campaign.objects.create(name="boots", source=source)
    SwitchedOff.objects.create(rule=ask_for(source=source, name="r"), campaign=other)

    saved(status="sale")

    assert said() == {"r": []}


def test_rules_of_other_campaigns_and_sources_are_not_asked(ask_for, source, saved, said):
    ask_for(campaign=Campaign.objects.create(name="boots", source=source), name="r")

    saved(status="sale")

    assert said() == {}


def test_a_campaign_without_a_source_has_its_own_rules_alone(ask_for, source, said):
    ask_for(source=source, name="no")
    alone = Campaign.objects.create(name="alone")
    ask_for(campaign=alone, name="yes")

    Conversion.objects.create(click=Click.objects.record(alone, {"external_id": "e"}, Visitor()), status="sale")

    assert said() == {"yes": []}


def test_no_rule_at_all_is_a_decision_too(saved, said):
    saved(status="sale")

    assert said() == {}


def test_a_decision_stays_as_it_was_made(ask_for, campaign, saved, said):
    rule = ask_for(campaign=campaign, name="then")
    saved(status="lead")

    PostbackRule.objects.filter(pk=rule.pk).update(name="now", statuses=["lead"])

    assert said() == {"then": ["status_not_ticked"]}


def test_a_decision_outlives_its_rule(ask_for, campaign, saved, said):
    rule = ask_for(campaign=campaign, name="gone")
    saved(status="sale")

    rule.delete()

    assert said() == {"gone": []}


def test_a_rule_added_later_says_nothing_to_what_was(ask_for, campaign, saved, said):
    saved(status="sale")

    ask_for(campaign=campaign)

    assert said() == {}


def test_a_status_of_ones_own_is_asked_for_like_any_other(ask_for, campaign, saved, said):
    ConversionStatus.objects.create(name="deposit", label="Deposit")
    ask_for(campaign=campaign, name="r", statuses=["deposit"])

    saved(status="deposit")

    assert said() == {"r": []}


def test_decisions_come_in_the_order_of_the_changes(ask_for, campaign, saved):
    ask_for(campaign=campaign, name="r")
    changes = [saved(status=status, tid=status).changes.get() for status in ("lead", "sale", "rejected")]
    Decision.objects.all().delete()

    decisions = PostbackRule.objects.decide(changes)

    assert [decision.change for decision in decisions] == changes
    assert [len(decision.rules) for decision in decisions] == [0, 1, 0]


@pytest.mark.parametrize("rules", [0, 1, 20])
def test_the_number_of_statements_does_not_grow_with_the_rules(ask_for, source, campaign, saved, rules):
    for number in range(rules):
        owner = {"source": source} if number % 2 else {"campaign": campaign}
        ask_for(url=f"http://{number}.test/", **owner)
    change = saved(status="lead").changes.with_facts().get()
    Decision.objects.all().delete()

    with CaptureQueriesContext(connection) as asked:
        PostbackRule.objects.decide([change])

    assert len(asked) == len(["campaigns with what is switched off", "rules", "decisions", "refusals"])


@pytest.mark.parametrize("why", Why)
def test_every_reason_reads_as_a_sentence_and_says_what_to_do(why):
    reason = Reason(why, "sale" if why == Why.STATUS_NOT_TICKED else "another")

    assert reason.text
    assert reason.advice
    assert "%(" not in reason.text + reason.advice


@pytest.mark.parametrize("reasons", [[], [Reason(Why.SAME_AS, "“%s” ü")], [Reason(why) for why in Why]])
def test_an_answer_is_kept_and_read_again(reasons):
    answer = Answer(rule=7, name="r", reasons=reasons)

    assert Answer.from_json(answer.to_json()) == answer
    assert answer.is_yes == (not reasons)
