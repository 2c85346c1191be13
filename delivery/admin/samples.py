"""What would go out, shown before it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns import macros
from campaigns.models import ConversionChange
from delivery.models import SentPostback
from postbacks.addresses import wire_form
from postbacks.models import PostbackRule

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One postback: its request as it was, and as its rule would make it today."""

    postback: SentPostback
    same: str
    as_now: str  # empty: its rule is gone

    @property
    def differs(self) -> bool:
        """Whether it matters which of the two is sent."""
        return bool(self.as_now) and self.as_now != self.same


def samples(rows: Sequence[SentPostback]) -> list[Sample]:
    """Of some of them, the oldest and the newest among them."""
    chosen = rows if len(rows) <= SHOWN else [*rows[: SHOWN // 2], *rows[-SHOWN // 2 :]]
    facts = ConversionChange.objects.facts([row.change_id for row in chosen if row.change_id])
    rules = PostbackRule.objects.in_bulk({row.rule_id for row in chosen if row.rule_id})
    return [_sample(row, facts.get(row.change_id or 0), rules.get(row.rule_id or 0)) for row in chosen]


def _sample(row: SentPostback, facts: macros.Facts | None, rule: PostbackRule | None) -> Sample:
    kept = row.url if row.duration_ms is not None else ""
    as_now = f"{rule.method} {_rendered(rule.url, facts)}" if rule else ""
    return Sample(postback=row, same=f"{row.method} {kept or _rendered(row.url_template, facts)}", as_now=as_now)


def _rendered(template: str, facts: macros.Facts | None) -> str:
    return template if facts is None else wire_form(macros.render(template, facts).text)
