"""Every name a macro can have: the closed table behind rendering, checks, the editor and the documentation."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from types import MappingProxyType

from django.utils.translation import gettext_noop as _

from campaigns import php

_CURRENCY = re.compile(r"[A-Za-z]{3,5}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


class Kind(Enum):
    """What a macro's value is, and so which arguments it takes."""

    TEXT = "text"
    MONEY = "money"
    TIME = "time"
    FLAG = "flag"
    RANDOM = "random"
    SAMPLE = "sample"

    def fault(self, arguments: tuple[str, ...]) -> str:
        """What is wrong with these arguments of such a macro; empty: nothing."""
        match self:
            case Kind.MONEY:
                return _money_fault(arguments)
            case Kind.TIME:
                return php.date_format(",".join(arguments)).fault
            case Kind.RANDOM:
                return "" if whole_range(arguments) else "two whole numbers are needed, the smaller first, as in 1,100"
            case Kind.SAMPLE:
                return "" if arguments else "values to choose from are needed, as in a,b,c"
        return _map_fault(arguments)


def words(arguments: tuple[str, ...]) -> list[str]:
    """The pairs of a value map, which spaces or commas part."""
    return " ".join(arguments).split()


def whole_range(arguments: tuple[str, ...]) -> range:
    """From the first argument to the second; empty where they do not say so."""
    ends = [argument.strip() for argument in arguments]
    if len(ends) != 2 or not all(_INTEGER.fullmatch(end) for end in ends):
        return range(0)
    return range(int(ends[0]), int(ends[1]) + 1)


def _map_fault(arguments: tuple[str, ...]) -> str:
    lonely = [word for word in words(arguments) if "=" not in word]
    return f"{lonely[0]} is no pair; write lead=0 sale=1" if lonely else ""


def _money_fault(arguments: tuple[str, ...]) -> str:
    if not arguments or _CURRENCY.fullmatch(",".join(arguments).strip()):
        return ""
    return "one currency is needed, as in usd"


