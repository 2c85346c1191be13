"""How a rule fares stands on the S2S Postbacks tab: the last day, the last answer, and clicks without a click id."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from campaigns.models import Campaign, Click, Visitor
from delivery.admin import strips as strips_module
from delivery.models import Kind, SentPostback
from postbacks.models import PostbackRule


def tab_of(owner):
    return f"/admin/campaigns/{owner._meta.model_name}/{owner.pk}/change/"


@pytest.fixture
def strip(admin_client):
    """The strip of a rule on a page, without its tags; empty where there is none."""

    def look(owner, rule, client=admin_client):
        html = client.get(tab_of(owner)).content.decode()
        formset = html.split(f'id="rule-{rule.pk}"')
        found = re.search(r'<div class="strip">(.*?)</div>', formset[1] if len(formset) > 1 else html, re.DOTALL)
        return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[1], flags=re.DOTALL).split()) if found else ""

    return look


@pytest.fixture
def made(campaign, rule):
    """Makes a postback of the rule, as it ended."""

    def make(state="sent", **fields):
        told = {"code": 200, "answer": "OK", "duration_ms": 12} if state == "sent" else {}
        number = SentPostback.objects.count()
        row = {"rule": rule, "campaign": campaign, "source": campaign.source, "state": state, "method": "GET"}
        return SentPostback.objects.create(**row | {"task_key": f"k{number}"} | told | fields)

    return make


def test_a_rule_counts_what_was_sent_has_failed_and_waits(campaign, rule, made, strip):
    for state in ("sent", "sent", "failed", "queued"):
        made(state)

    assert strip(campaign, rule).startswith("Last 24 h 2 sent 1 failed 1 waiting")


def test_what_is_older_than_a_day_is_not_counted(campaign, rule, made, strip):
    made(created=timezone.now() - timedelta(hours=25))

    assert "nothing was to be sent" in strip(campaign, rule)


def test_unknown_ones_are_told_where_there_are_any(campaign, rule, made, strip):
    made()
    assert "unknown" not in strip(campaign, rule)

    made("unknown")

    assert "1 unknown" in strip(campaign, rule)


def test_each_number_leads_to_its_rows_in_the_log(admin_client, campaign, rule, made):
    made("failed", code=403, duration_ms=3)

    html = admin_client.get(tab_of(campaign)).content.decode()
    query = f"campaign={campaign.pk}&amp;rule={rule.pk}&amp;state=failed&amp;kind=postback&amp;time=24h"
    assert query in html

    listed = admin_client.get(f"/admin/delivery/sentpostback/?{query.replace('&amp;', '&')}").content.decode()
    assert f"/admin/delivery/sentpostback/{SentPostback.objects.get().pk}/change/" in listed


def test_the_last_answer_is_the_newest_that_came(campaign, rule, made, strip):
    made(answer="older")
    made("failed", code=403, answer="<b>no such\n click</b>", duration_ms=7)
    made("queued")

    assert "Last answer 403 Failed &lt;b&gt;no such click&lt;/b&gt;" in strip(campaign, rule)


def test_where_nothing_was_answered_the_reason_is_told(campaign, rule, made, strip):
    made("failed", error="timed out after 15 s", duration_ms=15000)

    assert "Last answer – Failed timed out after 15 s" in strip(campaign, rule)


def test_a_test_is_no_last_answer(campaign, rule, made, strip):
    made(kind=Kind.TEST)

    assert "Last answer" not in strip(campaign, rule)


def test_a_rule_of_the_source_is_told_for_this_campaign_only_and_on_its_page_for_all(
    campaign, source, rule, made, strip
):
    theirs = PostbackRule.objects.create(source=source, url="http://receiver.test/", statuses=["sale"])
    boots = Campaign.objects.create(name="Boots", alias="boots", source=source)
    made(rule=theirs)
    made(rule=theirs, campaign=boots)
    made(rule=theirs, campaign=boots)

    assert "1 sent" in strip(campaign, theirs)
    assert "2 sent" in strip(boots, theirs)
    assert "3 sent" in strip(source, theirs)


@pytest.mark.parametrize(
    ("named", "nameless", "text"),
    [
        (4, 0, ""),
        (2, 1, "1 click in 3 has no external_id"),
        (1, 3, "3 clicks in 4 have no external_id"),
        (113, 4, "3 clicks in 100 have no external_id"),
        (120, 1, "1 click in 121 has no external_id"),
    ],
)
def test_clicks_without_a_click_id_are_told(campaign, rule, strip, named, nameless, text):
    for number in range(named + nameless):
        Click.objects.record(campaign, {"external_id": "e1"} if number < named else {}, Visitor())

    assert (text or "external_id") in strip(campaign, rule) or not text


def test_a_placeholder_that_nobody_filled_in_is_no_click_id(campaign, rule, strip):
    Click.objects.record(campaign, {"external_id": "{click_id}"}, Visitor())

    assert "1 click in 1 has no external_id" in strip(campaign, rule)


def test_a_rule_that_does_not_tell_the_click_id_is_not_warned_of(campaign, rule, strip):
    Click.objects.record(campaign, {}, Visitor())
    PostbackRule.objects.update(url="http://receiver.test/?c={subid}")

    assert "external_id" not in strip(campaign, rule)


def test_so_many_of_the_newest_are_looked_at_and_no_more(campaign, rule, made, strip, monkeypatch):
    monkeypatch.setattr(strips_module, "LOOKED_AT", 2)
    other = PostbackRule.objects.create(campaign=campaign, url="http://receiver.test/2", statuses=["sale"])
    made(answer="too old")
    for _time in range(2):
        made(rule=other, answer="newer")

    assert "too old" not in strip(campaign, rule)
    assert "newer" in strip(campaign, other)


def test_who_may_not_see_the_log_sees_no_answer_of_it(client, campaign, rule, made):
    made(answer="for some eyes only")
    user = User.objects.create_user("u", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_campaign", "view_postbackrule"]))
    client.force_login(user)

    html = client.get(tab_of(campaign)).content.decode()

    assert "to MGID" in html
    assert 'class="strip"' not in html
    assert "for some eyes only" not in html


@pytest.mark.parametrize("count", [1, 40])
def test_many_strips_cost_no_more_statements_than_one(
    admin_client, campaign, source, made, count, django_assert_max_num_queries
):
    for owner in ({"campaign": campaign}, {"source": source}):
        for number in range(count):
            fields = {"name": f"r{number}", "url": "http://receiver.test/", "statuses": ["sale"], **owner}
            made(rule=PostbackRule.objects.create(**fields))

    with django_assert_max_num_queries(30):
        html = admin_client.get(tab_of(campaign)).content.decode()

    assert html.count('class="strip"') == 2 * count + 1
