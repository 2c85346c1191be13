"""From a click and a change to what macros stand for."""

from collections import ChainMap
from typing import TYPE_CHECKING, cast

from campaigns.devices import DeviceFacts
from campaigns.macros import Facts, Value

if TYPE_CHECKING:
    from campaigns.models.change import ConversionChange
    from campaigns.models.click import Click

MAIN_LANGUAGE = 2  # letters of "en-GB,en;q=0.8" that say which one


def click_facts(click: "Click") -> Facts:
    """What is known when a visitor has clicked, and nothing more has happened."""
    values: dict[str, Value] = {
        "subid": click.subid,
        "external_id": click.external_id,
        "cost": click.cost,
        "currency": click.currency,
        "date": click.created,
        "source": click.source,
        "keyword": click.keyword,
        "creative_id": click.creative_id,
        "ad_campaign_id": click.ad_campaign_id,
        "campaign_id": click.campaign_id,
        "campaign_name": click.campaign.name,
        "ts_id": click.traffic_source_id,
        "traffic_source_name": click.traffic_source.name if click.traffic_source else "",
        "destination": click.destination,
        "current_domain": click.host,
        "ip": click.ip,
        "language": click.language[:MAIN_LANGUAGE].lower(),
        "user_agent": click.user_agent,
        "referrer": click.referrer,
    }
    # a link that brings {os} or {country} itself knows better than a guess from the user agent
    brought = {name: value for name, value in click.parameters.items() if name in DeviceFacts.NAMES}
    known = ChainMap[str, Value](cast(dict[str, Value], brought), values)
    known.maps.append(cast(dict[str, Value], DeviceFacts(click.user_agent)))
    return Facts(values=known, parameters=click.parameters)


def change_facts(change: "ConversionChange") -> Facts:
    """The facts of the moment the news came, over those of its click."""
    conversion = change.conversion
    click = click_facts(conversion.click)
    cost = change.cost or conversion.click.cost  # a network seldom knows what the click cost
    values: dict[str, Value] = {
        "status": change.status,
        "original_status": change.original_status,
        "previous_status": change.previous_status,
        "tid": conversion.tid,
        "conversion_revenue": change.revenue,
        "cost": cost,
        "profit": change.revenue - cost,
        "currency": change.currency or conversion.click.currency,
        "conversion_time": change.time,
    }
    return Facts(
        values=ChainMap[str, Value](values, *cast(ChainMap[str, Value], click.values).maps),
        parameters={**click.parameters, **change.parameters},
    )
