"""What a network says in an incoming postback, read but not yet judged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import unquote_plus

from campaigns.money import read_money
from campaigns.parameters import EXTRA_PARAMS, SHORT_FORMS, SUB_IDS, clean_text, is_unfilled

NAMES = {  # our word, and what networks write for it; the first that says something wins
    "subid": ["subid", "clickid", "click_id", "sub_id"],
    "status": ["status", "type"],
    "revenue": ["payout", "revenue", "profit", "amount"],
    "cost": ["cost"],
    "currency": ["currency"],
    "tid": ["tid"],
    "network": ["from"],
    "answer": ["return"],
}
MAX_TID = 255  # characters
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_CURRENCY = re.compile(r"\A[A-Z]{3}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The request in our words. `notes` says what was passed over, `errors` what makes it unusable."""

    subid: str = ""
    status: str = ""
    original_status: str = ""  # as it was written, capitals and all
    revenue: Decimal | None = None
    cost: Decimal | None = None
    currency: str = ""
    tid: str = ""
    network: str = ""
    answer: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)  # sub_id_1..30 and extra_param_1..10
    words: Mapping[str, list[str]] = field(default_factory=dict)  # status -> what the network calls it
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Report":
        """Read a request's parameters. Never raises: what is wrong stands in `errors`, what was left out in `notes`."""
        notes: list[str] = []
        said = {name: _said(query, name, notes) for name in NAMES}
        revenue, cost = read_money(said["revenue"]), read_money(said["cost"])
        errors = [f"{name}: {money.error}." for name, money in (("payout", revenue), ("cost", cost)) if money.error]
        if len(said["tid"]) > MAX_TID:
            errors.append(f"tid is longer than {MAX_TID} characters.")
        return cls(
            subid=said["subid"].lower(),
            status=said["status"].lower(),
            original_status=said["status"][:255],
            revenue=revenue.number,
            cost=cost.number,
            currency=_currency(said["currency"], notes),
            tid=said["tid"],
            network=said["network"][:200],
            answer=said["answer"],
            parameters=_parameters(query),
            words={
                name.removesuffix("_status"): word_list(value)
                for name, value in query.items()
                if name.endswith("_status") and value
            },
            notes=notes,
            errors=errors,
        )


def word_list(text: str) -> list[str]:
    """Words with commas between them, in small letters."""
    return [word.strip().lower() for word in text.split(",") if word.strip()]


def _said(query: Mapping[str, str], name: str, notes: list[str]) -> str:
    """The first of the name's spellings that says something; a leftover placeholder says nothing, and is noted."""
    for spelling in NAMES[name]:
        value = clean_text(query.get(spelling, "")).strip()
        if _ESCAPE.search(value) and name != "answer":
            notes.append(f"{spelling} was URL-encoded twice")
            value = clean_text(unquote_plus(value)).strip()
        if value and is_unfilled(value):
            notes.append(f"{spelling}={value} was not filled in by the sender")
        elif value:
            return value
    return ""


def _currency(text: str, notes: list[str]) -> str:
    if text and not _CURRENCY.match(text.upper()):
        notes.append(f"currency “{text[:80]}” is not a code such as USD and was left out")
        return ""
    return text.upper()


def _parameters(query: Mapping[str, str]) -> dict[str, str]:
    """The click's parameters that this report overwrites."""
    named = {SHORT_FORMS.get(name, name): clean_text(value) for name, value in query.items() if value}
    return {name: named[name] for name in (*SUB_IDS, *EXTRA_PARAMS) if name in named and not is_unfilled(named[name])}
