"""The stretches of time that funnels are shown for. Each begins with an hour, as counts are kept by the hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Span:
    """A name for the address, one for people, and where it begins; None: with the first row."""

    name: str
    label: "StrPromise"
    begin: Callable[[], datetime | None]

    @property
    def since(self) -> datetime | None:
        """As of now."""
        return self.begin()

    @property
    def query(self) -> dict[str, str]:
        """How the lists of rows are told of it."""
        return {"since": timezone.localtime(self.since).strftime("%Y-%m-%dT%H:%M")} if self.since else {}


def _hours(count: int) -> Callable[[], datetime]:
    return lambda: (timezone.now() - timedelta(hours=count)).replace(minute=0, second=0, microsecond=0)


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


SPANS = [
    Span("today", _("Today"), _today),
    Span("24h", _("24 hours"), _hours(24)),
    Span("7d", _("7 days"), _hours(7 * 24)),
    Span("30d", _("30 days"), _hours(30 * 24)),
    Span("all", _("All"), lambda: None),
]
USUAL = SPANS[2]


def read_span(name: str) -> Span:
    """The one of this name; for whatever else stands in an address the usual one."""
    return next((span for span in SPANS if span.name == name), USUAL)
