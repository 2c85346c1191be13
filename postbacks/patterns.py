"""Patterns on the body of an answer: plain text that it contains, where `*` stands for anything.

No regular expressions: the receiver chooses the text, and the time to judge it must not be the receiver's to choose.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

PATTERNS_AT_MOST = 20  # in one field
LONGEST = 200  # characters of a pattern


def read_patterns(text: str) -> tuple[str, ...]:
    """One pattern a line; empty lines are none."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def pattern_problems(text: str) -> Iterable[str]:
    """What is wrong with such lines, in words."""
    patterns = read_patterns(text)
    if len(patterns) > PATTERNS_AT_MOST:
        yield _("At most %(count)d patterns are possible.") % {"count": PATTERNS_AT_MOST}
    for pattern in patterns:
        if not pattern.replace("*", "").strip():
            yield _("“%(pattern)s” would be found in every answer: write what it contains.") % {"pattern": pattern}
        elif len(pattern) > LONGEST:
            text = _("“%(start)s…” is too long: a pattern has at most %(count)d characters.")
            yield text % {"start": pattern[:20], "count": LONGEST}


def found_in(patterns: Sequence[str], folded: str) -> str:
    """The first of the patterns that the text contains; '': none. `folded` is the text's `casefold()`."""
    return next((pattern for pattern in patterns if _is_in(pattern, folded)), "")


def _is_in(pattern: str, folded: str) -> bool:
    """The earliest place of each part leaves most for the next: one walk over the text finds whatever there is."""
    place = 0
    for part in pattern.casefold().split("*"):
        found = folded.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True
