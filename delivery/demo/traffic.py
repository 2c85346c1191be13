"""The visitors of the history, and what networks said of them: drawn by chance, the same each time."""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from campaigns.models import Campaign, Click, Visitor
from campaigns.models.installation import ALPHABET

CLICKS = 900
SHARES = [10, 6, 4, 2]  # of the campaigns
WITHOUT_ID = [0.03, 0.0, 0.09, 0.0]  # of their clicks that came without the source's click id
CONVERTS = 0.34
WAYS = {  # what becomes of a click that converts, and how often
    ("lead", "sale"): 34,
    ("lead",): 26,
    ("sale",): 20,
    ("lead", "rejected"): 9,
    ("lead", "sale", "rejected"): 3,
    ("sale", "rebill"): 4,
    ("lead", "lead"): 3,
    ("lead", "hold_x"): 2,
}
PAYOUTS = [Decimal("4.20"), Decimal("8"), Decimal("12.5"), Decimal("24"), Decimal("35.75")]
SITES = ["news-daily", "weatherly", "recipes-4u", "football365", "puzzle-park"]
AGENTS = [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
]


@dataclass(frozen=True, slots=True)
class Said:
    """One incoming postback."""

    time: datetime
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """A click, not saved yet, and what was said of it, the oldest first."""

    click: Click
    reports: list[Said] = field(default_factory=list)


def visits(campaigns: list[Campaign], now: datetime, chance: random.Random) -> list[Visit]:
    """All of them, the oldest click first. Nothing of it lies in the future."""
    moments = sorted(now - _ago(chance) for _number in range(CLICKS))
    drawn = [_visit(campaigns, moment, chance) for moment in moments]
    return [Visit(visit.click, [said for said in visit.reports if said.time <= now]) for visit in drawn]


def _ago(chance: random.Random) -> timedelta:
    """Most of it in the last hours, the rest up to two weeks ago, and more by day than by night."""
    kind = chance.random()
    if kind < 0.2:
        return timedelta(minutes=chance.uniform(1, 60))
    if kind < 0.74:
        return timedelta(minutes=chance.triangular(40, 24 * 60, 200))
    return timedelta(days=chance.uniform(1, 13.5))


def _visit(campaigns: list[Campaign], moment: datetime, chance: random.Random) -> Visit:
    place = chance.choices(range(len(campaigns)), SHARES)[0]
    query = {"site": chance.choice(SITES)}
    if chance.random() >= WITHOUT_ID[place]:
        query["external_id"] = "".join(chance.choices(string.hexdigits.lower(), k=16))
    visitor = Visitor(
        ip=f"203.0.113.{chance.randrange(1, 255)}",  # TEST-NET-3: nobody's
        user_agent=chance.choice(AGENTS),
        language="en-GB,en;q=0.8",
        host="track.demo.invalid",
    )
    click = Click.objects.make(campaigns[place], query, visitor)
    click.subid, click.created = "".join(chance.choices(ALPHABET, k=20)), moment
    click.destination = click.destination.rpartition("=")[0] + f"={click.subid}"
    return Visit(click, list(_reports(click, moment, chance)) if chance.random() < CONVERTS else [])


def _reports(click: Click, moment: datetime, chance: random.Random) -> Iterator[Said]:
    way = chance.choices(list(WAYS), list(WAYS.values()))[0]
    payout, currency = chance.choice(PAYOUTS), "EUR" if chance.random() < 0.04 else "USD"
    tid = f"order-{chance.randrange(10_000, 99_999)}" if "rebill" in way or chance.random() < 0.3 else ""
    for place, status in enumerate(way):
        moment += timedelta(seconds=chance.uniform(20, 900) * (place * 2 + 1))
        query = {"subid": click.subid, "status": status, "payout": f"{payout}", "currency": currency}
        yield Said(moment, query | ({"tid": tid} if tid else {}) | {"from": "Demo network"})
