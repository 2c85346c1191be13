"""The four steps, and how far this installation has come. What is only demo data does not count."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Click, Conversion, Source
from delivery.models import DemoMark, Kind, SentPostback, State
from delivery.models.sent import SentPostbackQuerySet


class Place(StrEnum):
    """Which of them."""

    SOURCE = "source"
    CAMPAIGN = "campaign"
    LINK = "link"
    CONVERSION = "conversion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of them."""

    place: Place
    label: str
    advice: str
    is_done: bool
    is_current: bool


class Progress:
    """How far we are; each thing is the newest of a person's own."""

    def __init__(self) -> None:
        demo = DemoMark.objects.ids(Campaign)
        self.source = Source.objects.exclude(pk__in=DemoMark.objects.ids(Source)).order_by("-pk").first()
        self.campaign = Campaign.objects.exclude(pk__in=demo).select_related("source").order_by("-pk").first()
        self.click = Click.objects.exclude(campaign__in=demo).select_related("campaign").order_by("-pk").first()
        self.conversion = Conversion.objects.filter(click=self.click).order_by("-pk").first() if self.click else None
        if self.conversion is None:
            self.conversion = Conversion.objects.exclude(click__campaign__in=demo).order_by("-pk").first()

    def steps(self) -> list[Step]:
        """All four; the first that is not done is the current one."""
        done = {
            Place.SOURCE: self.source is not None,
            Place.CAMPAIGN: self.campaign is not None,
            Place.LINK: self.click is not None,
            Place.CONVERSION: self.conversion is not None,
        }
        current = next((place for place in Place if not done[place]), Place.CONVERSION)
        return [
            Step(place=place, label=label, advice=advice, is_done=done[place], is_current=place == current)
            for place, (label, advice) in _words().items()
        ]

    @property
    def test_link(self) -> str:
        """The campaign's link with something in the place of each token, to be opened by oneself."""
        if self.campaign is None:
            return ""
        return f"{self.campaign.link.partition('?')[0]}?{urlencode(test_query(self.campaign))}"


def test_query(campaign: Campaign) -> dict[str, str]:
    """What the source would fill in."""
    return {row["name"]: f"test-{row['parameter'].replace('_', '-')}" for row in campaign.parameters if row["token"]}


def is_over() -> bool:
    """Whether a postback was sent: from then on the overview shows how it goes."""
    return SentPostback.objects.filter(state=State.SENT).exists()


def arrivals(conversion: Conversion) -> SentPostbackQuerySet:
    """The postbacks that it made."""
    return conversion.postbacks.filter(kind=Kind.POSTBACK).select_related("receiver").order_by("pk")


def _words() -> dict[Place, tuple[str, str]]:
    return {
        Place.SOURCE: (_("Add a source"), _("Where the clicks come from, and the S2S postback it wants.")),
        Place.CAMPAIGN: (_("Add a campaign"), _("What you run there: its parameters and S2S postbacks come with it.")),
        Place.LINK: (_("Use the click link"), _("Paste it into the source, and open it once yourself.")),
        Place.CONVERSION: (_("Report a conversion"), _("As your network will; then watch the first postback go.")),
    }
