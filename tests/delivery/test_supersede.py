"""Supersede: a later status of a conversion ends an earlier one that still waits, where the rule asks for it."""

import uuid

import pytest
from django.db.models.functions import Now

from delivery.claim import claim
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(rule, saved):
    """The postbacks of one conversion that had these statuses in turn, of a rule with these wishes."""
    conversion = None

    def collect(*statuses, **wishes):
        nonlocal conversion
        fields = {"statuses": ["lead", "sale", "rejected"], "supersede": True} | wishes
        PostbackRule.objects.filter(pk=rule.pk).update(**fields)
        for status in statuses:
            conversion = saved(conversion, status=status)
        return list(SentPostback.objects.order_by("pk"))

    return collect


def test_what_still_waits_is_ended_and_says_by_what(line):
    lead, rejected = line("lead", "rejected")

    assert (lead.state, lead.error, lead.due_at) == (State.CANCELLED, f"superseded by rejected (#{rejected.pk})", None)
    assert lead.finished
    assert rejected.state == State.QUEUED


def test_a_rule_that_does_not_ask_for_it_sends_both(line):
    assert [row.state for row in line("lead", "rejected", supersede=False)] == [State.QUEUED, State.QUEUED]


def test_what_waits_for_its_retry_is_ended_too(line, http, send):
    http.get("http://receiver.test/p", status=503)
    line("lead")
    send()

    lead, _rejected = line("rejected")

    assert (lead.state, lead.attempts) == (State.CANCELLED, 1)


def test_what_flies_is_not_called_back(line):
    line("lead")
    claim(uuid.uuid4(), 1, {})

    lead, rejected = line("rejected")

    assert (lead.state, rejected.state) == (State.SENDING, State.QUEUED)


def test_only_the_latest_is_left(line):
    lead, sale, rejected = line("lead", "sale", "rejected")

    assert lead.error == f"superseded by sale (#{sale.pk})"
    assert sale.error == f"superseded by rejected (#{rejected.pk})"


def test_with_order_the_latest_waits_for_what_flies(line):
    line("lead", in_order=True)
    claim(uuid.uuid4(), 1, {})

    lead, sale, rejected = line("sale", "rejected", in_order=True)

    assert (sale.state, rejected.waits_for) == (State.CANCELLED, lead)


def test_what_was_sent_stays_sent(line, http, send):
    http.get("http://receiver.test/p")
    line("lead")
    send()

    assert [row.state for row in line("sale")] == [State.SENT, State.QUEUED]


def test_other_rules_and_other_conversions_are_left_alone(line, rule, campaign, saved):
    other = PostbackRule.objects.create(campaign=campaign, url="http://other.test/", statuses=["lead"])
    saved(status="lead", tid="another")

    line("lead", "rejected")

    ended = SentPostback.objects.filter(state=State.CANCELLED)
    assert [(row.rule_id, row.tid) for row in ended] == [(rule.pk, "")]
    assert SentPostback.objects.filter(rule=other, state=State.QUEUED).count() == 2


def test_a_resend_is_a_persons_wish_and_stays(line, http, send):
    http.get("http://receiver.test/p", status=404)
    (lead,) = line("lead")
    send()
    lead.refresh_from_db()
    SentPostback.objects.send_again([lead])

    line("sale")

    assert SentPostback.objects.filter(kind="resend", state=State.QUEUED, due_at__lte=Now()).exists()
