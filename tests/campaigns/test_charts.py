"""Charts show what is there, and no more than fits."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from campaigns.admin.charts import as_table, stacked_bars
from campaigns.admin.scales import LEAST, few, heights, nice, places
from campaigns.tallies import Slot

TONES = {"sent": "good", "failed": "bad", "waiting": "busy"}
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
numbers = st.integers(0, 10**9)
bars = st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=70)


def slots_of(rows, step=timedelta(hours=1)):
    return [
        Slot(START + place * step, {word: number for word, number in zip(TONES, row, strict=True) if number})
        for place, row in enumerate(rows)
    ]


def svg_of(drawn):
    return ElementTree.fromstring(drawn[drawn.index("<svg") : drawn.index("</svg>") + 6])


def rects(svg):
    """The places of what is drawn, each as x, y, width and height."""
    every = svg.iter("rect")
    return [
        tuple(float(rect.get(name)) for name in ("x", "y", "width", "height"))
        for rect in every
        if rect.get("class") != "chart-hit"
    ]


@given(st.integers(0, 10**15))
def test_a_scale_ends_at_a_round_number_that_holds_all(most):
    end = nice(most)

    assert end >= most
    assert end % 2 == 0
    assert end <= 2 * max(1, most)
    assert set(str(end)[2:]) <= {"0"}


@given(st.lists(numbers, max_size=6), st.sampled_from([40, 180]))
def test_a_bar_is_never_higher_than_its_chart_and_what_is_there_is_seen(parts, height):
    drawn = heights(parts, nice(sum(parts)), height)

    assert sum(drawn) <= height + 0.05
    assert all(high >= LEAST if number else high == 0 for number, high in zip(parts, drawn, strict=True))


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_is_never_drawn_lower(one, other):
    end = nice(one + other)
    low, high = heights(sorted([one, other]), end, 180)

    assert low <= high + 0.01


@given(st.integers(1, 200), st.integers(100, 2000))
def test_bars_stand_side_by_side_within_the_chart(number, width):
    found = places(number, width)

    assert found[0][0] >= 0
    assert found[-1][0] + found[-1][1] <= width + 0.02
    assert all(x + wide <= following for (x, wide), (following, _) in pairwise(found))


@given(st.integers(1, 500), st.integers(2, 8))
def test_few_are_written_at_first_and_last_among_them(number, most):
    chosen = few(number, most)

    assert len(chosen) == min(number, most)
    assert (chosen[0], chosen[-1]) == (0, number - 1)
    assert chosen == sorted(set(chosen))


@given(bars, st.sampled_from([(200, 40), (900, 180)]))
def test_each_part_is_one_rectangle_inside(rows, size):
    width, height = size
    svg = svg_of(stacked_bars(slots_of(rows), TONES, "Postbacks", width, height))

    drawn = rects(svg)
    assert len(drawn) == sum(number > 0 for row in rows for number in row)
    for x, y, wide, high in drawn:
        assert 0 <= x <= x + wide <= width + 0.02
        assert 0 <= y <= y + high <= height + 0.05


@given(bars)
def test_the_titles_have_every_number_exactly(rows):
    titles = [title.text for title in svg_of(stacked_bars(slots_of(rows), TONES, "Postbacks")).iter("title")]

    assert len(titles) == len(rows)
    for row, title in zip(rows, titles, strict=True):
        told = [f"{word} {number:,}" for word, number in zip(TONES, row, strict=True) if number]
        assert title.endswith(": " + (", ".join(told) or "nothing"))


@pytest.mark.parametrize(
    ("step", "title", "written"),
    [
        (timedelta(minutes=1), "24 Nov, 12:00: sent 1,204, failed 2", "12:00"),
        (timedelta(hours=1), "24 Nov, 12:00–13:00: sent 1,204, failed 2", "12:00"),
        (timedelta(days=1), "24 Nov: sent 1,204, failed 2", "24 Nov"),
    ],
)
def test_a_slot_is_called_by_its_length(step, title, written):
    drawn = stacked_bars(slots_of([[1204, 2, 0], [0, 0, 0]], step), TONES, "Postbacks")

    assert f"<title>{title}</title>" in drawn
    assert f">{written}</time>" in drawn


def test_a_reader_that_cannot_see_hears_the_sums():
    svg = svg_of(stacked_bars(slots_of([[1, 2, 3], [4, 0, 0]]), TONES, "Postbacks", words={"sent": "Sent"}))

    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Postbacks: Sent 5, failed 2, waiting 3"


def test_a_large_chart_has_a_scale_times_and_a_legend_and_a_small_one_none():
    slots = slots_of([[90, 0, 0]] * 24)
    large, small = stacked_bars(slots, TONES, "Postbacks"), stacked_bars(slots, TONES, "Postbacks", 200, 40)

    assert ">100</span><span>50</span><span>0</span>" in large
    assert large.count("<time") == 5
    assert "chart-legend" in large
    assert not any(name in small for name in ("chart-scale", "<time", "chart-legend"))


@pytest.mark.parametrize("height", [40, 180])
def test_nothing_at_all_is_drawn_as_nothing(height):
    assert rects(svg_of(stacked_bars([], TONES, "Postbacks", 200, height))) == []


def test_the_table_tells_the_same_the_newest_first():
    table = as_table(slots_of([[1204, 2, 0], [7, 0, 0]]), {"sent": "Sent", "failed": "Failed"}, "Per hour")

    told = " ".join(strip_tags(table.replace("<", " <")).split())
    assert told.startswith("Exact values Per hour Time Sent Failed")
    assert told.endswith("24 Nov, 13:00–14:00 7 0 24 Nov, 12:00–13:00 1,204 2")


def test_foreign_words_are_escaped():
    drawn = stacked_bars(slots_of([[1, 0, 0]]), TONES, "<b>", words={"sent": "<i>"})
    table = as_table(slots_of([[1, 0, 0]]), {"sent": "<i>"}, "<b>")

    assert "<b>" not in drawn + table
    assert "&lt;i&gt; 1" in drawn


def test_nothing_is_styled_in_place():
    drawn = stacked_bars(slots_of([[1, 0, 0]] * 3), TONES, "Postbacks") + as_table(slots_of([[1, 0, 0]]), TONES, "x")

    assert "style=" not in drawn
