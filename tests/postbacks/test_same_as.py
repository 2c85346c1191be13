"""Of two rules that want the same request one goes, and the other is told which."""

import pytest

from campaigns.models import Campaign
from delivery.models import SentPostback
from postbacks.models import Decision, SwitchedOff

pytestmark = pytest.mark.django_db


def told():
    """Rule name -> the rule that goes instead."""
    return {a.name: reason.about for a in Decision.objects.latest("pk").answers for reason in a.reasons}


def test_the_campaigns_goes_before_the_sources(ask_for, source, campaign, saved):
    ask_for(source=source, name="inherited")
    ask_for(campaign=campaign, name="own")

    saved(status="sale")

    assert told() == {"inherited": "own"}
    assert SentPostback.objects.get().rule_name == "own"


def test_of_two_of_one_owner_the_older_goes(ask_for, campaign, saved):
    ask_for(campaign=campaign, name="older")
    ask_for(campaign=campaign, name="younger")
    ask_for(campaign=campaign, name="youngest")

    saved(status="sale")

    assert told() == {"younger": "older", "youngest": "older"}
    assert SentPostback.objects.get().rule_name == "older"


@pytest.mark.parametrize("other", [{"method": "POST"}, {"url": "http://receiver.test/p?c={external_id}&"}])
def test_another_method_or_url_is_another_request(ask_for, source, campaign, saved, other):
    ask_for(source=source)
    ask_for(campaign=campaign, **other)

    saved(status="sale")

    assert told() == {}
    assert SentPostback.objects.count() == 2


@pytest.mark.parametrize("unwilling", [{"statuses": ["lead"]}, {"enabled": False}])
def test_a_rule_that_does_not_want_the_change_stands_in_nobodys_way(ask_for, source, campaign, saved, unwilling):
    ask_for(campaign=campaign, name="own", **unwilling)
    ask_for(source=source, name="inherited")

    saved(status="sale")

    assert SentPostback.objects.get().rule_name == "inherited"


def test_a_rule_that_is_switched_off_stands_in_nobodys_way(ask_for, source, campaign, saved):
    SwitchedOff.objects.create(rule=ask_for(source=source, name="off"), campaign=campaign)
    ask_for(source=source, name="on")

    saved(status="sale")

    assert SentPostback.objects.get().rule_name == "on"


def test_rules_of_two_statuses_with_one_url_each_go_at_theirs(ask_for, campaign, saved):
    ask_for(campaign=campaign, name="leads", statuses=["lead"])
    ask_for(campaign=campaign, name="sales", statuses=["sale"])

    saved(saved(status="lead"), status="sale")

    sent = SentPostback.objects.order_by("pk").values_list("rule_name", "status")
    assert list(sent) == [("leads", "lead"), ("sales", "sale")]


def test_the_same_url_in_another_campaign_is_no_double(ask_for, source, campaign, saved):
    ask_for(campaign=Campaign.objects.create(name="boots", source=source))
    ask_for(campaign=campaign)

    saved(status="sale")

    assert told() == {}
