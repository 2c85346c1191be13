"""The time of one attempt, split into its parts: a bar, and the same in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from delivery.models import Attempt

WIDTH = 1000  # of the drawing, in its own units
HEIGHT = 12
LEAST = 6  # units, so that a part that took next to no time is there to be pointed at
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts; `key` chooses its colour."""

    key: str
    label: str
    us: int

    @property
    def ms(self) -> str:
        """Milliseconds; of few the fractions count."""
        ms = self.us / THOUSAND
        return f"{ms:.2f}" if ms < 1 else f"{ms:.1f}" if ms < 100 else f"{ms:.0f}"

    @property
    def words(self) -> str:
        return _("%(part)s %(count)s ms") % {"part": self.label, "count": self.ms}


@dataclass(frozen=True, slots=True)
class Split:
    """What is known of where an attempt's time went."""

    attempt: Attempt

    @property
    def is_kept(self) -> bool:
        """Whether it went over a connection that was there before."""
        return self.attempt.connect_us == 0

    @property
    def parts(self) -> list[Part]:
        """Those that there were, in their order; the last is what is left of the whole."""
        return list(self._parts())

    def _parts(self) -> Iterator[Part]:
        attempt = self.attempt
        if not self.is_kept:
            told = (("dns", _("DNS"), attempt.dns_us), ("connect", _("connect"), attempt.connect_us))
            for key, label, us in (*told, ("tls", _("TLS"), attempt.tls_us)):
                if us is not None:
                    yield Part(key, label, us)
        if attempt.wait_us is None:
            return
        yield Part("wait", _("wait"), attempt.wait_us)
        if attempt.code is not None:
            told_us = sum((attempt.dns_us or 0, attempt.connect_us or 0, attempt.tls_us or 0, attempt.wait_us))
            yield Part("read", _("read"), max((attempt.duration_ms or 0) * THOUSAND - told_us, 0))

    @property
    def bar(self) -> SafeString | str:
        """The parts side by side, each with its exact time in the title."""
        parts = self.parts
        if not parts:
            return ""
        pieces = format_html_join(
            "",
            '<rect class="phase-{}" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect>',
            ((part.key, x, width, HEIGHT, part.words) for part, x, width in _placed(parts)),
        )
        return format_html(
            '<svg class="split" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>',
            ", ".join(part.words for part in parts),
            WIDTH,
            HEIGHT,
            pieces,
        )


def _placed(parts: list[Part]) -> Iterator[tuple[Part, int, int]]:
    """Each with its place and its width; all of them are as wide as the drawing."""
    whole = sum(part.us for part in parts) or 1
    room = WIDTH - LEAST * len(parts)
    x = 0
    for part in parts:
        width = LEAST + round(room * part.us / whole)
        yield part, x, width
        x += width
