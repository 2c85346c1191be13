"""Of whom a preview is made: a real click, as it converted or as if it had, or nobody but samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import OuterRef, Subquery

from campaigns.macros import Facts
from campaigns.models import Campaign, Click, Conversion, ConversionChange, Source
from campaigns.parameters import clean_text
from campaigns.samples import as_if_converted, sample_facts

RECENT = 200  # clicks that are looked through for one that converted
CAMPAIGNS = 10  # of a source, those that had the last clicks
NEWEST = 200  # campaigns of a source among which these are looked for
CHOICES = 10
SAMPLE = "sample"  # what is picked where no click is meant


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose rule it is, or is going to be: a campaign, a source, or one of them that is not saved yet."""

    campaign: Campaign | None = None
    source: Source | None = None

    @property
    def parameter_names(self) -> set[str]:
        """What its links carry."""
        rows = (self.campaign or self.source or Source()).parameters
        return {name for row in rows for name in (row["parameter"], row["name"])}

    @cached_property
    def recent_clicks(self) -> list[int]:
        """Ids, the newest first; of a source those of the campaigns that had the last clicks."""
        if self.campaign and self.campaign.pk:
            return _newest_of(self.campaign.pk, RECENT)
        source = self.source or (self.campaign.source if self.campaign else None)
        if source is None or source.pk is None:
            return []
        campaigns = _busiest(source)
        return sorted((click for pk in campaigns for click in _newest_of(pk, RECENT // len(campaigns))), reverse=True)


def owner_of(one: Campaign | Source) -> Owner:
    """The same of a model."""
    return Owner(campaign=one, source=one.source) if isinstance(one, Campaign) else Owner(source=one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose facts fill the macros."""

    facts: Facts
    click: Click | None = None
    change: ConversionChange | None = None
    missed: str = ""  # what was asked for, and nobody has

    @classmethod
    def sample(cls, parameters: Sequence[str] = (), missed: str = "") -> "Subject":
        """Nobody's facts."""
        return cls(facts=sample_facts(parameters), missed=missed)

    @classmethod
    def of_click(cls, click: Click) -> "Subject":
        """As it converted last; where it has not, as if."""
        conversion = Conversion.objects.filter(click=click).order_by("pk").last()
        change = conversion and ConversionChange.objects.with_facts().filter(conversion=conversion).last()
        if change:
            return cls(facts=change.facts(), click=click, change=change)
        return cls(facts=as_if_converted(click.facts()), click=click)

    @classmethod
    def picked(cls, owner: Owner, text: str, parameters: Sequence[str]) -> "Subject":
        """By subid or external_id; nothing said: the newest click that converted, else the newest, else samples."""
        text = clean_text(text, 500).strip()
        if text == SAMPLE:
            return cls.sample(parameters)
        click = _named(text) if text else _best(owner.recent_clicks)
        return cls.of_click(click) if click else cls.sample(parameters, missed=text)


@dataclass(frozen=True, slots=True)
class Choice:
    """A click that can be picked."""

    click: Click
    converted: bool


def choices(owner: Owner) -> list[Choice]:
    """The newest clicks."""
    ids = owner.recent_clicks[:CHOICES]
    converted = _converted(ids)
    return [Choice(click, click.pk in converted) for click in Click.objects.filter(pk__in=ids).order_by("-pk")]


def _newest_of(campaign: int, count: int) -> list[int]:
    return list(Click.objects.filter(campaign=campaign).order_by("-id").values_list("pk", flat=True)[:count])


def _busiest(source: Source) -> list[int]:
    newest = Click.objects.filter(campaign=OuterRef("pk")).order_by("-id").values("pk")[:1]
    among = list(source.campaigns.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    clicked = Campaign.objects.filter(pk__in=among).annotate(newest=Subquery(newest)).filter(newest__isnull=False)
    return list(clicked.order_by("-newest").values_list("pk", flat=True)[:CAMPAIGNS])


def _converted(clicks: Sequence[int]) -> set[int]:
    return set(Conversion.objects.filter(click__in=clicks).order_by().values_list("click_id", flat=True))


def _best(recent: Sequence[int]) -> Click | None:
    if not recent:
        return None
    best = max(_converted(recent), default=recent[0])
    return Click.objects.select_related("campaign", "traffic_source").get(pk=best)


def _named(text: str) -> Click | None:
    clicks = Click.objects.select_related("campaign", "traffic_source")
    return clicks.filter(subid=text.lower()).first() or clicks.filter(external_id=text).order_by("-id").first()
