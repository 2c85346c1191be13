"""What somebody typed, read: an id, a number, a name, a host, or a link with values in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from campaigns.parameters import clean_text

LONGEST = 8192  # characters of a link
SHORTEST = 3  # of a value in a link that is looked up: shorter ones are no ids
VALUES = 10  # of a link that are looked up: the longest, as ids are
MAX_ID = 500  # characters
NUMBER = re.compile(r"#([0-9]{1,18})")
HOST = re.compile(r"([a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*(:[0-9]{1,5})?|([0-9]{1,3}\.){3}[0-9]{1,3}(:[0-9]{1,5})?", re.I)
LINK_MARKS = frozenset("/?&=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the search box."""

    text: str
    values: list[str] = field(default_factory=list)  # looked up exactly, as an id of any kind
    number: int | None = None  # of a postback
    host: str = ""  # whose receivers are looked up
    is_url: bool = False  # a whole link
    is_part: bool = False  # what seems to be a piece of a link

    @classmethod
    def read(cls, text: str) -> "Asked":
        """Whatever it is."""
        text = clean_text(text, LONGEST).strip()
        if not text:
            return cls(text="")
        if number := NUMBER.fullmatch(text):
            return cls(text=text, number=int(number[1]), values=[text])
        if "://" in text:
            return cls._link(text)
        host = text.lower() if HOST.fullmatch(text) and ("." in text or ":" in text) else ""
        is_part = not LINK_MARKS.isdisjoint(text)
        values = [text[:MAX_ID], *(_longest(_pieces(text)) if is_part else [])]
        return cls(text=text, values=list(dict.fromkeys(values)), host=host, is_part=is_part)

    @classmethod
    def _link(cls, text: str) -> "Asked":
        try:
            parts = urlsplit(text)
            host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
        except ValueError:
            return cls(text=text, values=[text[:MAX_ID]], is_part=True)
        rest = f"{parts.path}?{parts.query}"
        return cls(text=text, values=_longest(_pieces(rest)), host=host, is_url=True)


def _pieces(rest: str) -> Iterator[str]:
    """The values of a query, and the parts of a path, as they were before they were written into a link."""
    path, _mark, query = rest.partition("?") if "?" in rest or "=" not in rest else ("", "", rest)
    for part in path.split("/"):
        yield unquote(part)
    for _name, value in parse_qsl(query):
        yield value
        if "%" in value:  # encoded twice
            yield unquote_plus(value)


def _longest(pieces: Iterator[str]) -> list[str]:
    """The most promising, each once."""
    wanted = {clean_text(piece).strip() for piece in pieces}
    ids = [piece for piece in wanted if SHORTEST <= len(piece) <= MAX_ID]
    return sorted(ids, key=lambda piece: (-len(piece), piece))[:VALUES]
