"""How times, words and ids are written on every page."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WHOLE = 24  # characters of an id that are shown uncut
MINUTE = 60  # seconds; an hour has as many minutes
SHORT = 10  # seconds, whose tenths count
DAY = 24  # hours


def ago(moment: datetime | None) -> SafeString | str:
    """“12 s ago”, with the exact time in the title."""
    if moment is None:
        return "–"
    return _time(moment, title=exact(moment), text=_words(moment))


def at(moment: datetime | None) -> SafeString | str:
    """The exact time, with “12 s ago” in the title."""
    return "–" if moment is None else _time(moment, title=_words(moment), text=exact(moment))


def exact(moment: datetime) -> str:
    """To the second, with its time zone."""
    local = timezone.localtime(moment)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}"


def lasting(seconds: float) -> str:
    """How long it took or takes: “850 ms”, “28 s”, “2 min”, “1 h 5 min”, “3 days”."""
    if seconds < 1:
        return _("%(count)s ms") % {"count": round(seconds * 1000)}
    if seconds < MINUTE:
        return _("%(count)s s") % {"count": f"{seconds:.1f}".removesuffix(".0") if seconds < SHORT else round(seconds)}
    minutes = round(seconds / MINUTE)
    if minutes < MINUTE:
        return _("%(count)s min") % {"count": minutes}
    hours, minutes = divmod(minutes, MINUTE)
    if hours < DAY:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return ngettext("%(count)d day", "%(count)d days", hours // DAY) % {"count": hours // DAY}


def label(word: object, tone: str = "quiet") -> SafeString:
    """A state as a small label; tones: good, bad, warn, busy, quiet. The word says it, the colour only helps."""
    return format_html('<span class="label label-{}">{}</span>', tone, word)


def mono(text: str, *, copy: bool = False) -> SafeString | str:
    """An id: monospace, cut in the middle when long, the whole in the title; `copy` adds a button."""
    if not text:
        return "–"
    short = text if len(text) <= WHOLE else f"{text[: WHOLE // 2]}…{text[-WHOLE // 2 + 1 :]}"
    shown = format_html('<code title="{}">{}</code>', text, short)
    return format_html("{} {}", shown, copy_button(text)) if copy else shown


def copy_button(text: str) -> SafeString:
    """A button that puts this text on the clipboard (copy.js); without JavaScript it is not shown."""
    return format_html('<button type="button" class="copy" data-copy="{}" hidden>{}</button>', text, _("Copy"))


def _time(moment: datetime, *, title: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), title, text)


def _words(moment: datetime) -> str:
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < 0:
        return exact(moment)
    if seconds < MINUTE:
        return _("%(count)s s ago") % {"count": seconds}
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}
