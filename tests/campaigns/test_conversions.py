"""Conversion.save(), from wherever it is called: what is news, and what is kept of it."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Conversion, ConversionChange, ReceivedPostback
from campaigns.signals import conversions_changed
from delivery.models import SentPostback
from postbacks.models import Decision

pytestmark = pytest.mark.django_db


@pytest.fixture
def news():
    """The changes that the signal told of."""
    told: list[ConversionChange] = []

    def listen(changes, **kwargs):
        told.extend(changes)

    conversions_changed.connect(listen)
    yield told
    conversions_changed.disconnect(listen)


def statuses(changes):
    return [(change.number, change.previous_status, change.status) for change in changes]


def test_a_new_conversion_is_news(saved, news):
    saved(status="lead")

    assert statuses(news) == [(1, "", "lead")]


def test_another_status_is_news(saved, news):
    conversion = saved(status="lead")
    saved(conversion, status="sale")

    assert statuses(news) == [(1, "", "lead"), (2, "lead", "sale")]


@pytest.mark.parametrize(
    "fields", [{}, {"revenue": "9"}, {"currency": "USD"}, {"parameters": {"sub_id_1": "a"}}, {"tid": "T"}, {"cost": 1}]
)
def test_any_other_save_is_no_news(saved, news, fields):
    conversion = saved(status="lead")
    saved(conversion, **fields)

    assert statuses(news) == [(1, "", "lead")]


def test_a_status_that_comes_back_is_news(saved, news):
    conversion = saved(status="sale")
    saved(conversion, status="rejected")
    saved(conversion, status="sale")

    assert statuses(news) == [(1, "", "sale"), (2, "sale", "rejected"), (3, "rejected", "sale")]


def test_two_conversions_of_a_click_are_numbered_apart(saved, news):
    first, second = saved(status="lead", tid="1"), saved(status="lead", tid="2")
    saved(first, status="sale")
    saved(second, status="sale")

    assert [change.number for change in news] == [1, 1, 2, 2]


def test_each_change_keeps_the_facts_of_its_moment(saved):
    conversion = saved(status="lead", revenue="1", cost="0.5", currency="USD", parameters={"sub_id_1": "a"})
    saved(conversion, status="sale", revenue="2", currency="EUR", parameters={"sub_id_1": "b"})

    kept = [(str(c.revenue), str(c.cost), c.currency, c.parameters) for c in ConversionChange.objects.all()]
    assert kept == [
        ("1.0000", "0.5000", "USD", {"sub_id_1": "a"}),
        ("2.0000", "0.5000", "EUR", {"sub_id_1": "b"}),
    ]


def test_the_previous_status_survives_a_save_that_is_no_news(saved):
    conversion = saved(status="lead")
    saved(conversion, status="sale")

    saved(conversion, revenue="5")

    conversion.refresh_from_db()
    assert (conversion.previous_status, conversion.status) == ("lead", "sale")


def test_who_looked_earlier_does_not_forget_the_previous_status(saved):
    conversion = saved(status="lead")
    looked_earlier = Conversion.objects.get()
    saved(conversion, status="sale")

    saved(looked_earlier, status="sale")

    assert Conversion.objects.get().previous_status == "lead"


def test_who_looked_earlier_makes_news_of_what_the_row_says_now(saved, news):
    conversion = saved(status="lead")
    looked_earlier = Conversion.objects.get()
    saved(conversion, status="sale")

    saved(looked_earlier, status="rejected")

    assert statuses(news)[-1] == (3, "sale", "rejected")


def test_the_original_status_is_the_status_where_no_network_said_another(saved):
    assert saved(status="lead").original_status == "lead"


def test_the_original_status_stays_as_the_network_said_it(saved):
    conversion = saved(status="lead", original_status="HOLD")

    assert saved(conversion, status="sale").original_status == "HOLD"
    assert [change.original_status for change in ConversionChange.objects.all()] == ["HOLD", "HOLD"]


def test_update_fields_with_the_status_is_news(saved, news):
    conversion = saved(status="lead")
    conversion.status = "sale"

    conversion.save(update_fields=["status"])

    conversion.refresh_from_db()
    assert (conversion.status, conversion.previous_status) == ("sale", "lead")
    assert statuses(news)[-1] == (2, "lead", "sale")


def test_update_fields_without_the_status_is_no_news(saved, news):
    conversion = saved(status="lead")
    conversion.status, conversion.revenue = "sale", 5

    conversion.save(update_fields=["revenue"])

    assert len(news) == 1
    conversion.refresh_from_db()
    assert (conversion.status, conversion.previous_status, str(conversion.revenue)) == ("lead", "", "5.0000")


def test_a_save_that_was_passed_over_is_news_later(saved, news):
    conversion = saved(status="lead")
    conversion.status = "sale"
    conversion.save(update_fields=["revenue"])

    conversion.save()

    assert statuses(news)[-1] == (2, "lead", "sale")


def test_every_save_says_when(saved):
    conversion = saved(status="lead")
    before = conversion.updated

    conversion.save(update_fields=["revenue"])

    conversion.refresh_from_db()
    assert conversion.updated > before


def test_create_tells_like_save(click, news):
    Conversion.objects.create(click=click, status="sale")

    assert statuses(news) == [(1, "", "sale")]


def test_get_or_create_tells_once(click, news):
    for _time in range(2):
        Conversion.objects.get_or_create(click=click, tid="T", defaults={"status": "sale"})

    assert statuses(news) == [(1, "", "sale")]


def test_options_are_given_by_name(saved):
    with pytest.raises(TypeError, match="by name"):
        saved(status="lead").save(True)


def test_the_same_identity_twice_is_refused_by_the_database(saved, news):
    saved(status="lead", tid="T")

    with pytest.raises(IntegrityError), transaction.atomic():
        saved(status="sale", tid="T")

    assert len(news) == ConversionChange.objects.count() == 1


def test_a_listener_runs_inside_the_transaction(click, rule):
    def refuse(**kwargs):
        raise ValueError("not this one")

    conversions_changed.connect(refuse)
    try:
        with pytest.raises(ValueError, match="not this one"):
            Conversion.objects.create(click=click, status="sale")
    finally:
        conversions_changed.disconnect(refuse)

    assert not Conversion.objects.exists()


@pytest.mark.parametrize("model", [Conversion, ConversionChange, Decision, SentPostback])
def test_what_is_rolled_back_leaves_nothing(saved, rule, model):
    with transaction.atomic():
        saved(status="sale")
        assert model.objects.count() == 1
        transaction.set_rollback(True)

    assert not model.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["campaigns_conversionchange", "postbacks_decision", "delivery_sentpostback"])
def test_a_database_that_fails_half_way_leaves_nothing(report, rule, failing, table):
    with failing(f'INTO "{table}"'):
        assert report(status="sale").status_code == 503

    for model in (Conversion, ConversionChange, Decision, SentPostback):
        assert not model.objects.exists()


def test_a_change_has_one_decision_and_its_postbacks(saved, rule):
    conversion = saved(status="lead")
    saved(conversion, status="rejected")

    assert [change.decision.change for change in conversion.changes.all()] == list(conversion.changes.all())
    assert list(SentPostback.objects.values_list("change__status", flat=True)) == ["lead"]


def test_a_conversion_made_by_hand_needs_no_received_postback(saved, rule):
    saved(status="sale")

    assert SentPostback.objects.count() == 1
    assert not ReceivedPostback.objects.exists()


def test_a_change_tells_nothing_that_was_not_saved(saved):
    conversion = saved(status="lead", revenue="1")
    conversion.status, conversion.revenue = "sale", "99"

    conversion.save(update_fields=["status"])

    assert conversion.changes.get(status="sale").revenue == 1
