"""What a page reads of the counts is what it would find by counting rows."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaigns import tallies
from campaigns.models import Campaign, Click, Conversion, Source, Tally, Visitor
from campaigns.models.tally import Grain
from campaigns.tallies.percentiles import LIMITS, percentile
from campaigns.tallies.rollups import minute_of
from campaigns.tallies.spans import spans

Unit = tallies.Unit


@pytest.fixture
def history(db):
    """Conversions of two sources, from a year ago until now; more of them lately."""
    chance = random.Random(7)
    made = []
    for name in ("one", "two"):
        source = Source.objects.create(name=name)
        campaign = Campaign.objects.create(name=name, source=source)
        click = Click.objects.record(campaign, {}, Visitor())
        for number in range(150):
            created = timezone.now() - timedelta(minutes=chance.random() ** 4 * 366 * 1440)
            made.append(Conversion(click=click, tid=str(number), created=created))
    Conversion.objects.bulk_create(made)
    return made


@pytest.fixture(params=[True, False], ids=["folded", "not folded"])
def maybe_folded(request, history):
    """The counts are exact in both cases."""
    if request.param:
        tallies.fold_all()


def hour(moment):
    return moment.replace(minute=0, second=0, microsecond=0)


def between(history, since, until):
    return sum(since <= row.created and (until is None or row.created < until) for row in history)


@pytest.mark.parametrize("hours", [0, 1, 5, 24, 25, 49, 24 * 14])
@pytest.mark.parametrize("length", [None, 1, 3, 24, 100, 1000])
def test_a_stretch_of_time_has_as_many_as_there_are_rows(history, maybe_folded, hours, length):
    since = timezone.now() - timedelta(hours=hours)
    until = None if length is None else since + timedelta(hours=length)

    told = tallies.total("conversion", since=since, until=until, by=())

    count = between(history, hour(since), until and hour(until))
    assert told == ({(): count} if count else {})


@pytest.mark.parametrize("days", [16, 30, 200])
def test_long_ago_whole_days_are_told(history, maybe_folded, days):
    since = timezone.now() - timedelta(days=days, hours=3)
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)

    assert tallies.total("conversion", since=since) == {("",): between(history, day, None)}
    assert sum(tallies.total("conversion", until=since).values()) == len(history) - between(history, day, None)


@pytest.mark.parametrize(("unit", "count"), [(Unit.MINUTE, 120), (Unit.HOUR, 48), (Unit.DAY, 400)])
def test_slots_follow_one_another_and_have_their_rows(history, maybe_folded, unit, count):
    length = timedelta(minutes=unit)

    slots = tallies.series("conversion", unit, count)

    assert len(slots) == count
    assert all(one.start + length == other.start for one, other in pairwise(slots))
    assert slots[-1].start <= timezone.now() < slots[-1].start + length + timedelta(minutes=1)
    assert [slot.counts.get("", 0) for slot in slots] == [
        between(history, slot.start, slot.start + length) for slot in slots
    ]


def test_a_series_ends_where_it_is_told_to(history):
    until = timezone.now() - timedelta(days=3)

    (slot,) = tallies.series("conversion", Unit.DAY, 1, until=until)

    assert slot.start == until.replace(hour=0, minute=0, second=0, microsecond=0)


def test_of_a_source_only_its_own(history, maybe_folded):
    by_source = Counter(row.click.traffic_source_id for row in history)
    (one, _two) = by_source

    assert tallies.total("conversion", by=("source",)) == {(source,): number for source, number in by_source.items()}
    assert tallies.total("conversion", source=one, by=()) == {(): by_source[one]}
    assert sum(slot.counts.get("", 0) for slot in tallies.series("conversion", Unit.DAY, 400, source=one)) == 150


def test_names_come_in_the_order_they_are_asked_for(history):
    (campaign, source) = history[0].click.campaign_id, history[0].click.traffic_source_id

    assert ("", source, campaign) in tallies.total("conversion", by=("word", "source", "campaign"))


def test_a_minute_knows_no_rule(db):
    with pytest.raises(ValueError, match=r"Nothing is counted by minute and rule\."):
        tallies.series("postback", Unit.MINUTE, 5, rule=1)


def test_old_minutes_and_hours_are_let_go(history):
    tallies.fold_all()

    for grain, unit, days in ((Grain.SOURCE_MINUTE, Unit.MINUTE, 3), (Grain.RULE_HOUR, Unit.HOUR, 16)):
        too_old = minute_of(timezone.now() - timedelta(days=days)) // unit
        assert not Tally.objects.filter(grain=grain, slot__lte=too_old).exists()
    assert tallies.total("conversion", by=()) == {(): len(history)}


@given(st.integers(0, 10**8), st.none() | st.integers(0, 10**6))
def test_spans_touch_and_do_not_overlap(first, length):
    first = first // 60 * 60
    end = None if length is None else (first + length) // 60 * 60

    made = spans(first, end)

    if first == end:
        assert made == []
        return
    assert (made[0].first, made[-1].end) == (first, end)
    assert all(one.end == other.first for one, other in pairwise(made))
    assert all(bound is None or bound % span.unit == 0 for span in made for bound in (span.first, span.end))
    assert sum((span.end or 0) - span.first for span in made if span.unit is Unit.HOUR) < 48 * Unit.HOUR


@given(st.lists(st.integers(1, LIMITS[-1]), min_size=1, max_size=200), st.sampled_from([1, 50, 95, 100]))
def test_a_percentile_is_told_within_its_bucket(times, percent):
    limit_of = {time: next(limit for limit in LIMITS if time <= limit) for time in times}
    exact = sorted(times)[max(0, -(-len(times) * percent // 100) - 1)]

    told = percentile(Counter(limit_of[time] for time in times), percent)

    below = max((limit for limit in LIMITS if limit < limit_of[exact]), default=0)
    assert told is not None
    assert below <= told <= limit_of[exact]


def test_of_nothing_there_is_no_percentile(db):
    assert tallies.percentiles() == tallies.Percentiles(None, None)
    assert tallies.percentiles_by_source(datetime(2026, 1, 1, tzinfo=UTC)) == {}
