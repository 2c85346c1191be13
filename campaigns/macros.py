"""Placeholders in a text and the facts they stand for. Pure: no input makes a function here raise or hang."""

import random
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache, partial
from typing import TypeAlias

from campaigns import php
from campaigns.macro_names import MACROS, WELL_KNOWN_PARAMETERS, Kind, Unknown, canonical, nearest, whole_range, words

Value: TypeAlias = str | int | bool | Decimal | datetime | None

# Possessive quantifiers: nothing is tried twice, so the time is linear in the text.
_GRAMMAR = re.compile(
    r"\{(?P<raw>_?+)(?P<name>[A-Za-z][A-Za-z0-9_-]*+)(?::(?P<arguments>[^{}]*+))?+\}"
    r"|\$(?P<dollar>[A-Za-z][A-Za-z0-9_]*+)"
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MONEY = Context(prec=64, rounding=ROUND_HALF_UP, traps=[])
_PLACES = Decimal("0.0001")
_LONGEST_NUMBER = 40  # digits before the point; more is a fault, not an amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one click and its conversion: `values` by macro, `parameters` by the link's own names."""

    values: Mapping[str, Value]
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A text with its placeholders filled. With `problems` it must not be sent."""

    text: str
    absent: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One pair of braces, or one `$name`, in a template."""

    text: str
    name: str
    canonical: str | None
    raw: bool
    arguments: tuple[str, ...]
    span: tuple[int, int]

    @property
    def kind(self) -> Kind:
        """What its value is; a parameter's is text."""
        return MACROS[self.canonical].kind if self.canonical else Kind.TEXT

    @property
    def is_dollar(self) -> bool:
        """Whether it is written `$name`, which stays as it is when no fact has this name."""
        return self.text.startswith("$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a rendered text; without a placeholder it is the template's own."""

    text: str
    placeholder: Placeholder | None = None
    is_absent: bool = False
    problem: str = ""


class _Unsendable(Exception):  # noqa: N818 - a way out of a writer, never seen outside
    """The sentence that becomes a problem."""


_Write: TypeAlias = Callable[[Value, Facts], str | None]  # None: there is no such fact


@dataclass(frozen=True, slots=True)
class _Slot:
    """A placeholder made ready to be filled many times."""

    placeholder: Placeholder
    write: _Write
    optional: bool  # a `$name` that no macro has: plain text where the link carries no such parameter

    def text(self, facts: Facts, *, encode: bool) -> str | None:
        """What stands in its place; None: there is no such fact."""
        if self.optional and self.placeholder.name not in facts.parameters:
            return self.placeholder.text
        text = self.write(_fact(self.placeholder, facts), facts)
        if text is None:
            return None
        return php.urlencode(text) if encode and not self.placeholder.raw else _UNPRINTABLE.sub("", text)

    def piece(self, facts: Facts, *, encode: bool) -> Piece:
        """The same, with where it came from."""
        try:
            text = self.text(facts, encode=encode)
        except _Unsendable as problem:
            return Piece(text="", placeholder=self.placeholder, problem=str(problem))
        return Piece(text=text or "", placeholder=self.placeholder, is_absent=text is None)


def render(template: str, facts: Facts, *, encode: bool = True) -> Rendered:
    """Fill in the placeholders, once: what a value contains is never expanded."""
    texts: list[str] = []
    absent: dict[str, None] = {}
    problems: dict[str, None] = {}
    for part in _parts(template):
        if isinstance(part, str):
            texts.append(part)
            continue
        try:
            text = part.text(facts, encode=encode)
        except _Unsendable as problem:
            problems[str(problem)] = None
            continue
        if text is None:
            absent[part.placeholder.name] = None
        else:
            texts.append(text)
    return Rendered(text="".join(texts), absent=tuple(absent), problems=tuple(problems))


def pieces(template: str, facts: Facts, *, encode: bool = True) -> tuple[Piece, ...]:
    """The filled text in pieces, for a person to look at: joined they are what `render` gives."""
    return tuple(Piece(text=p) if isinstance(p, str) else p.piece(facts, encode=encode) for p in _parts(template))


def placeholders(template: str) -> tuple[Placeholder, ...]:
    """The placeholders of a template, in order; a `$name` only where it is a macro's."""
    found = (part.placeholder for part in _parts(template) if isinstance(part, _Slot))
    return tuple(placeholder for placeholder in found if placeholder.canonical or not placeholder.is_dollar)


@lru_cache(maxsize=2048)
def is_by_chance(template: str) -> bool:
    """Whether the same facts may give another text the next time."""
    return any(placeholder.kind in {Kind.RANDOM, Kind.SAMPLE} for placeholder in placeholders(template))


def unknown(template: str, parameters: Collection[str] = ()) -> tuple[Unknown, ...]:
    """Placeholders that would always be empty, unless the link carries what it is not known to carry."""
    names = dict.fromkeys(placeholder.name for placeholder in placeholders(template) if not placeholder.canonical)
    strangers = [name for name in names if name not in WELL_KNOWN_PARAMETERS and name not in parameters]
    return tuple(Unknown(name=name, nearest=nearest(name, parameters)) for name in strangers)


def argument_errors(template: str) -> tuple[str, ...]:
    """What is wrong with the arguments of placeholders, each once."""
    faults = (_fault(placeholder) for placeholder in placeholders(template))
    return tuple(dict.fromkeys(fault for fault in faults if fault))


@lru_cache(maxsize=2048)
def _parts(template: str) -> tuple[str | _Slot, ...]:
    """The template cut into text and slots; cached, as one template is rendered for every conversion."""
    parts: list[str | _Slot] = []
    end = 0
    for match in _GRAMMAR.finditer(template):
        parts += [template[end : match.start()], _slot(match)]
        end = match.end()
    parts.append(template[end:])
    return tuple(part for part in parts if part)


def _slot(match: re.Match[str]) -> _Slot:
    name = match["name"] or match["dollar"]
    arguments = match["arguments"] or ""
    placeholder = Placeholder(
        text=match[0],
        name=name,
        canonical=canonical(name),
        raw=bool(match["raw"]),
        arguments=tuple(arguments.split(",")) if arguments.strip() else (),
        span=match.span(),
    )
    optional = placeholder.is_dollar and not placeholder.canonical
    return _Slot(placeholder, _writer(placeholder), optional)


def _fact(placeholder: Placeholder, facts: Facts) -> Value:
    name, ours = placeholder.name, placeholder.canonical
    if ours is None:
        return facts.parameters.get(name) or None
    value = facts.values.get(ours)
    if value is not None and value != "":
        return value
    return facts.parameters.get(name) or facts.parameters.get(ours) or None


def _fault(placeholder: Placeholder) -> str:
    """What is wrong with the arguments, in a sentence; empty: nothing."""
    wrong = placeholder.kind.fault(placeholder.arguments)
    return f"{placeholder.text}: {wrong}" if wrong else ""


def _writer(placeholder: Placeholder) -> _Write:
    fault = _fault(placeholder)
    if fault and placeholder.kind in {Kind.MONEY, Kind.TIME}:
        return partial(_refuse, fault)
    if fault and placeholder.kind in {Kind.RANDOM, Kind.SAMPLE}:
        return lambda _value, _facts: None
    return _WRITERS[placeholder.kind](placeholder.arguments)


def _refuse(fault: str, _value: Value, _facts: Facts) -> str | None:
    raise _Unsendable(fault)


def _text_writer(arguments: tuple[str, ...]) -> _Write:
    pairs = dict(word.split("=", 1) for word in words(arguments) if "=" in word)
    return partial(_write_mapped, pairs) if pairs else _write_plain


def _write_plain(value: Value, _facts: Facts) -> str | None:
    return None if value is None else _text(value)


def _write_mapped(pairs: Mapping[str, str], value: Value, _facts: Facts) -> str | None:
    text = "" if value is None else _text(value)
    return pairs.get(text, text or None)


def _money_writer(arguments: tuple[str, ...]) -> _Write:
    return partial(_write_money, arguments[0].strip().upper()) if arguments else _write_plain


def _write_money(currency: str, value: Value, facts: Facts) -> str | None:
    text = _write_plain(value, facts)
    own = facts.values.get("currency")
    if text in {None, "0"} or own == currency:  # nothing is nothing in every currency
        return text
    if not isinstance(own, str) or not own:
        raise _Unsendable(f"No exchange rate to {currency} is known: the conversion has no currency")
    if own.upper() != currency:
        raise _Unsendable(f"No exchange rate from {own.upper()} to {currency} is known")
    return text


def _time_writer(arguments: tuple[str, ...]) -> _Write:
    wanted = php.date_format(",".join(arguments))
    return partial(_write_time, wanted.letters, wanted.zone)


def _write_time(letters: str, zone: tzinfo, value: Value, _facts: Facts) -> str | None:
    if not isinstance(value, datetime):
        return _write_plain(value, _facts)
    return _date(letters, zone, value)


def _date(letters: str, zone: tzinfo, value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return php.date(letters, aware.astimezone(zone))
    except OverflowError as error:
        raise _Unsendable(f"{value} is beyond what a calendar holds") from error


def _random_writer(arguments: tuple[str, ...]) -> _Write:
    ends = whole_range(arguments)
    return lambda _value, _facts: str(random.choice(ends))  # noqa: S311 - no secret


def _sample_writer(arguments: tuple[str, ...]) -> _Write:
    choices = [argument.strip() for argument in arguments]
    return lambda _value, _facts: random.choice(choices)  # noqa: S311 - no secret


_WRITERS: Mapping[Kind, Callable[[tuple[str, ...]], _Write]] = {
    Kind.TEXT: _text_writer,
    Kind.FLAG: _text_writer,
    Kind.MONEY: _money_writer,
    Kind.TIME: _time_writer,
    Kind.RANDOM: _random_writer,
    Kind.SAMPLE: _sample_writer,
}


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _date(php.DEFAULT_FORMAT, UTC, value)
    return _number(value or 0)


def _number(value: Decimal | int) -> str:
    """Plain decimal, at most 4 places, half up; a flag is 1 or 0."""
    exact = Decimal(value)
    if not exact.is_finite() or (exact and exact.adjusted() >= _LONGEST_NUMBER):
        raise _Unsendable("A number among the facts is too long to be an amount")
    text = f"{exact.quantize(_PLACES, context=_MONEY):f}".rstrip("0").rstrip(".")
    return text if text != "-0" else "0"
