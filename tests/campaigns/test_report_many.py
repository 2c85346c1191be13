"""Many conversions are reported at once: judged as if each had come alone, in few statements."""

import gc
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import connection, transaction

from campaigns.models import (
    Campaign,
    Click,
    Conversion,
    ConversionChange,
    ConversionStatus,
    Judgement,
    Verdict,
    Visitor,
)
from campaigns.models.intake import uncollected
from campaigns.report import Report
from campaigns.signals import conversions_changed
from delivery.models import SentPostback
from postbacks.models import Decision

pytestmark = pytest.mark.django_db

FEW = 12 if connection.vendor == "postgresql" else 150  # SQLite takes a thousand values in a statement, not more


@pytest.fixture
def clicks(campaign):
    """Makes so many clicks."""

    def make(count):
        made = [Click(campaign=campaign, traffic_source=campaign.source, external_id=f"e{i}") for i in range(count)]
        return Click.objects.bulk_create(made)

    return make


@pytest.fixture
def tell(click):
    """Reports of the click, all in one call."""

    def report_many(*said):
        return Conversion.objects.report_many([Report.read({"subid": click.subid} | report) for report in said])

    return report_many


@pytest.fixture
def news():
    """What the signal told, call by call."""
    told: list[list[ConversionChange]] = []

    def listen(changes, **_kwargs):
        told.append(list(changes))

    conversions_changed.connect(listen)
    yield told
    conversions_changed.disconnect(listen)


def statuses(changes):
    return [(change.number, change.previous_status, change.status) for change in changes]


def verdicts(judged):
    return [judgement.verdict.value for judgement in judged]


def sales(clicks):
    return [Report.read({"subid": click.subid, "status": "sale", "payout": "1.5", "tid": "T"}) for click in clicks]


def test_each_becomes_a_conversion_with_its_change_its_decision_and_its_postback(clicks, rule):
    judged = Conversion.objects.report_many(sales(clicks(30)))

    assert verdicts(judged) == ["created"] * 30
    assert all(judgement.is_news for judgement in judged)
    for model in (Conversion, ConversionChange, Decision, SentPostback):
        assert model.objects.count() == 30
    subids = {judgement.click.subid for judgement in judged if judgement.click}
    assert set(SentPostback.objects.values_list("change__conversion__click__subid", flat=True)) == subids


def test_what_was_said_is_kept(tell, click):
    report = {
        "status": "Sale",
        "payout": "9,5",
        "cost": "0.1",
        "currency": "usd",
        "tid": "T",
        "from": "Net",
        "sub1": "x",
    }
    tell(report | {"tid": "T"}, report | {"tid": "U"})

    for conversion in Conversion.objects.all():
        assert (conversion.click, conversion.status, conversion.original_status) == (click, "sale", "Sale")
        assert (conversion.revenue, conversion.cost, conversion.currency) == (Decimal("9.5"), Decimal("0.1"), "USD")
        assert (conversion.network, conversion.parameters, conversion.previous_status) == ("Net", {"sub_id_1": "x"}, "")
        assert conversion.changes.get().parameters == {"sub_id_1": "x"}


def test_lead_then_sale_in_one_call_are_two_changes(tell, rule, news):
    judged = tell({"status": "lead", "payout": "1"}, {"status": "sale", "payout": "2"})

    conversion = Conversion.objects.get()
    assert verdicts(judged) == ["created", "updated"]
    assert [statuses(changes) for changes in news] == [[(1, "", "lead"), (2, "lead", "sale")]]
    assert (conversion.status, conversion.previous_status, conversion.revenue) == ("sale", "lead", Decimal(2))
    assert [change.revenue for change in conversion.changes.all()] == [1, 2]
    assert list(SentPostback.objects.order_by("pk").values_list("status", flat=True)) == ["lead", "sale"]


def test_the_same_twice_in_one_call_is_news_once(tell, rule):
    judged = tell({"status": "sale", "tid": "T"}, {"status": "sale", "tid": "T", "payout": "3"})

    assert verdicts(judged) == ["created", "repeated"]
    assert [judgement.is_news for judgement in judged] == [True, False]
    assert Conversion.objects.get().revenue == 3
    assert SentPostback.objects.count() == ConversionChange.objects.count() == 1


def test_what_was_there_is_updated(tell, saved, rule, news):
    saved(status="lead", tid="T", revenue=Decimal(1), network="Net", parameters={"sub_id_1": "a"})
    saved(status="lead", tid="other")
    judged = tell({"status": "sale", "tid": "T", "sub2": "b"}, {"status": "rejected", "tid": "T", "payout": "0"})

    conversion = Conversion.objects.get(tid="T")
    assert verdicts(judged) == ["updated", "updated"]
    assert statuses(news[-1]) == [(2, "lead", "sale"), (3, "sale", "rejected")]
    assert (conversion.status, conversion.previous_status, conversion.revenue) == ("rejected", "sale", Decimal(0))
    assert (conversion.network, conversion.parameters) == ("Net", {"sub_id_1": "a", "sub_id_2": "b"})
    assert Conversion.objects.get(tid="other").status == "lead"


