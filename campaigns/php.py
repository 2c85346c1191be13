"""What macros borrow from PHP, to the letter: urlencode(), date() and the names of time zones."""

import calendar
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo, available_timezones

_UNRESERVED = re.compile(r"[A-Za-z0-9_.-]*")
_TOKENS = re.compile(r"\\(.)|(.)", re.DOTALL)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([01]?\d):?([0-5]\d)?", re.IGNORECASE | re.ASCII)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_ZONES = {"localtime", "Factory"}  # the server's own zone; a placeholder of the database
_WORD = re.compile(r"[A-Za-z_]{3,}")
_LONGEST_NAME = 64  # of a time zone that is worth comparing

DEFAULT_FORMAT = "Y-m-d H:i:s"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFormat:
    """What `letters,time zone` asks for. With a `fault` it cannot be had."""

    letters: str
    zone: tzinfo = UTC
    fault: str = ""


def urlencode(text: str) -> str:
    """As PHP's: a space is `+`, letters, digits and `-_.` stay, all else is %XX of its UTF-8."""
    if _UNRESERVED.fullmatch(text):
        return text
    return quote_plus(_whole(text), safe="").replace("~", "%7E")


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, which have no UTF-8."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def date(letters: str, moment: datetime) -> str:
    """As PHP's date(): `moment`, aware, in its own time zone."""
    return "".join(part if isinstance(part, str) else part(moment) for part in _compiled(letters))


@lru_cache(maxsize=1024)
def _compiled(letters: str) -> tuple[str | Callable[[datetime], str], ...]:
    return tuple(escaped or _LETTERS.get(letter, letter) for escaped, letter in _TOKENS.findall(letters))


def zone(name: str) -> tzinfo | None:
    """The time zone of this name, in any case, or of an offset such as `+03:00`; None: there is none."""
    known = zone_names().get(name.lower())
    return ZoneInfo(known) if known else _fixed(name)


@lru_cache(maxsize=1)
def zone_names() -> Mapping[str, str]:
    """Every time zone by its lower-case name."""
    return {name.lower(): name for name in sorted(available_timezones() - _NOT_ZONES)}


@lru_cache(maxsize=1)
def _zones_by_place() -> Mapping[str, str]:
    return {name.rpartition("/")[2].lower(): name for name in zone_names().values() if "/" in name}


def date_format(text: str) -> DateFormat:
    """Letters and time zone. Letters may hold commas: only a last part that names a zone is one."""
    letters, comma, last = text.rpartition(",")
    last = last.strip()
    known = zone(last)
    if known:
        return DateFormat(letters=letters or DEFAULT_FORMAT, zone=known)
    if _looks_like_zone(last, alone=not comma):
        return DateFormat(letters=letters, fault=f"{last} is not a time zone{_nearest_zone(last)}")
    return DateFormat(letters=text if text.strip() else DEFAULT_FORMAT)


def _looks_like_zone(text: str, *, alone: bool) -> bool:
    """Europe/Kiew, MSK, Moscow; and a word with a letter that date() has no use for."""
    if "/" in text:
        return any(name.startswith(text.lower().partition("/")[0] + "/") for name in zone_names())
    if alone or not _WORD.fullmatch(text):
        return False
    return text.isupper() or text.lower() in _zones_by_place() or not DATE_LETTERS.issuperset(text)


def _nearest_zone(text: str) -> str:
    zones = {**_zones_by_place(), **zone_names()}
    name = "" if text.isupper() else text[:_LONGEST_NAME].lower()  # MSK is not near Omsk
    close = difflib.get_close_matches(name, zones, n=1, cutoff=0.75)
    return f": did you mean {zones[close[0]]}?" if close else "; write one such as UTC, Europe/Kyiv or +03:00"


def _fixed(name: str) -> tzinfo | None:
    offset = _OFFSET.fullmatch(name)
    if not offset:
        return None
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-ahead if offset[1] == "-" else ahead)


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def _offset_seconds(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())


def _offset(moment: datetime, colon: str) -> str:
    seconds = _offset_seconds(moment)
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}{colon}{minutes % 60:02}"


def _suffix(moment: datetime) -> str:
    if moment.day in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(moment.day % 10, "th")


def _zulu(moment: datetime) -> str:
    return _offset(moment, ":") if _offset_seconds(moment) else "Z"


def _zone_name(moment: datetime) -> str:
    if isinstance(moment.tzinfo, ZoneInfo):
        return moment.tzinfo.key
    return _offset(moment, ":") if _offset_seconds(moment) else "UTC"


def _abbreviation(moment: datetime) -> str:
    return (moment.tzname() or "") if isinstance(moment.tzinfo, ZoneInfo) else _zone_name(moment)


def _swatch(moment: datetime) -> str:
    return f"{(_seconds(moment) % 86400 + 3600) * 10 // 864 % 1000:03}"


_LETTERS: Mapping[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at.day:02}",
    "D": lambda at: _DAYS[at.weekday()][:3],
    "j": lambda at: str(at.day),
    "l": lambda at: _DAYS[at.weekday()],
    "N": lambda at: str(at.isoweekday()),
    "S": _suffix,
    "w": lambda at: str(at.isoweekday() % 7),
    "z": lambda at: str(at.timetuple().tm_yday - 1),
    "W": lambda at: f"{at.isocalendar().week:02}",
    "o": lambda at: str(at.isocalendar().year),
    "F": lambda at: _MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02}",
    "M": lambda at: _MONTHS[at.month - 1][:3],
    "n": lambda at: str(at.month),
    "t": lambda at: str(calendar.monthrange(at.year, at.month)[1]),
    "L": lambda at: str(int(calendar.isleap(at.year))),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "B": _swatch,
    "g": lambda at: str(at.hour % 12 or 12),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: f"{at.hour:02}",
    "i": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second:02}",
    "u": lambda at: f"{at.microsecond:06}",
    "v": lambda at: f"{at.microsecond // 1000:03}",
    "e": _zone_name,
    "I": lambda at: str(int(bool(at.dst()))),
    "O": lambda at: _offset(at, ""),
    "P": lambda at: _offset(at, ":"),
    "p": _zulu,
    "T": _abbreviation,
    "Z": lambda at: str(_offset_seconds(at)),
    "c": lambda at: date("Y-m-d\\TH:i:sP", at),
    "r": lambda at: date("D, d M Y H:i:s O", at),
    "U": lambda at: str(_seconds(at)),
}
DATE_LETTERS = frozenset(_LETTERS)
