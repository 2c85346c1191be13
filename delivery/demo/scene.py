"""What the demonstration shows: a source, two campaigns, their rules, and what the network will say."""

from dataclasses import dataclass, field

from django.db import transaction

from campaigns.models import Campaign, Source
from delivery.models import DemoMark
from postbacks.models import PostbackRule, SwitchedOff

SOURCE_RULE = "/mgid/postback?c={external_id}&e=EVENT1&r={conversion_revenue}"
SHOES_RULES = {
    "CRM": ("POST", "/crm?click={subid}&state={status}&sum={conversion_revenue:usd}&t={conversion_time:c,Europe/Kyiv}"),
    "same as the source's": ("GET", SOURCE_RULE),
    "switched off by hand": ("GET", "/old?c={external_id}"),
}
APP_RULES = {
    "AppMetrica": (
        "POST",
        "/logs/v1/import/events?post_api_key=demo&application_id=1&appmetrica_device_id={device_id}"
        "&event_name={status}&event_timestamp={conversion_time:U}",
    ),
    "Telegram": ("GET", "/bot1:demo/sendMessage?chat_id=1&text={campaign_name}:{status}:{conversion_revenue}"),
    "another tracker": (
        "GET",
        "/demokey/postback?subid={external_id}&status={status:lead=0 sale=1 rejected=2}&payout={conversion_revenue}",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visitor's link, and what the network reports of it, in this order."""

    alias: str
    query: dict[str, str]
    reports: list[dict[str, str]] = field(default_factory=list)


def visits() -> list[Visit]:
    """Some of everything: a lead that sells, one that is rejected, a rebill, a click without a click id."""
    lead, sale = {"status": "lead"}, {"status": "sale", "payout": "12,50", "currency": "usd", "tid": "order-1"}
    return [
        Visit(alias="demo-shoes", query={"external_id": f"mgid-{number}"}, reports=[lead, sale | {"tid": ""}])
        for number in range(1, 4)
    ] + [
        Visit(alias="demo-shoes", query={"external_id": "mgid-4"}, reports=[lead, {"status": "trash"}]),
        Visit(alias="demo-shoes", query={}, reports=[sale]),
        Visit(alias="demo-app", query={"external_id": "their-click-1", "device_id": "d7"}, reports=[lead, sale]),
        Visit(alias="demo-app", query={"external_id": "their-click-2", "device_id": "d8"}, reports=[sale, sale]),
    ]


@transaction.atomic
def load(receiver: str) -> None:
    """Lay the scene, or the same one again, with its postbacks going to that receiver (scheme, host and port)."""
    token = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
    source, _made = Source.objects.update_or_create(name="Demo: MGID", defaults={"parameters": [token]})
    device = {"parameter": "device_id", "name": "device_id", "token": "{device_id}"}
    shoes = _campaign("demo-shoes", "Demo: shoes", source, [token])
    app = _campaign("demo-app", "Demo: an app", source, [token, device])
    inherited = _rule("MGID", "GET", receiver + SOURCE_RULE, source=source)
    for name, (method, url) in SHOES_RULES.items():
        _rule(name, method, receiver + url, campaign=shoes, enabled=name != "switched off by hand")
    for name, (method, url) in APP_RULES.items():
        _rule(name, method, receiver + url, campaign=app)
    SwitchedOff.objects.get_or_create(rule=inherited, campaign=app)
    DemoMark.objects.mark(source, shoes, app)


def _campaign(alias: str, name: str, source: Source, parameters: list[dict[str, str]]) -> Campaign:
    words = {"rejected": ["trash", "fraud"]}
    values = {"name": name, "source": source, "parameters": parameters, "status_words": words}
    return Campaign.objects.update_or_create(alias=alias, defaults=values)[0]


def _rule(
    name: str,
    method: str,
    url: str,
    *,
    source: Source | None = None,
    campaign: Campaign | None = None,
    enabled: bool = True,
) -> PostbackRule:
    values = {"method": method, "url": url, "statuses": ["lead", "sale"], "enabled": enabled}
    rule, _made = PostbackRule.objects.update_or_create(name=name, source=source, campaign=campaign, defaults=values)
    rule.full_clean()
    return rule
