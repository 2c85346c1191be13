"""Filters for figures: grouped numbers, percents, durations, and how long ago."""

from datetime import datetime

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin import display

register = template.Library()
SECOND = 1000  # milliseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@register.filter
def grouped(number: int) -> str:
    """“1,204”."""
    return number_format(number, force_grouping=True)


@register.filter
def percent(share: float | None) -> str:
    """“98.2 %”; never 100 where one has failed. “–”: nothing ended."""
    if share is None:
        return "–"
    return "100 %" if share == 100 else _("%(share)s %%") % {"share": number_format(min(share, 99.9), 1)}


@register.filter
def milliseconds(duration: float | None) -> str:
    """“34 ms”, “1.2 s”, “14 min”, “3 h”."""
    if duration is None:
        return "–"
    if duration < SECOND:
        return _("%(count)s ms") % {"count": round(duration)}
    if duration < MINUTE:
        return _("%(count)s s") % {"count": number_format(duration / SECOND, 1)}
    if duration < HOUR:
        return _("%(count)s min") % {"count": round(duration / MINUTE)}
    return _("%(count)s h") % {"count": round(duration / HOUR)}


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """“12 s ago”."""
    return display.ago(moment)
