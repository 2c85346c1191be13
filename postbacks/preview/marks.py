"""The template as it is typed, in stretches: what is a macro, what is unknown, what is still to be filled in."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns import macros, url_template
from campaigns.macro_names import MACROS
from campaigns.macros import Placeholder

TONES = 4  # colours that tell macros apart; what follows begins with the first again


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch of the template; joined they are all of it. Without a kind it is plain text."""

    text: str
    kind: str = ""  # macro, unknown, fault or fill-in
    title: str = ""
    tone: int = 0
    nearest: str = ""  # what an unknown one may have meant


def marks_of(template: str, parameters: Collection[str] = ()) -> list[Mark]:
    """The whole template, in order."""
    tones = tones_of(template)
    strangers = {unknown.name: unknown.nearest or "" for unknown in macros.unknown(template, parameters)}
    found = {
        placeholder.span: _of_placeholder(placeholder, strangers, tones)
        for placeholder in macros.placeholders(template)
    }
    for start, stop in url_template.fill_ins(template):
        if all(stop <= other[0] or other[1] <= start for other in found):  # not around a macro, nor in another word
            mark = Mark(text=template[start:stop], kind="fill-in", title=_("Put your own word here."))
            found[start, stop] = mark
    return list(_with_text_between(template, found))


def tones_of(template: str) -> dict[str, int]:
    """A colour for each macro, in the order they come."""
    names = dict.fromkeys(name_of(placeholder) for placeholder in macros.placeholders(template))
    return {name: place % TONES for place, name in enumerate(names)}


def name_of(placeholder: Placeholder) -> str:
    """What it stands for, however it is spelt."""
    return placeholder.canonical or placeholder.name


def meaning_of(placeholder: Placeholder) -> str:
    """In words, for the person who reads it."""
    if placeholder.canonical:
        return _(MACROS[placeholder.canonical].meaning)
    return _("A parameter of the campaign's link.")


def replaced(template: str, name: str, nearest: str) -> str:
    """The template with another name in every placeholder of this name."""
    parts, end = [], 0
    for placeholder in macros.placeholders(template):
        if placeholder.name == name:
            start, stop = placeholder.span
            parts += [template[end:start], placeholder.text.replace(name, nearest, 1)]
            end = stop
    return "".join([*parts, template[end:]])


def _of_placeholder(placeholder: Placeholder, strangers: dict[str, str], tones: dict[str, int]) -> Mark:
    text, tone = placeholder.text, tones[name_of(placeholder)]
    if placeholder.name in strangers:
        return Mark(text=text, kind="unknown", title=_("Unknown macro"), nearest=strangers[placeholder.name])
    if fault := placeholder.kind.fault(placeholder.arguments):
        return Mark(text=text, kind="fault", title=fault)
    return Mark(text=text, kind="macro", title=meaning_of(placeholder), tone=tone)


def _with_text_between(template: str, found: dict[tuple[int, int], Mark]) -> Iterator[Mark]:
    end = 0
    for (start, stop), mark in sorted(found.items(), key=lambda pair: pair[0]):
        if start > end:
            yield Mark(text=template[end:start])
        yield mark
        end = stop
    if end < len(template):
        yield Mark(text=template[end:])
