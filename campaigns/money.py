"""Money as networks write it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from campaigns.parameters import is_unfilled

# 11 digits before the point and 4 behind it: SQLite keeps 15, and a row with more is never read again
MOST = Decimal(10) ** 11
_NUMBER = re.compile(r"\A[+-]?\d{1,20}(\.\d{0,20})?\Z|\A[+-]?\.\d{1,20}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What was read: a number, or none; `note` says what was passed over, `error` what cannot be read."""

    number: Decimal | None = None
    note: str = ""
    error: str = ""


def read_money(text: str) -> Money:
    """A plain decimal; a comma is taken for the point, and of both the last is the point."""
    text = text.strip()
    if not text:
        return Money()
    if is_unfilled(text):
        return Money(note=f"{text} was not filled in by the sender")
    plain = _with_point(text.replace(" ", "").replace("\u00a0", ""))
    if not _NUMBER.match(plain):
        return Money(error=f"“{text[:80]}” is not a number")
    number = Decimal(plain).quantize(Decimal("0.0001"))
    if abs(number) >= MOST:
        return Money(error=f"“{text[:80]}” is too large")
    return Money(number=number)


def _with_point(text: str) -> str:
    """1.234,56 and 1,234.56 are 1234.56; 12,5 is 12.5."""
    if "," not in text:
        return text
    if "." in text and text.rfind(".") > text.rfind(","):
        return text.replace(",", "")
    return text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
