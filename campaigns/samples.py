"""Facts that nobody has reported: what macros look like before there is a click, or before it has converted."""

from collections import ChainMap
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from campaigns.macro_names import CONVERSION_MACROS, MACROS, Kind, Macro
from campaigns.macros import Facts, Value

PARAMETER = "abc123"  # what a link brings under a name that no macro has


def sample_facts(parameters: Collection[str] = ()) -> Facts:
    """Every macro's sample, and one for each of these parameters."""
    values = {name: sample_value(macro) for name, macro in MACROS.items()}
    return Facts(values=values, parameters=dict.fromkeys(sorted(parameters), PARAMETER))


def as_if_converted(click: Facts) -> Facts:
    """A click's own facts, and for the conversion that it does not have samples."""
    cost = click.values.get("cost")
    conversion: dict[str, Value] = {name: sample_value(MACROS[name]) for name in CONVERSION_MACROS}
    conversion["cost"] = cost
    conversion["profit"] = Decimal(MACROS["conversion_revenue"].sample) - (cost if isinstance(cost, Decimal) else 0)
    conversion["currency"] = click.values.get("currency") or conversion["currency"]
    return Facts(values=ChainMap[str, Value](conversion, _as_dict(click.values)), parameters=click.parameters)


def sample_value(macro: Macro) -> Value:
    """As it would stand among facts; what chance decides is none."""
    if macro.kind is Kind.TIME:
        return datetime.fromisoformat(macro.sample).replace(tzinfo=UTC)
    return None if macro.kind in {Kind.RANDOM, Kind.SAMPLE} else macro.sample


def _as_dict(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values.get(name) for name in MACROS}
