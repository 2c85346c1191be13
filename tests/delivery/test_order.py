"""In order: no later status of a conversion goes before an earlier one, where the rule asks for it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from campaigns.models import Conversion
from delivery.claim import claim
from delivery.models import FINISHED, SentPostback, State
from delivery.order import Strays, release_followers
from delivery.pruning import prune
from delivery.sweeping import sweep
from postbacks.models import PostbackRule

RECEIVER = "http://receiver.test/p"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(rule):
    """The rule asks for order."""
    PostbackRule.objects.update(in_order=True, statuses=["lead", "sale", "rejected", "rebill"])
    return rule


@pytest.fixture
def send(send):
    """Until nothing is due: the last answer of a run may let another one go."""

    def run():
        send()
        while due():
            send()

    return run


@pytest.fixture
def line(ordered, saved):
    """The postbacks of one conversion that had these statuses in turn."""

    def collect(*statuses):
        conversion = None
        for status in statuses:
            conversion = saved(conversion, status=status)
        return list(SentPostback.objects.order_by("pk"))

    return collect


def waits():
    """Which waits for which, by status."""
    rows = SentPostback.objects.filter(waits_for__isnull=False).select_related("waits_for")
    return {row.status: row.waits_for.status for row in rows if row.waits_for}


def due():
    return list(SentPostback.objects.filter(state=State.QUEUED, due_at__lte=Now()).values_list("status", flat=True))


def test_a_later_status_waits_for_the_earlier(line):
    line("lead", "sale", "rejected")

    assert waits() == {"sale": "lead", "rejected": "sale"}
    assert due() == ["lead"]


def test_they_go_one_after_the_other(line, http, send):
    http.get(RECEIVER)
    line("lead", "sale", "rejected")

    send()

    sent = [call.request.url.partition("s=")[2].partition("&")[0] for call in http.calls]
    assert sent == ["lead", "sale", "rejected"]
    assert set(SentPostback.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_retry_holds_the_later_ones_back(line, http, send, due_now):
    http.get(RECEIVER, status=503)
    http.get(RECEIVER)
    lead, _sale = line("lead", "sale")

    send()
    assert (len(http.calls), waits()) == (1, {"sale": "lead"})

    SentPostback.objects.filter(pk=lead.pk).update(due_at=Now())
    send()
    assert [call.response.status_code for call in http.calls] == [503, 200, 200]


def test_one_that_has_failed_holds_nothing_back(line, http, send):
    http.get(RECEIVER, status=404)
    http.get(RECEIVER)
    line("lead", "sale")

    send()

    assert list(SentPostback.objects.order_by("pk").values_list("state", flat=True)) == [State.FAILED, State.SENT]


def test_what_was_sent_before_is_not_waited_for(line, ordered, saved, http, send):
    http.get(RECEIVER)
    conversion = saved(status="lead")
    send()

    saved(conversion, status="sale")

    assert due() == ["sale"]


def test_other_conversions_and_other_rules_go_their_own_way(ordered, campaign, saved):
    PostbackRule.objects.create(campaign=campaign, url=f"{RECEIVER}?other", statuses=["sale"])
    lead = saved(status="lead", tid="1")
    saved(status="sale", tid="2")
    saved(lead, status="sale")

    assert list(SentPostback.objects.filter(waits_for__isnull=False).values_list("tid", flat=True)) == ["1"]


def test_several_changes_of_one_collect_make_a_line(ordered, saved):
    from delivery.signals import collect_postbacks

    conversion = saved(status="lead")
    for status in ("sale", "rejected"):
        saved(conversion, status=status)
    changes = list(conversion.changes.order_by("number"))
    SentPostback.objects.all().delete()
    for change in changes:
        change.decision.delete()

    collect_postbacks([change.__class__.objects.get(pk=change.pk) for change in changes])

    assert waits() == {"sale": "lead", "rejected": "sale"}


def test_a_rule_without_order_costs_no_statement(rule, saved, django_assert_num_queries):
    conversion = saved(status="lead")
    saved(conversion, status="sale")

    assert waits() == {}
    with django_assert_num_queries(0):
        release_followers([])


@pytest.mark.parametrize("state", FINISHED)
def test_whatever_ended_the_earlier_the_later_goes(line, state):
    lead, _sale = line("lead", "sale")
    SentPostback.objects.filter(pk=lead.pk).update(state=state)

    assert release_followers([lead.pk]) == 1
    assert "sale" in due()


def test_one_from_the_middle_gives_its_place_to_the_one_before(line):
    _lead, sale, _rejected = line("lead", "sale", "rejected")
    SentPostback.objects.filter(pk=sale.pk).update(state=State.CANCELLED)

    assert release_followers([sale.pk]) == 0
    assert waits() == {"sale": "lead", "rejected": "lead"}


def test_cancelling_the_earlier_lets_the_later_go(line, admin_client):
    lead, _sale = line("lead", "sale")

    admin_client.post("/admin/delivery/sentpostback/cancel/", {"postback": lead.pk, "sure": "yes"})

    assert due() == ["sale"]


def test_what_waits_for_another_can_be_cancelled(line, admin_client):
    _lead, sale = line("lead", "sale")

    admin_client.post("/admin/delivery/sentpostback/cancel/", {"postback": sale.pk, "sure": "yes"})

    assert SentPostback.objects.get(pk=sale.pk).state == State.CANCELLED


def test_a_lost_lease_that_is_given_up_lets_the_later_go(line, settings):
    settings.POSTBACK_RETRY_DELAYS = []
    lead, _sale = line("lead", "sale")
    claim(uuid.uuid4(), 1, {})
    SentPostback.objects.filter(pk=lead.pk).update(leased_until=Now() - timedelta(seconds=1), attempts=9)

    sweep()

    assert due() == ["sale"]


@pytest.mark.parametrize("how", ["ended", "deleted"])
def test_the_sweep_finds_what_nobody_let_go(line, how):
    lead, _sale = line("lead", "sale")
    rows = SentPostback.objects.filter(pk=lead.pk)
    rows.update(state=State.SENT) if how == "ended" else rows.delete()

    sweep()

    assert due() == ["sale"]


def test_the_sweep_leaves_alone_what_waits_rightly(line):
    line("lead", "sale")

    assert Strays().release() == 0
    assert waits() == {"sale": "lead"}


def test_the_sweep_goes_through_all_of_them_part_by_part(line, monkeypatch):
    monkeypatch.setattr("delivery.order.AT_ONCE", 1)
    line("lead", "sale", "rejected", "rebill")
    SentPostback.objects.exclude(status="rebill").update(state=State.SENT)
    SentPostback.objects.filter(status="lead").update(state=State.QUEUED)
    strays = Strays()

    assert [strays.release() for _turn in range(4)] == [0, 0, 0, 0]  # a lead is unfinished: rebill waits for that
    SentPostback.objects.filter(status="lead").update(state=State.SENT)
    assert sum(strays.release() for _turn in range(3)) == 1


def test_pruning_lets_nothing_wait_for_ever(line):
    lead, _sale = line("lead", "sale")
    SentPostback.objects.filter(pk=lead.pk).update(state=State.SENT)
    SentPostback.objects.filter(pk=lead.pk).update(created=Now() - timedelta(days=9))
    prune(SentPostback.objects.annotate(now=Now()).first().now - timedelta(days=1))

    sweep()

    assert due() == ["sale"]


def test_a_status_that_comes_back_has_its_place_already(line):
    line("lead", "sale", "lead")

    assert waits() == {"sale": "lead"}


def test_a_resend_stands_in_no_order(line, http, send):
    http.get(RECEIVER, status=404)
    lead, _sale = line("lead", "sale")
    send()

    (resend,) = SentPostback.objects.send_again([SentPostback.objects.get(pk=lead.pk)])

    assert (resend.waits_for_id, resend.terms) == (None, {"in_order": True})


def test_it_is_as_the_rule_said_then(ordered, saved):
    conversion = saved(status="lead")
    PostbackRule.objects.update(in_order=False)

    saved(conversion, status="sale")

    assert waits() == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL lets two write at once")
@pytest.mark.django_db(transaction=True)
def test_whoever_is_first_collecting_or_recording_none_waits_for_ever(ordered, click, http, send):
    http.get(RECEIVER)
    stop = threading.Event()

    def pump():
        try:
            while not stop.is_set():
                send()
        finally:
            connection.close()

    workers = [threading.Thread(target=pump) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for number in range(60):
        conversion = Conversion.objects.create(click=click, tid=str(number), status="lead")
        for status in ("sale", "rejected"):
            conversion.status = status
            conversion.save()
    stop.set()
    for worker in workers:
        worker.join()
    send()  # and no sweep

    assert SentPostback.objects.filter(state=State.SENT).count() == 180
    for number in range(60):
        theirs = SentPostback.objects.filter(tid=str(number))
        assert list(theirs.order_by("finished")) == list(theirs.order_by("pk"))


def test_rules_of_different_terms_are_collected_at_once(ordered, campaign, source, saved):
    PostbackRule.objects.create(
        campaign=campaign, url=f"{RECEIVER}?a", statuses=["lead"], retry_if="*é*", schedule="day"
    )
    PostbackRule.objects.create(source=source, url=f"{RECEIVER}?b", statuses=["lead"], not_after_hours=2)

    saved(status="lead")

    assert list(SentPostback.objects.order_by("pk").values_list("terms", flat=True)) == [
        {"in_order": True},
        {"schedule": "day", "retry_if": ["*é*"]},
        {},
    ]
