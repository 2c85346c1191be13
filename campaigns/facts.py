"""From a click and a change to what macros stand for."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

from campaigns.devices import DeviceFacts
from campaigns.macros import Facts, Value

if TYPE_CHECKING:
    from campaigns.models.change import ConversionChange
    from campaigns.models.click import Click

MAIN_LANGUAGE = 2  # letters of "en-GB,en;q=0.8" that say which one
CLICK = {  # a macro, and the field of a click that it stands for
    "subid": "subid",
    "external_id": "external_id",
    "cost": "cost",
    "currency": "currency",
    "date": "created",
    "source": "source",
    "keyword": "keyword",
    "creative_id": "creative_id",
    "ad_campaign_id": "ad_campaign_id",
    "campaign_id": "campaign_id",
    "campaign_name": "campaign__name",
    "ts_id": "traffic_source_id",
    "traffic_source_name": "traffic_source__name",
    "destination": "destination",
    "current_domain": "host",
    "ip": "ip",
    "language": "language",
    "user_agent": "user_agent",
    "referrer": "referrer",
}
CHANGE = {  # the same of a change
    "status": "status",
    "original_status": "original_status",
    "previous_status": "previous_status",
    "tid": "conversion__tid",
    "conversion_revenue": "revenue",
    "cost": "cost",
    "currency": "currency",
    "conversion_time": "time",
}
# what `facts_of` reads of a change: models are too slow for a thousand of them
COLUMNS = ["parameters", *CHANGE.values(), "conversion__click__parameters"]
COLUMNS += [f"conversion__click__{field}" for field in CLICK.values()]


def click_facts(click: "Click") -> Facts:
    """What is known when a visitor has clicked, and nothing more has happened."""
    return _of_click({name: _reach(click, field) for name, field in CLICK.items()}, click.parameters)


def change_facts(change: "ConversionChange") -> Facts:
    """The facts of the moment the news came, over those of its click."""
    values = {name: _reach(change, field) for name, field in CHANGE.items()}
    return _of_change(values, change.parameters, click_facts(change.conversion.click))


def facts_of(columns: Sequence[Any]) -> Facts:
    """The same from the values of COLUMNS."""
    end = 1 + len(CHANGE)
    click = _of_click(dict(zip(CLICK, columns[end + 1 :], strict=True)), columns[end])
    return _of_change(dict(zip(CHANGE, columns[1:end], strict=True)), columns[0], click)


def _reach(start: object, path: str) -> Any:
    """What stands at the end of a path of fields; None where it breaks off."""
    return reduce(lambda found, name: getattr(found, name, None), path.split("__"), start)


def _of_click(values: dict[str, Value], parameters: Mapping[str, str]) -> Facts:
    values["language"] = str(values["language"])[:MAIN_LANGUAGE].lower()
    values["traffic_source_name"] = values["traffic_source_name"] or ""
    # a link that brings {os} or {country} itself knows better than a guess from the user agent
    brought = {name: value for name, value in parameters.items() if name in DeviceFacts.NAMES}
    known = ChainMap[str, Value](cast(dict[str, Value], brought), values)
    known.maps.append(cast(dict[str, Value], DeviceFacts(str(values["user_agent"]))))
    return Facts(values=known, parameters=parameters)


def _of_change(values: dict[str, Any], parameters: Mapping[str, str], click: Facts) -> Facts:
    values["cost"] = values["cost"] or click.values["cost"]  # a network seldom knows what the click cost
    values["profit"] = values["conversion_revenue"] - values["cost"]
    values["currency"] = values["currency"] or click.values["currency"]
    return Facts(
        values=ChainMap[str, Value](values, *cast(ChainMap[str, Value], click.values).maps),
        parameters={**click.parameters, **parameters},
    )
