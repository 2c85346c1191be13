"""The whole way of a conversion: its click, what networks told of it, its changes, and what each rule said to them."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns.admin.display import ago, label
from campaigns.admin.received import TONES
from campaigns.models import Click, Conversion, ConversionChange, ReceivedPostback, Verdict
from delivery.admin.cells import state_of
from delivery.admin.explanation import ShownLine, shown_lines
from delivery.explain import sections_of
from delivery.models import SentPostback

AT_MOST = 20  # received postbacks, and changes: the newest; who has more is looked up in the logs


@dataclass(frozen=True, slots=True)
class ShownReceived:
    """What a network told."""

    received: ReceivedPostback

    @property
    def when(self) -> SafeString | str:
        return ago(self.received.created)

    @property
    def verdict(self) -> SafeString:
        return label(self.received.get_verdict_display(), TONES[Verdict(self.received.verdict)])


@dataclass(frozen=True, slots=True)
class Moment:
    """A change, and what each rule said to it."""

    change: ConversionChange
    is_told: bool  # by the postback whose page it is
    lines: list[ShownLine] = field(default_factory=list)

    @property
    def when(self) -> SafeString | str:
        return ago(self.change.time)

    @property
    def money(self) -> str:
        return f"{self.change.revenue.normalize():f} {self.change.currency}".strip()


class Chain:
    """The steps in their order. With a postback it ends there, and tells the decisions on its change alone."""

    def __init__(self, conversion: Conversion, postback: SentPostback | None = None) -> None:
        self.conversion = conversion
        self.postback = postback
        self.click: Click = conversion.click

    @property
    def clicked(self) -> SafeString | str:
        return ago(self.click.created)

    @property
    def state(self) -> SafeString | str:
        return state_of(self.postback) if self.postback else ""

    @cached_property
    def received(self) -> list[ShownReceived]:
        """What made or changed it, or told the same again."""
        newest = self.conversion.received.defer("query", "body").order_by("-id")[:AT_MOST]
        return [ShownReceived(row) for row in reversed(newest)]

    @cached_property
    def moments(self) -> list[Moment]:
        """Its changes in the order of time."""
        newest = list(self.conversion.changes.select_related("decision").order_by("-number")[:AT_MOST])
        changes = newest[::-1]
        for change in changes:
            change.conversion = self.conversion
        sections = sections_of(changes, self.click)
        shown = shown_lines(sections, self.click.campaign_id)
        return [Moment(change, self._tells(change), lines) for change, lines in zip(changes, shown, strict=True)]

    @property
    def decided(self) -> list[Moment]:
        """The changes whose decisions are told."""
        return [moment for moment in self.moments if moment.is_told or self.postback is None]

    def _tells(self, change: ConversionChange) -> bool:
        return self.postback is not None and self.postback.change_id == change.pk


def chain_of(postback: SentPostback) -> Chain | None:
    """The way that led to a postback; a test has come from nowhere."""
    if postback.conversion_id is None:
        return None
    conversions = Conversion.objects.select_related("click__campaign", "click__traffic_source")
    return Chain(conversions.get(pk=postback.conversion_id), postback)


def chain_below(request: HttpRequest, subject: Model) -> SafeString | str:
    """The same below a conversion, for those who may see its postbacks."""
    if not isinstance(subject, Conversion) or not request.user.has_perm("delivery.view_sentpostback"):
        return ""
    return render_to_string("delivery/admin/chain.html", {"chain": Chain(subject), "is_below": True}, request)
