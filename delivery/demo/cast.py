"""Who plays in the history: sources, campaigns, rules, and receivers at names that cannot exist (RFC 6761)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Campaign, Source
from delivery.models import Breaker, DemoMark, Override, Receiver
from delivery.models.receiver import UNTIL_RELEASED
from postbacks.models import Method, PostbackRule, SwitchedOff
from postbacks.schedules import Schedule

POSTBACK, ADS, CRM = "https://postback.demo.invalid", "https://ads.demo.invalid", "https://crm.demo.invalid"
HELD_FOR = timedelta(minutes=125)  # so long ago a person held the CRM
OPEN_FOR = timedelta(minutes=160)  # so long ago the ads' breaker opened
PROBE_IN = timedelta(minutes=7)
TOLD = 100  # percent of the patience: nobody is alerted of what is only there to be looked at
WORDS = {"sale": ["approved", "paid"], "rejected": ["trash", "fraud"]}
CLICK_ID = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
SITE = {"parameter": "source", "name": "site", "token": "{site}"}
TABOOLA_URL = (
    f"{POSTBACK}/actions/s2s-action?click-id={{external_id}}&name=make_purchase"
    "&revenue={conversion_revenue}&currency={currency}&orderid={tid}"
)
PROPELLER_URL = f"{ADS}/conversion.php?visitor_id={{external_id}}&aid=3141&price={{conversion_revenue}}"
CRM_URL = f"{CRM}/deals?click={{subid}}&stage={{status:lead=new sale=won rejected=lost}}&sum={{conversion_revenue:usd}}"
BOT_URL = f"{POSTBACK}/bot1:demo/sendMessage?chat_id=1&text={{campaign_name}}:{{status}}:{{conversion_revenue}}"


@dataclass(frozen=True, slots=True)
class Cast:
    """All of them; campaigns in the order of their traffic."""

    campaigns: list[Campaign]
    receivers: dict[str, Receiver]  # by origin


def engage(now: datetime) -> Cast:
    """Make them, and mark them as what they are."""
    taboola = Source.objects.create(name="Demo: Taboola", parameters=[CLICK_ID, SITE])
    propeller = Source.objects.create(name="Demo: PropellerAds", parameters=[CLICK_ID])
    fitness = _campaign("demo-fitness", "Demo: fitness app", taboola)
    cards = _campaign("demo-cards", "Demo: credit cards", propeller)
    travel = _campaign("demo-travel", "Demo: travel deals", taboola)
    games = _campaign("demo-games", "Demo: mobile games", propeller, paused=True)
    of_taboola = _rule("Taboola", TABOOLA_URL, ["lead", "sale"], source=taboola)
    _rule("PropellerAds", PROPELLER_URL, ["sale"], source=propeller, schedule=Schedule.NONE)
    _rule("CRM", CRM_URL, ["lead", "sale", "rejected"], campaign=fitness, method=Method.POST)
    _rule("Telegram", BOT_URL, ["sale"], campaign=cards, at_most_once=True)
    _rule("Old tracker", f"{POSTBACK}/old?c={{external_id}}", ["sale"], campaign=travel, enabled=False)
    SwitchedOff.objects.create(rule=of_taboola, campaign=_campaign("demo-test", "Demo: a test link", taboola))
    campaigns = [fitness, cards, travel, games]
    DemoMark.objects.mark(taboola, propeller, *Campaign.objects.filter(source__in=[taboola, propeller]))
    return Cast(campaigns, _receivers(now))


def _campaign(alias: str, name: str, source: Source, *, paused: bool = False) -> Campaign:
    destination = f"https://offer.demo.invalid/{alias.removeprefix('demo-')}?click={{subid}}"
    return Campaign.objects.create(
        alias=alias, name=name, source=source, paused=paused, destination=destination, status_words=WORDS
    )


def _rule(name: str, url: str, statuses: list[str], **fields: object) -> PostbackRule:
    rule = PostbackRule(name=name, url=url, statuses=statuses, **fields)
    rule.full_clean()
    rule.save()
    return rule


def _receivers(now: datetime) -> dict[str, Receiver]:
    """One that is well, one whose breaker is open, one that a person holds: what waits, waits for that one alone."""
    origins = [f"{origin}:443" for origin in (POSTBACK, ADS, CRM)]
    known = set(Receiver.objects.filter(origin__in=origins).values_list("origin", flat=True))
    receivers = Receiver.objects.by_origin(origins)
    DemoMark.objects.mark(*(receiver for origin, receiver in receivers.items() if origin not in known))
    Receiver.objects.filter(origin=f"{ADS}:443").change(
        breaker=Breaker.OPEN,
        opened=now - OPEN_FOR,
        hold_until=now + PROBE_IN,
        failing_since=now - OPEN_FOR,
        trips=3,
        why="19 of 20 requests failed in 30 s, last: HTTP 503",
        alerted=TOLD,
    )
    Receiver.objects.filter(origin=f"{CRM}:443").change(override=Override.HOLD, hold_until=UNTIL_RELEASED)
    return {receiver.origin: receiver for receiver in Receiver.objects.filter(origin__in=origins)}
