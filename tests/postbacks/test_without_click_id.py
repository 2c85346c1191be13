"""A postback that names no click the receiver knows is noise: it is not sent, unless a rule says so."""

from importlib import import_module

import pytest

from campaigns.models import Campaign, Click, Conversion, Visitor
from campaigns.url_template import names_click_by_external_id_alone
from postbacks.models import PostbackRule, Reason, Refusal, Why

pytestmark = pytest.mark.django_db


@pytest.fixture
def converts(campaign):
    """Makes a click of that link, and a sale of it."""

    def visit(**query):
        return Conversion.objects.create(click=Click.objects.record(campaign, query, Visitor()), status="sale")

    return visit


def test_a_click_without_external_id_is_a_reason(ask_for, campaign, converts, said):
    ask_for(campaign=campaign, name="r")

    converts()

    assert said() == {"r": ["no_external_id"]}
    assert Refusal.objects.get().reason == Reason(Why.NO_EXTERNAL_ID, "")


@pytest.mark.parametrize("token", ["{click_id}", "[CLICK_ID]", "{{id}}", "%clickid%", "__CID__"])
def test_a_token_that_was_not_filled_in_is_no_id(ask_for, campaign, converts, said, token):
    ask_for(campaign=campaign, name="r")

    converts(external_id=token)

    assert said() == {"r": ["no_external_id"]}
    assert token in Refusal.objects.get().reason.text


def test_a_click_id_is_all_that_is_needed(ask_for, campaign, converts, said):
    ask_for(campaign=campaign, name="r")

    converts(external_id="abc")

    assert said() == {"r": []}


@pytest.mark.parametrize("url", ["?c={subid}", "?c={external_id}&s={subid}", "?d={device_id}&c={external_id}", "?x=1"])
def test_a_url_that_names_the_click_otherwise_is_sent(ask_for, campaign, converts, said, url):
    ask_for(campaign=campaign, name="r", url=f"http://receiver.test/{url}")

    converts()

    assert said() == {"r": []}


def test_a_rule_may_want_it_all_the_same(ask_for, campaign, converts, said):
    ask_for(campaign=campaign, name="r", without_click_id=True)

    converts()

    assert said() == {"r": []}


def test_it_is_one_reason_among_others(ask_for, campaign, converts, said):
    ask_for(campaign=campaign, name="r", statuses=["lead"], enabled=False)

    converts()

    assert said() == {"r": ["status_not_ticked", "rule_disabled", "no_external_id"]}


def test_of_two_that_want_the_same_the_one_that_may_goes(ask_for, campaign, source, converts, said):
    ask_for(campaign=campaign, name="strict")
    ask_for(source=source, name="lenient", without_click_id=True)

    converts()

    assert said() == {"strict": ["no_external_id"], "lenient": []}


@pytest.mark.parametrize(
    ("url", "alone"),
    [
        ("http://h.test/?c={external_id}", True),
        ("http://h.test/{_external_id}/?s={status}", True),
        ("http://h.test/?c={external_id:=none}", True),
        ("http://h.test/?c=$external_id", True),
        ("http://h.test/?c={external_id}&t={tid}&x={sub_id_1}", True),
        ("http://h.test/?c={external_id}&s={clickid}", False),
        ("http://h.test/?c={external_id}&g={gclid}", False),
        ("http://h.test/?c={subid}", False),
        ("http://h.test/?s={status}", False),
        ("", False),
    ],
)
def test_which_urls_name_the_click_by_it_alone(url, alone):
    assert names_click_by_external_id_alone(url) is alone


def test_the_tab_has_a_box_for_it(admin_client, ask_for, campaign):
    ask_for(campaign=campaign)

    page = admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/").content.decode()

    assert 'name="rules-0-without_click_id"' in page
    assert "Send also when the click has no external_id." in page


def test_rules_that_were_there_before_keep_sending():
    added, altered, *_rest = import_module("postbacks.migrations.0004_refusals").Migration.operations

    assert (added.name, added.field.default) == ("without_click_id", True)
    assert (altered.name, altered.field.default) == ("without_click_id", False)


def test_a_new_rule_does_not_send_without_one():
    assert PostbackRule(campaign=Campaign(name="c")).without_click_id is False
