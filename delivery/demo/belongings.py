"""All that belongs to the demonstration, however it came: loaded, played, or reported by a visitor of ours since."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast

from campaigns import tallies, url_template
from campaigns.models import Campaign, Click, Conversion, ConversionChange, ReceivedPostback, Source
from campaigns.models.tally import Grain, Tally
from campaigns.tallies.recounting import recount
from delivery.models import Attempt, DemoMark, Receiver, SentPostback, SpentKey
from postbacks.models import Decision, PostbackRule
from postbacks.models.rule import key_of

PRUNED = [Grain.PRUNED_HOUR, Grain.PRUNED_DAY]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of it there is."""

    campaigns: int
    clicks: int
    conversions: int
    postbacks: int


class Belongings:
    """As of now. A source that something of a person's own uses by now is the person's, and stays with its rules."""

    def __init__(self) -> None:
        self.campaigns = Campaign.objects.filter(pk__in=DemoMark.objects.ids(Campaign))
        self.clicks = Click.objects.filter(campaign__in=self.campaigns)
        self.conversions = Conversion.objects.filter(click__campaign__in=self.campaigns)

    @property
    def exist(self) -> bool:
        """Whether there is anything."""
        return DemoMark.objects.exists()

    def counts(self) -> Counts:
        """What a person is told before it goes."""
        return Counts(
            campaigns=self.campaigns.count(),
            clicks=self.clicks.count(),
            conversions=self.conversions.count(),
            postbacks=self.postbacks.count(),
        )

    @cached_property
    def sources(self) -> QuerySet[Source]:
        """Those that nothing else uses."""
        ids = DemoMark.objects.ids(Source)
        used = set(
            Campaign.objects.filter(source__in=ids).exclude(pk__in=self.campaigns).values_list("source", flat=True)
        )
        strangers = Click.objects.filter(traffic_source__in=ids).exclude(campaign__in=self.campaigns)
        used |= set(strangers.values_list("traffic_source", flat=True).distinct())
        return Source.objects.filter(pk__in=set(ids) - used)

    @cached_property
    def rules(self) -> QuerySet[PostbackRule]:
        """Those of the campaigns and sources that go."""
        return PostbackRule.objects.filter(Q(campaign__in=self.campaigns) | Q(source__in=self.sources))

    @cached_property
    def postbacks(self) -> QuerySet[SentPostback]:
        """Those of the campaigns, tests of the rules, and alerts of receivers that are only there for show."""
        ours = Q(campaign__in=self.campaigns) | Q(rule__in=self.rules)
        for receiver in DemoMark.objects.ids(Receiver):
            ours |= Q(task_key__startswith=f"alert:{receiver}:")
        return SentPostback.objects.filter(ours)

    @cached_property
    def received(self) -> QuerySet[ReceivedPostback]:
        """What was told of the clicks, also where nothing came of it."""
        marked = DemoMark.objects.ids(ReceivedPostback)
        subids = self.clicks.values("subid")
        return ReceivedPostback.objects.filter(
            Q(pk__in=marked) | Q(campaign__in=self.campaigns) | Q(subid__in=subids) | Q(conversion__in=self.conversions)
        )

    def lonely_receivers(self) -> list[int]:
        """Those that no postback, once these are gone, and no rule of a person's own knows."""
        ours = set(self.postbacks.exclude(receiver=None).values_list("receiver", flat=True).distinct())
        ours |= set(DemoMark.objects.ids(Receiver))
        others = SentPostback.objects.filter(receiver__in=ours).exclude(pk__in=self.postbacks)
        ours -= set(others.values_list("receiver", flat=True).distinct())
        known = set(_origins(PostbackRule.objects.exclude(pk__in=self.rules)))
        return [
            pk for pk, origin in Receiver.objects.filter(pk__in=ours).values_list("pk", "origin") if origin not in known
        ]

    def spent_keys(self) -> set[str]:
        """The task keys that its changes may have used up, by rules that are there and rules that are gone."""
        changes = ConversionChange.objects.filter(conversion__in=self.conversions, decision__isnull=False)
        return {
            key_of(answer.rule, change, again=again)
            for change in changes.select_related("decision")
            for answer in change.decision.answers
            for again in (False, True)
        }


def remove() -> Counts:
    """Take all of it away, and nothing else; how much it was."""
    counts, is_mixed = _remove()
    if is_mixed:  # of which minute it was is not known any more
        recount()
    return counts


@transaction.atomic
def _remove() -> tuple[Counts, bool]:
    """Also whether all has to be counted anew."""
    ours = Belongings()
    list(ours.campaigns.select_for_update().values_list("pk"))  # who clicks now waits, and finds no campaign
    counts, gone_receivers = ours.counts(), ours.lonely_receivers()
    receivers = Receiver.objects.filter(pk__in=gone_receivers)
    _forget_history(ours, receivers)
    SpentKey.objects.filter(task_key__in=ours.spent_keys()).delete()
    Attempt.objects.filter(postback__in=ours.postbacks).delete()
    ours.received.delete()
    gone_sources = list(ours.sources.values_list("pk", flat=True))
    sources = Source.objects.filter(pk__in=gone_sources)
    ours.postbacks.delete()
    receivers.delete()
    Decision.objects.filter(change__conversion__in=ours.conversions).delete()
    ours.conversions.delete()
    ours.clicks.delete()
    is_mixed = _forget_counts(DemoMark.objects.ids(Campaign), gone_sources, gone_receivers)
    ours.campaigns.delete()
    sources.delete()
    DemoMark.objects.all().delete()
    return counts, is_mixed


def _forget_history(ours: Belongings, receivers: QuerySet[Receiver]) -> None:
    """What people did to it."""
    rows: list[QuerySet[Model]] = [ours.postbacks, ours.received, ours.conversions, ours.clicks, ours.rules, receivers]
    for some in rows:
        _forget(some.model, some.annotate(text=Cast("pk", CharField())).values("text"))
    for model in (Campaign, Source, Receiver):
        _forget(model, [str(pk) for pk in DemoMark.objects.ids(model)])


def _forget_counts(campaigns: list[int], sources: list[int], receivers: list[int]) -> bool:
    """What is counted of it; whether some of what was pruned is counted together with others, as of no source."""
    tallies.fold_all()
    Tally.objects.filter(Q(source__in=sources) | Q(receiver__in=receivers)).delete()
    _all, deleted = Tally.objects.filter(campaign__in=campaigns, grain__in=PRUNED).delete()
    Tally.objects.filter(campaign__in=campaigns).delete()
    return bool(deleted)


def _forget(model: type[Model], ids: object) -> None:
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id__in=ids).delete()


def _origins(rules: QuerySet[PostbackRule]) -> Iterator[str]:
    for url in rules.values_list("url", flat=True):
        try:
            yield url_template.origin(url)
        except ValueError:
            continue