@dataclass(frozen=True, slots=True)
class Macro:
    """One fact that a placeholder can stand for."""

    name: str
    kind: Kind
    meaning: str
    sample: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A placeholder that no macro and no known parameter answers to."""

    name: str
    nearest: str | None

    @property
    def message(self) -> str:
        """What is wrong, and what to do."""
        if self.nearest:
            return f"Unknown macro {{{self.name}}}: did you mean {{{self.nearest}}}?"
        return (
            f"Unknown macro {{{self.name}}}: if the campaign's link carries a parameter of that name, "
            "declare it on the campaign's Parameters tab."
        )


_CONVERSION = (
    Macro("status", Kind.TEXT, _("Status of the conversion."), "sale"),
    Macro("original_status", Kind.TEXT, _("Status as the network reported it."), "approved"),
    Macro("previous_status", Kind.TEXT, _("Status before this change."), "lead"),
    Macro("tid", Kind.TEXT, _("Transaction id of the conversion."), "T-1001"),
    Macro("conversion_revenue", Kind.MONEY, _("What the conversion earned."), "12.5", ("revenue", "payout")),
    Macro("cost", Kind.MONEY, _("What the click cost."), "0.02", ("conversion_cost",)),
    Macro("profit", Kind.MONEY, _("Revenue less cost."), "12.48", ("conversion_profit",)),
    Macro("currency", Kind.TEXT, _("Currency of the conversion."), "USD"),
    Macro("conversion_time", Kind.TIME, _("Time of the conversion."), "2026-03-09 10:15:00", ("con_versiontime",)),
)

_CLICK = (
    Macro("subid", Kind.TEXT, _("Our id of the click."), "2kq3v7m1x9", ("sub_id", "clickid", "click_id")),
    Macro("external_id", Kind.TEXT, _("The source's own id of the click."), "a1b2c3"),
    Macro("date", Kind.TIME, _("Time of the click."), "2026-03-09 08:05:07"),
    Macro("campaign_id", Kind.TEXT, _("Id of the campaign."), "7"),
    Macro("campaign_name", Kind.TEXT, _("Name of the campaign."), "Spring sale"),
    Macro("parent_campaign_id", Kind.TEXT, _("Id of the campaign that the click came from."), "3"),
    Macro("ts_id", Kind.TEXT, _("Id of the traffic source."), "2", ("source_id",)),
    Macro("traffic_source_name", Kind.TEXT, _("Name of the traffic source."), "MGID", ("source_name",)),
    Macro("source", Kind.TEXT, _("Site that the click came from, as the source names it."), "news.example"),
    Macro("ad_campaign_id", Kind.TEXT, _("Id of the campaign at the source."), "55871"),
    Macro("creative_id", Kind.TEXT, _("Id of the advertisement at the source."), "cr-17"),
    Macro("keyword", Kind.TEXT, _("Keyword of the click."), "running shoes"),
    Macro("offer_id", Kind.TEXT, _("Id of the offer."), "12"),
    Macro("offer_name", Kind.TEXT, _("Name of the offer."), "Shoes CPA"),
    Macro("landing_id", Kind.TEXT, _("Id of the landing page."), "4"),
    Macro("stream_id", Kind.TEXT, _("Id of the stream."), "9"),
    Macro("stream_name", Kind.TEXT, _("Name of the stream."), "Mobile"),
    Macro("destination", Kind.TEXT, _("URL that the click was sent to."), "https://shop.example/"),
    Macro("current_domain", Kind.TEXT, _("Domain of the campaign link."), "go.example"),
)

_VISITOR = (
    Macro("ip", Kind.TEXT, _("Visitor's address."), "203.0.113.7"),
    Macro("country", Kind.TEXT, _("Visitor's country, two letters."), "DE", ("country_code",)),
    Macro("country_name", Kind.TEXT, _("Visitor's country in words."), "Germany"),
    Macro("region", Kind.TEXT, _("Visitor's region."), "Bavaria"),
    Macro("city", Kind.TEXT, _("Visitor's city."), "Munich"),
    Macro("operator", Kind.TEXT, _("Mobile operator."), "Vodafone", ("carrier",)),
    Macro("isp", Kind.TEXT, _("Internet provider."), "M-net"),
    Macro("connection_type", Kind.TEXT, _("Kind of connection."), "wifi"),
    Macro("language", Kind.TEXT, _("Browser's first language."), "de"),
    Macro("device_type", Kind.TEXT, _("Kind of device."), "mobile"),
    Macro("device_brand", Kind.TEXT, _("Maker of the device."), "Samsung"),
    Macro("device_model", Kind.TEXT, _("Model of the device."), "Galaxy S24"),
    Macro("os", Kind.TEXT, _("Operating system."), "Android"),
    Macro("os_version", Kind.TEXT, _("Version of the operating system."), "14"),
    Macro("browser", Kind.TEXT, _("Browser."), "Chrome"),
    Macro("browser_version", Kind.TEXT, _("Version of the browser."), "126"),
    Macro("user_agent", Kind.TEXT, _("User agent as the browser sent it."), "Mozilla/5.0", ("ua",)),
    Macro("referrer", Kind.TEXT, _("Page that linked here."), "https://news.example/a", ("referer",)),
    Macro("search_engine", Kind.TEXT, _("Search engine of the referrer."), "google", ("se",)),
    Macro("visitor_code", Kind.TEXT, _("Code that stays the same for one visitor."), "v81hq"),
    Macro("is_bot", Kind.FLAG, _("1 for a bot, else 0."), "0"),
    Macro("is_using_proxy", Kind.FLAG, _("1 behind a proxy, else 0."), "0"),
)

_CHANCE = (
    Macro("random", Kind.RANDOM, _("A whole number from the first to the second argument."), "42"),
    Macro("sample", Kind.SAMPLE, _("One of the arguments, by chance."), "b"),
)


def _numbered() -> tuple[Macro, ...]:
    subs = (Macro(f"sub_id_{n}", Kind.TEXT, f"Sub id {n} of the click.", f"s{n}", (f"sub{n}",)) for n in range(1, 31))
    extras = (Macro(f"extra_param_{n}", Kind.TEXT, f"Extra parameter {n}.", f"e{n}") for n in range(1, 11))
    return (*subs, *extras)


MACROS: Mapping[str, Macro] = MappingProxyType(
    {macro.name: macro for macro in chain(_CONVERSION, _CLICK, _numbered(), _VISITOR, _CHANCE)}
)
CONVERSION_MACROS = tuple(macro.name for macro in _CONVERSION)  # the others are known when the visitor clicks
# `from_file` is left out on purpose: it reads files of the server.

_CANONICAL = {spelling: macro.name for macro in MACROS.values() for spelling in (macro.name, *macro.aliases)}

# Understood because people write them, never suggested.
_HABITS = frozenset({"clickid", "click_id", "con_versiontime"} | {f"sub{n}" for n in range(1, 31)})

# Ids that a click's link carries under a name of their own: each names one click or one device.
CLICK_PARAMETERS = frozenset(
    {"gclid", "gbraid", "wbraid", "dclid", "fbclid", "fbc", "fbp", "ttclid", "msclkid", "yclid", "twclid", "sccid"}
    | {"ScCid", "li_fat_id", "rdt_cid", "epik", "obclid", "tblci", "irclickid", "exid", "client_id", "device_id"}
    | {"appmetrica_device_id", "appsflyer_id", "adjust_id", "adid", "idfa", "idfv", "gaid", "aaid", "android_id"}
    | {"oaid", "advertising_id", "google_aid", "ios_ifa", "ios_ifv"}
)
WELL_KNOWN_PARAMETERS = CLICK_PARAMETERS | {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}

_LONGEST_NAME = 64  # of a name that is worth comparing
_GUESSABLE = {name for name in WELL_KNOWN_PARAMETERS if len(name) > len("gclid")}  # shorter ones are near everything


def canonical(name: str) -> str | None:
    """Name of the macro that `name` spells; None: no macro has this name."""
    return _CANONICAL.get(name)


def insertable(macro: Macro) -> str:
    """The placeholder as a person would write it, with arguments where it makes no sense without."""
    return {Kind.RANDOM: f"{{{macro.name}:1,100}}", Kind.SAMPLE: f"{{{macro.name}:a,b,c}}"}.get(
        macro.kind, f"{{{macro.name}}}"
    )


def nearest(name: str, parameters: Collection[str] = ()) -> str | None:
    """Macro or parameter that a slip of the pen may have meant."""
    if len(name) > _LONGEST_NAME:
        return None
    spellings = {spelling.lower(): spelling for spelling in chain(_GUESSABLE, parameters, _CANONICAL)}
    close = difflib.get_close_matches(name.lower().replace("-", "_"), spellings, n=1, cutoff=0.72)
    if not close:
        return None
    spelling = spellings[close[0]]
    return _CANONICAL[spelling] if spelling in _HABITS else spelling