def test_many_that_were_there_are_updated(clicks, rule):
    made = clicks(20)
    Conversion.objects.report_many(sales(made))
    before = {conversion.pk: conversion.updated for conversion in Conversion.objects.all()}
    reports = [
        Report(subid=click.subid, tid="T", status="rejected", revenue=Decimal(i)) for i, click in enumerate(made)
    ]

    assert verdicts(Conversion.objects.report_many(reports)) == ["updated"] * 20

    kept = {(conversion.click_id, conversion.status, conversion.revenue) for conversion in Conversion.objects.all()}
    assert kept == {(click.pk, "rejected", Decimal(i)) for i, click in enumerate(made)}
    assert all(conversion.updated > before[conversion.pk] for conversion in Conversion.objects.all())


def test_a_status_that_comes_back_sends_nothing_again(tell, rule):
    tell({"status": "sale"})
    tell({"status": "rejected"}, {"status": "sale"})

    assert list(SentPostback.objects.values_list("status", flat=True)) == ["sale"]
    assert ConversionChange.objects.count() == 3


def test_repeats_tell_nothing(tell, news):
    tell({"status": "sale"})
    tell({"status": "sale"}, {"status": "sale", "payout": "4"})

    assert len(news) == 1
    assert Conversion.objects.get().revenue == 4


def test_what_cannot_be_used_is_answered_and_stops_nothing(tell, rule):
    judged = tell(
        {"subid": "nobody", "status": "sale"},
        {"subid": "", "status": "sale"},
        {"status": "sale", "payout": "much"},
        {"status": "nonsense"},
        {"status": "sale"},
        {"status": "lead"},
    )

    assert verdicts(judged) == ["refused", "refused", "refused", "ignored", "created", "ignored"]
    assert [judgement.code for judgement in judged] == [404, 400, 400, 200, 200, 200]
    assert [judgement.reason.partition(".")[0] for judgement in judged] == [
        "SubID not found: nobody",
        'Incorrect subid ""',
        "payout: “much” is not a number",
        "Unknown status “nonsense”; known are lead, sale, rejected, rebill",
        "Conversion created: sale",
        "Status lead came after sale: nothing was changed",
    ]
    assert judged[0].click is judged[0].conversion is None
    assert judged[-1].conversion == Conversion.objects.get()


def test_none_is_none(db):
    assert Conversion.objects.report_many([]) == []


def test_a_status_of_ones_own_and_the_campaigns_words_count(campaign, tell):
    ConversionStatus.objects.create(name="deposit", label="Deposit")
    campaign.status_words = {"deposit": ["paid"], "sale": ["paid", "ok"]}
    campaign.save()

    tell({"status": "paid", "tid": "1"}, {"status": "ok", "tid": "2"}, {"status": "deposit", "tid": "3"})

    assert list(Conversion.objects.order_by("tid").values_list("status", flat=True)) == ["sale", "sale", "deposit"]


def test_clicks_of_several_campaigns(source, campaign, rule):
    other = Campaign.objects.create(name="Hats", alias="hats", source=source, paused=True)
    made = [Click.objects.record(owner, {"external_id": "e"}, Visitor()) for owner in (campaign, other)]

    Conversion.objects.report_many(sales(made))

    assert SentPostback.objects.get().campaign == campaign
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("count", [1, 1000])
def test_the_statements_are_few_however_many_reports(clicks, rule, django_assert_max_num_queries, count):
    reports = sales(clicks(count))

    with django_assert_max_num_queries(FEW):
        Conversion.objects.report_many(reports)

    assert SentPostback.objects.count() == count


def test_updates_are_as_few_statements(clicks, rule, django_assert_max_num_queries):
    made = clicks(1000)
    Conversion.objects.report_many([Report(subid=click.subid, status="lead", tid="T") for click in made])
    reports = sales(made)

    with django_assert_max_num_queries(FEW + 1):  # which keys are spent
        Conversion.objects.report_many(reports)

    assert SentPostback.objects.count() == 2000


def test_a_thousand_are_one_transaction(clicks, news):
    def refuse_the_second(changes, **_kwargs):
        if len(news) == 2:
            raise ValueError("not these")

    conversions_changed.connect(refuse_the_second)
    try:
        with pytest.raises(ValueError, match="not these"), transaction.atomic():
            Conversion.objects.report_many(sales(clicks(1001)))
    finally:
        conversions_changed.disconnect(refuse_the_second)

    assert [len(changes) for changes in news] == [1000, 1]
    assert not Conversion.objects.exists()


def test_reports_may_come_one_by_one(clicks):
    made = clicks(3)

    judged = Conversion.objects.report_many(report for report in sales(made))

    assert [judgement.click for judgement in judged] == made


@pytest.mark.parametrize("verdict", Verdict)
def test_only_news_is_news(verdict):
    judgement = Judgement(verdict=verdict, code=200, reason="")

    assert judgement.is_news == (verdict in {"created", "updated"})


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_the_garbage_collector_is_afterwards_as_it_was_before(was_on, fails):
    seen = []
    (gc.enable if was_on else gc.disable)()
    try:
        with suppress(ZeroDivisionError), uncollected():
            seen.append(gc.isenabled())
            assert 1 / (not fails)
        seen.append(gc.isenabled())
    finally:
        gc.enable()

    assert seen == [False, was_on]
