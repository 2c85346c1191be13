"""How one postback is to be delivered: what its rule and its source wanted when it was collected."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from postbacks.patterns import found_in
from postbacks.schedules import Schedule, known_schedule
from postbacks.success_codes import is_among


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Kept with the postback, so that editing the rule changes only what comes later. The default is kept as `{}`."""

    schedule: Schedule = Schedule.STANDARD
    own_delays: tuple[int, ...] = ()  # seconds
    success_codes: tuple[str, ...] = ()
    accepted_if: tuple[str, ...] = ()
    rejected_if: tuple[str, ...] = ()
    retry_if: tuple[str, ...] = ()
    at_most_once: bool = False
    in_order: bool = False
    supersede: bool = False

    @property
    def delays(self) -> Sequence[float]:
        """Seconds before each retry. The standard schedule is the operator's: it is read when it is needed."""
        return self.schedule.delays(self.own_delays)

    @property
    def has_patterns(self) -> bool:
        """Whether the body of an answer matters."""
        return bool(self.accepted_if or self.rejected_if or self.retry_if)

    def is_success(self, code: int) -> bool:
        """Whether this code says that the receiver has it."""
        return is_among(code, self.success_codes)

    def said_in(self, body: str) -> "Said":
        """What the patterns find in the body of an answer. What rejects goes before what asks for another try."""
        if not self.has_patterns:
            return Said()
        folded = body.casefold()
        return Said(
            rejected=found_in(self.rejected_if, folded),
            retry=found_in(self.retry_if, folded),
            accepted=found_in(self.accepted_if, folded),
        )

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the default."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(DEFAULT, name)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Terms":
        """As it was kept. What another version of us kept and this one does not know is passed over."""
        if not kept:
            return DEFAULT
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        values: dict[str, Any] = {name: _frozen(value) for name, value in known.items()}
        values["schedule"] = known_schedule(known.get("schedule"))
        return cls(**values)

    @classmethod
    def read(cls, text: str) -> "Terms":
        """As the text of the JSON; the same text is the same value, read once."""
        return DEFAULT if text == "{}" else _read(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The pattern of each kind that was found in an answer; '': none was."""

    rejected: str = ""
    retry: str = ""
    accepted: str = ""


DEFAULT = Terms()


def latest_of(time: datetime, hours: int | None) -> datetime | None:
    """The moment after which nothing is tried any more; None: there is none."""
    return None if hours is None else time + timedelta(hours=hours)


@lru_cache(maxsize=4096)
def _read(text: str) -> Terms:
    return Terms.from_json(json.loads(text))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
