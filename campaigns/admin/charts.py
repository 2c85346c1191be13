"""Charts drawn here, of slots and words: SVG with the exact values in titles, and the same as a table.

The look is all in charts.css. Bars grow with the page, the writing beside them does not: it stands outside of the SVG.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.scales import few, heights, nice, places
from campaigns.tallies import Slot

SMALL = 60  # a chart that is less high is a sparkline: no scale, no times, no legend
TIMES = 5
DAY = timedelta(days=1)
Words = Mapping[str, object]


def stacked_bars(
    slots: Sequence[Slot],
    tones: Mapping[str, str],
    title: str,
    width: int = 900,
    height: int = 180,
    words: Words | None = None,
) -> SafeString:
    """A bar for each slot, from below of each word of `tones` (good, bad, warn, busy, quiet) as many as there are.

    `words` says what a word is called. As wide as `width` at most; its height stays.
    """
    named = {word: str((words or {}).get(word, word)) for word in tones}
    end = nice(max((_sum(slot, tones) for slot in slots), default=0))
    drawn = _svg(slots, tones, named, title, end, width, height)
    if height < SMALL or not slots:
        return format_html('<span class="chart-small">{}</span>', drawn)
    return format_html(
        '<figure class="chart"><figcaption><span class="chart-title">{}</span> {}</figcaption>'
        '<div class="chart-body">{}{}{}</div></figure>',
        title,
        legend(tones, named),
        _scale(end),
        drawn,
        _times(slots),
    )


def legend(tones: Mapping[str, str], words: Words) -> SafeString:
    """What the colours mean."""
    entries = ((tone, words[word]) for word, tone in tones.items())
    return format_html(
        '<span class="chart-legend">{}</span>',
        format_html_join(" ", '<span class="chart-word"><i class="chart-dot tone-{}"></i>{}</span>', entries),
    )


def as_table(slots: Sequence[Slot], words: Words, caption: str) -> SafeString:
    """The same in numbers, the newest first, to be opened by whoever wants it exactly."""
    head = format_html_join("", '<th scope="col">{}</th>', ((word,) for word in words.values()))
    step = _step(slots)
    rows = (
        (_span(slot.start, step), format_html_join("", "<td>{}</td>", ((_number(slot, word),) for word in words)))
        for slot in reversed(slots)
    )
    return format_html(
        '<details class="chart-numbers"><summary>{}</summary><div class="chart-scroll" tabindex="0" role="region" '
        'aria-label="{}"><table><caption>{}</caption><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>",
        _("Exact values"),
        caption,
        caption,
        _("Time"),
        head,
        format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', rows),
    )


def _svg(
    slots: Sequence[Slot],
    tones: Mapping[str, str],
    words: Mapping[str, str],
    title: str,
    end: int,
    width: int,
    height: int,
) -> SafeString:
    sums = ", ".join(f"{words[word]} {_grouped(sum(slot.counts.get(word, 0) for slot in slots))}" for word in tones)
    step = _step(slots)
    bars = (
        (_told(slot, step, words), x, wide, height, _parts(slot, tones, x, wide, end, height))
        for slot, (x, wide) in zip(slots, places(max(1, len(slots)), width), strict=False)
    )
    return format_html(
        '<svg class="chart-bars" width="{}" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}{}</svg>',
        width,
        height,
        width,
        height,
        f"{title}: {sums}",
        _lines(width, height),
        format_html_join(
            "",
            '<g><title>{}</title><rect class="chart-hit" x="{}" y="0" width="{}" height="{}"/>{}</g>',
            bars,
        ),
    )


def _parts(slot: Slot, tones: Mapping[str, str], x: float, wide: float, end: int, height: int) -> SafeString:
    """One above the other."""
    parts, bottom = [], float(height)
    for tone, high in zip(
        tones.values(), heights([slot.counts.get(word, 0) for word in tones], end, height), strict=True
    ):
        bottom = max(0.0, round(bottom - high, 2))
        if high:
            parts.append((tone, x, bottom, wide, high))
    return format_html_join("", '<rect class="tone-{}" x="{}" y="{}" width="{}" height="{}"/>', parts)


def _lines(width: int, height: int) -> SafeString:
    """At the end of the scale, at its half and at nothing; a sparkline stands on the last alone."""
    ys = [0.5, height / 2, height - 0.5] if height >= SMALL else [height - 0.5]
    lines = ((y, width, y) for y in ys)
    return format_html_join("", '<line class="chart-line" x1="0" y1="{}" x2="{}" y2="{}"/>', lines)


def _scale(end: int) -> SafeString:
    marks = ((_grouped(mark),) for mark in (end, end // 2, 0))
    return format_html(
        '<div class="chart-scale" aria-hidden="true">{}</div>', format_html_join("", "<span>{}</span>", marks)
    )


def _times(slots: Sequence[Slot]) -> SafeString:
    step = _step(slots)
    moments = ((slots[place].start.isoformat(), _moment(slots[place].start, step)) for place in few(len(slots), TIMES))
    return format_html(
        '<div class="chart-times" aria-hidden="true">{}</div>',
        format_html_join("", '<time datetime="{}">{}</time>', moments),
    )


def _told(slot: Slot, step: timedelta, words: Mapping[str, str]) -> str:
    """“24 Nov, 14:00–15:00: sent 12, failed 1”."""
    told = ", ".join(f"{name} {_number(slot, word)}" for word, name in words.items() if slot.counts.get(word))
    return f"{_span(slot.start, step)}: {told or _('nothing')}"


def _step(slots: Sequence[Slot]) -> timedelta:
    return slots[1].start - slots[0].start if len(slots) > 1 else timedelta(hours=1)


def _span(start: datetime, step: timedelta) -> str:
    """A day, or from when to when."""
    if step >= DAY:
        return _day(start.astimezone(UTC))
    local = timezone.localtime(start)
    if step < timedelta(hours=1):
        return f"{_day(local)}, {local:%H:%M}"
    return f"{_day(local)}, {local:%H:%M}–{timezone.localtime(start + step):%H:%M}"


def _moment(start: datetime, step: timedelta) -> str:
    return _day(start.astimezone(UTC)) if step >= DAY else f"{timezone.localtime(start):%H:%M}"


def _day(moment: datetime) -> str:
    return date_format(moment, "j M")


def _sum(slot: Slot, words: Mapping[str, object]) -> int:
    return sum(slot.counts.get(word, 0) for word in words)


def _number(slot: Slot, word: str) -> str:
    return _grouped(slot.counts.get(word, 0))


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
