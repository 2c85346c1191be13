"""The chart and the table of docs/performance.md, made of a document: `python -m bench.chart [var/bench.json]`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.table import markdown, pages, written

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/performance.md"
CHART = ROOT / "docs/images/performance.svg"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
PAGES_BEGIN, PAGES_END = "<!-- pages: begin -->", "<!-- pages: end -->"
BARS = {
    "curl": "S2S Postbacks, libcurl",
    "requests": "S2S Postbacks, requests",
    "celery_noop": "Celery, a task that does nothing",
    "celery_per_postback": "one Celery task a postback",
    "django_webhook": "django-webhook",
}
OURS = {"curl", "requests"}
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 38, 250, 80, 44  # pixels
# one picture for light and dark pages: it asks the reader's system, and its middle colours are readable on either
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.ours{fill:#0969da}.other{fill:#8c959f}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#4493f8}.other{fill:#6e7681}}"
)


def svg(rates: Mapping[str, float | None]) -> str:
    """A bar for each contender that was measured."""
    bars = [(name, words, rate) for name, words in BARS.items() if (rate := rates.get(name)) is not None]
    longest = max((rate for _name, _words, rate in bars), default=1.0)
    height = TOP + ROW * len(bars) + 8
    drawn = [bar(number, name, words, rate, longest) for number, (name, words, rate) in enumerate(bars)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'role="img" aria-label="Postbacks delivered per second">',
            f"<style>{STYLE}</style>",
            '<text class="title" x="8" y="24">Delivered per second, two worker processes</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def bar(number: int, name: str, words: str, rate: float, longest: float) -> str:
    """One of them, from the top."""
    y = TOP + ROW * number
    width = max(2.0, (WIDTH - LEFT - RIGHT) * rate / longest)
    kind = "ours" if name in OURS else "other"
    return (
        f'<text x="{LEFT - 10}" y="{y + 19}" text-anchor="end">{escape(words)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y + 2}" width="{width:.1f}" height="{ROW - 12}" rx="3"/>'
        f'<text x="{LEFT + width + 8:.1f}" y="{y + 19}">{written(rate)}</text>'
    )


def with_table(page: str, document: Mapping[str, Any]) -> str:
    """The page with this document's tables between their marks."""
    page = between(page, BEGIN, END, markdown(document))
    return between(page, PAGES_BEGIN, PAGES_END, pages(document)) if "page_ms" in document else page


def between(page: str, begin: str, end: str, table: str) -> str:
    """The page with this table between two marks."""
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{PAGE} has no {begin} .. {end}")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def main() -> None:
    """Write both."""
    document = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var/bench.json").read_text())
    CHART.write_text(svg(document["delivered_per_s"]))
    PAGE.write_text(with_table(PAGE.read_text(), document))


if __name__ == "__main__":
    main()
