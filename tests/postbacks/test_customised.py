"""A campaign's own copy of a rule of its source goes in its place, and sends nothing that was sent before."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from delivery.explain.explanation import explain
from delivery.models import SentPostback
from postbacks.models import PostbackRule, SwitchedOff, key_of

pytestmark = pytest.mark.django_db
OTHER_URL = "http://receiver.test/other?c={external_id}"


@pytest.fixture
def theirs(ask_for, source):
    """The source's rule, with all that a rule can say."""
    fields = {"name": "theirs", "method": "POST", "statuses": ["sale", "rejected"], "schedule": "own"}
    return ask_for(source=source, **fields, own_delays=[60], success_codes="200", rejected_if="ERROR", in_order=True)


def sent():
    return list(SentPostback.objects.order_by("pk").values_list("rule_name", "status"))


def test_the_copy_says_all_that_the_sources_rule_says(theirs, campaign):
    copy = theirs.customise_for(campaign)

    copy.refresh_from_db()
    assert (copy.campaign, copy.source, copy.customised_from) == (campaign, None, theirs)
    assert (copy.name, copy.method, copy.url, copy.statuses) == ("theirs", "POST", theirs.url, ["sale", "rejected"])
    assert (copy.schedule, copy.own_delays, copy.success_codes) == ("own", [60], "200")
    assert (copy.rejected_if, copy.in_order) == ("ERROR", True)


def test_the_copy_goes_and_the_sources_does_not(theirs, campaign, saved, said):
    copy = theirs.customise_for(campaign)
    PostbackRule.objects.filter(pk=copy.pk).update(name="ours", url=OTHER_URL)

    saved(status="sale")

    assert sent() == [("ours", "sale")]
    assert said() == {"theirs": ["switched_off"], "ours": []}


def test_asked_for_twice_it_is_one_copy(theirs, campaign):
    first, second = theirs.customise_for(campaign), theirs.customise_for(campaign)

    assert first == second
    assert SwitchedOff.objects.count() == 1


def test_the_database_lets_no_second_copy_in(theirs, campaign):
    theirs.customise_for(campaign)

    with pytest.raises(IntegrityError), transaction.atomic():
        theirs.copy(source=None, campaign=campaign, customised_from=theirs).save()


def test_another_campaign_keeps_the_sources(theirs, campaign, source, saved):
    theirs.customise_for(Campaign.objects.create(name="Boots", source=source))

    saved(status="sale")

    assert SentPostback.objects.get().rule == theirs


def test_what_the_sources_rule_has_sent_the_copy_does_not_send_again(theirs, campaign, saved):
    conversion = saved(status="sale")
    PostbackRule.objects.filter(pk=theirs.customise_for(campaign).pk).update(name="ours", url=OTHER_URL)

    for status in ("rejected", "sale"):
        saved(conversion, status=status)

    assert sent() == [("theirs", "sale"), ("ours", "rejected")]


def test_what_the_copy_has_sent_the_sources_does_not_send_again(theirs, campaign, saved):
    copy = theirs.customise_for(campaign)
    conversion = saved(status="sale")
    copy.delete()
    SwitchedOff.objects.all().delete()

    for status in ("rejected", "sale"):
        saved(conversion, status=status)

    assert [status for _name, status in sent()] == ["sale", "rejected"]


def test_the_copy_keeps_its_keys_when_the_sources_rule_is_deleted(theirs, campaign, saved):
    conversion = saved(status="sale")
    copy = theirs.customise_for(campaign)
    theirs.delete()
    copy.refresh_from_db()

    for status in ("rejected", "sale"):
        saved(conversion, status=status)

    assert [row.status for row in SentPostback.objects.order_by("pk")] == ["sale", "rejected"]


def test_a_duplicate_of_the_copy_is_a_wish_of_its_own(theirs, campaign, saved):
    copy = theirs.customise_for(campaign)
    twin = copy.copy(url=OTHER_URL)
    twin.save()

    change = saved(status="sale").changes.get()

    assert twin.customised_from is None
    assert copy.task_key(change) == key_of(theirs.pk, change)
    assert twin.task_key(change) == key_of(twin.pk, change)
    assert SentPostback.objects.count() == 2


def test_the_explanation_knows_what_the_copy_sent_and_what_was_sent_before(theirs, campaign, saved):
    conversion = saved(status="sale")
    theirs.customise_for(campaign)
    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    sections = explain(conversion.click.subid).sections

    outcomes = [line.text for section in sections for line in section.lines if line.outcome.value != "not_sent"]
    assert len(outcomes) == 2  # theirs for the sale, the copy's for the rejected
    assert "already sent for this status" in sections[2].lines[1].text
