"""The chart and the table of the page are made of a document."""

from xml.etree import ElementTree

import pytest

from bench.chart import BEGIN, END, PAGES_BEGIN, PAGES_END, svg, with_table

SVG = "{http://www.w3.org/2000/svg}"
RATES = {"curl": 6000.0, "django_webhook": 200.0, "requests": None, "bare_curl": 20000.0}


def bars(picture: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(picture).findall(f"{SVG}rect")


def test_each_contender_that_was_measured_has_a_bar() -> None:
    assert [bar.get("class") for bar in bars(svg(RATES))] == ["ours", "other"]


def test_a_bar_is_as_long_as_its_rate() -> None:
    ours, other = (float(bar.get("width", "")) for bar in bars(svg(RATES)))

    assert ours / other == pytest.approx(30, rel=0.01)


def test_every_bar_says_its_rate() -> None:
    assert ">6,000</text>" in svg(RATES)


def test_the_picture_follows_light_and_dark() -> None:
    assert "prefers-color-scheme:dark" in svg(RATES)


def test_nothing_measured_is_an_empty_picture() -> None:
    assert bars(svg({})) == []


def test_the_table_of_the_page_is_replaced_and_the_rest_kept() -> None:
    document = {"commit": "abc", "cores": 2, "versions": {"python": "3.11"}, "delivered_per_s": {"curl": 6000.0}}

    page = with_table(f"before\n{BEGIN}\nold\n{END}\nafter\n", document)

    assert page.startswith(f"before\n{BEGIN}\n\n| |")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert "| postbacks/s, libcurl, two worker processes | 6,000 |" in page
    assert "Commit abc, 2 cores; python 3.11." in page


def test_where_pages_were_measured_each_has_a_line_the_slowest_first() -> None:
    took = {"quick": {"median": 4.6, "max": 9.2}, "slow": {"median": 80.0, "max": 90.0}}
    document = {"commit": "abc", "cores": 2, "versions": {}, "page_rows": 5_000_000, "page_ms": took}

    page = with_table(f"{BEGIN}{END}between\n{PAGES_BEGIN}old{PAGES_END}", document)

    assert "| with 5,000,000 rows in each log | median, ms | worst of seven, ms |" in page
    assert page.index("| slow | 80 | 90 |") < page.index("| quick | 5 | 9 |")
    assert "between" in page
    assert "old" not in page


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(SystemExit):
        with_table("no marks", {"commit": "abc", "cores": 2, "versions": {}})
