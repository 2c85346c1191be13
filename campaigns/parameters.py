"""What a click link carries: which name in the link means which of our parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SUB_IDS = [f"sub_id_{number}" for number in range(1, 31)]
EXTRA_PARAMS = [f"extra_param_{number}" for number in range(1, 11)]
# these have columns of their own on a click; all others live in its parameters
FIELDS = ["external_id", "cost", "currency", "source", "keyword", "creative_id", "ad_campaign_id"]
KNOWN = [*FIELDS, *SUB_IDS, *EXTRA_PARAMS]
SHORT_FORMS = {f"sub{number}": f"sub_id_{number}" for number in range(1, 31)}

MOST = 100  # parameters of one click; a link with more is an attack or a mistake
MAX_NAME = 100  # characters
MAX_VALUE = 2000  # characters

_UNFILLED = re.compile(r"\A(\{\{?[^{}]*\}\}?|\$\{[^{}]*\}|\[[^\[\]]*\]|%[^%]+%|__\w+__|##.+##|<[^<>]*>)\Z")
_NAME = re.compile(r"\A[A-Za-z][A-Za-z0-9_-]*\Z")


class Parameter(TypedDict):
    """One row of a Parameters tab: `parameter` is our word, `name` the link's, `token` what the source fills in."""

    parameter: str
    name: str
    token: str


def is_unfilled(value: str) -> bool:
    """Whether this is a placeholder that its sender forgot to fill in, such as `{payout}` or `[CLICK_ID]`."""
    return _UNFILLED.match(value.strip()) is not None


def clean_text(value: str, longest: int = MAX_VALUE) -> str:
    """What any database can store: no NUL, no half of a surrogate pair, not longer than this."""
    return value[:longest].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def validate_parameters(rows: Sequence[Parameter]) -> None:
    """Refuses a row without a name, a name that cannot stand in a link, and a parameter or name used twice."""
    problems = [
        _("“%(name)s” is no name for a parameter: letters, digits, - and _ only.") % {"name": name}
        for row in rows
        for name in (row["parameter"], row["name"])
        if not _NAME.match(name) or len(name) > MAX_NAME
    ]
    for key in ("parameter", "name"):
        words = [str(row[key]) for row in rows]
        problems += [
            _("“%(name)s” stands here twice.") % {"name": word}
            for word in sorted({w for w in words if words.count(w) > 1})
        ]
    if problems:
        raise ValidationError(problems)


def mapped(query: Mapping[str, str], rows: Sequence[Parameter]) -> dict[str, str]:
    """The link's values by our names; a name that no row maps keeps its own. The first to say something wins."""
    ours_by_name = SHORT_FORMS | {row["name"]: row["parameter"] for row in rows}
    values: dict[str, str] = {}
    for name, value in list(query.items())[:MOST]:
        ours = clean_text(ours_by_name.get(name, name), MAX_NAME)
        if not values.get(ours):
            values[ours] = clean_text(value)
    return values
