"""What we take each parameter of an incoming postback for."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.parameters import EXTRA_PARAMS, SHORT_FORMS, SUB_IDS, is_unfilled
from campaigns.report import NAMES

WORDS: dict[str, Promise | str] = {
    "subid": gettext_lazy("subid"),
    "status": gettext_lazy("status"),
    "revenue": gettext_lazy("revenue"),
    "cost": gettext_lazy("cost"),
    "currency": gettext_lazy("currency"),
    "tid": gettext_lazy("tid"),
    "network": gettext_lazy("network"),
    "answer": gettext_lazy("what we answer"),
}
OURS = {spelling: name for name, spellings in NAMES.items() for spelling in spellings}
OF_THE_CLICK = frozenset([*SUB_IDS, *EXTRA_PARAMS])


@dataclass(frozen=True, slots=True)
class Meaning:
    """A parameter as it came, and what we took it for."""

    name: str
    value: str
    taken_for: str


def meanings(query: Mapping[str, str]) -> list[Meaning]:
    """Of each parameter, in the order they came."""
    return [Meaning(name, value, _taken_for(name, value, query)) for name, value in query.items()]


def _taken_for(name: str, value: str, query: Mapping[str, str]) -> str:
    if not value.strip():
        return _("nothing: it is empty")
    if is_unfilled(value) and not name.endswith("_status"):
        return _("nothing: its sender did not fill it in")
    if ours := OURS.get(name):
        first = next(spelling for spelling in NAMES[ours] if _says(query.get(spelling, "")))
        return str(WORDS[ours]) if first == name else _("nothing: %(name)s goes first") % {"name": first}
    if name.endswith("_status"):
        return _("words for the status %(status)s") % {"status": name.removesuffix("_status")}
    if SHORT_FORMS.get(name, name) in OF_THE_CLICK:
        return _("%(name)s, in the place of the click's") % {"name": SHORT_FORMS.get(name, name)}
    return _("nothing: we do not use it")


def _says(value: str) -> bool:
    return bool(value.strip()) and not is_unfilled(value)
