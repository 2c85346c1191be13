"""Where what was asked stands. Each look is one index and a few rows: logs are never scanned."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from campaigns import url_template
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Source
from delivery.models import Receiver, SentPostback
from delivery.search.asked import Asked
from postbacks.models import PostbackRule

AT_MOST = 20  # rows of each kind
MAX_KEY = 120  # characters of a task key
Row = TypeVar("Row", bound=Model)


class Found:
    """Everything that has to do with it, the newest first; of each kind one more than is shown, where there is more."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @cached_property
    def clicks(self) -> Sequence[Click]:
        """By subid, or by what the source calls them."""
        clicks = Click.objects.select_related("campaign")
        ours = clicks.filter(subid__in=[value.lower() for value in self.asked.values])
        return _newest([*ours, *_each(self.asked.values, lambda value: clicks.filter(external_id=value))])

    @cached_property
    def conversions(self) -> Sequence[Conversion]:
        """By tid, and those of the clicks."""
        conversions = Conversion.objects.select_related("click__campaign")
        theirs = conversions.filter(click__in=self.clicks).order_by("-pk")[: AT_MOST + 1]
        return _newest([*theirs, *_each(self.asked.values, lambda value: conversions.filter(tid=value))])

    @cached_property
    def received(self) -> Sequence[ReceivedPostback]:
        """Those that named it, also where nobody knows the subid; and those of the clicks."""
        received = ReceivedPostback.objects.defer("query", "body")
        named = [*self.asked.values, *(click.subid for click in self.clicks)]
        by_subid = _each({value.lower()[:64] for value in named}, lambda value: received.filter(subid=value))
        return _newest([*by_subid, *_each(self.asked.values, lambda value: received.filter(tid=value))])

    @cached_property
    def postbacks(self) -> Sequence[SentPostback]:
        """Those of the conversions, the one of this number or task key, and tests, which have no conversion."""
        asked, postbacks = self.asked, SentPostback.objects.defer("answer", "notes")
        known = {value.lower() for value in asked.values} | {click.subid for click in self.clicks}
        keys = [value for value in asked.values if len(value) <= MAX_KEY and ":" in value]
        return _newest(
            [
                *postbacks.filter(conversion__in=self.conversions).order_by("-pk")[: AT_MOST + 1],
                *postbacks.filter(Q(pk=asked.number) if asked.number else Q(pk__in=[])),
                *postbacks.filter(task_key__in=keys),
                *_each(known, lambda value: postbacks.filter(subid=value, conversion=None)),
            ]
        )

    @property
    def very_postback(self) -> SentPostback | None:
        """The one whose link was asked for, word for word."""
        same = [postback for postback in self.postbacks if self.asked.is_url and postback.url == self.asked.text]
        return same[0] if len(same) == 1 else None

    @cached_property
    def receivers(self) -> Sequence[Receiver]:
        """By host; there are few, so that a part of a name may be asked for."""
        host = self.asked.host or self.asked.text
        if self.asked.number or (self.asked.is_part and not self.asked.host):
            return []
        if self.asked.is_url:
            return list(Receiver.objects.filter(origin__in=_origins(self.asked.text)))
        return list(Receiver.objects.filter(origin__icontains=host)[: AT_MOST + 1])

    @cached_property
    def campaigns(self) -> Sequence[Campaign]:
        """By name, alias, or click link."""
        if self.asked.is_url:
            return list(Campaign.objects.filter(alias__in=self.asked.values)[: AT_MOST + 1])
        asked = Q(name__icontains=self.asked.text) | Q(alias__iexact=self.asked.text)
        return list(Campaign.objects.filter(asked).order_by("-pk")[: AT_MOST + 1])

    @cached_property
    def sources(self) -> Sequence[Source]:
        """By name."""
        return [] if self.asked.is_url else list(Source.objects.filter(name__icontains=self.asked.text)[: AT_MOST + 1])

    @cached_property
    def rules(self) -> Sequence[PostbackRule]:
        """By name."""
        if self.asked.is_url:
            return []
        rules = PostbackRule.objects.select_related("campaign", "source")
        return list(rules.filter(name__icontains=self.asked.text).order_by("-pk")[: AT_MOST + 1])


def _each(values: Iterable[str], look: Callable[[str], "QuerySet[Row]"]) -> list[Row]:
    """The newest rows of each value. Asked for together, PostgreSQL might rather walk the whole log by id."""
    return [row for value in values for row in look(value).order_by("-pk")[: AT_MOST + 1]]


def _newest(rows: Iterable[Row]) -> list[Row]:
    """Each once, the newest first."""
    by_id = {row.pk: row for row in rows}
    return [by_id[pk] for pk in sorted(by_id, reverse=True)[: AT_MOST + 1]]


def _origins(url: str) -> list[str]:
    """As receivers are called."""
    try:
        return [url_template.origin(url)]
    except ValueError:
        return []
