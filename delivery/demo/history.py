"""The history: a day and more of traffic that never was, so that every page has something to show."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Model, OuterRef, Subquery
from django.utils import timezone

from campaigns import rows, url_template
from campaigns.models import Campaign, Click, Conversion, ConversionChange, Source
from delivery.demo.cast import Cast, engage
from delivery.demo.intake import take_in
from delivery.demo.outcomes import play
from delivery.demo.traffic import visits
from delivery.models import Attempt, DemoMark, Kind, SentPostback, State
from delivery.models.sent import COPIED, RENDERED
from postbacks.models import PostbackRule, Refusal

SEED = 20240607  # the same chance each time
BEGAN = timedelta(days=14)
AFTER = timedelta(minutes=20)  # a person looked
AT_ONCE = timedelta(milliseconds=40)
MARKER = "demo-fitness"  # the alias that tells that it is loaded


def is_loaded() -> bool:
    """Whether the history is there."""
    return Campaign.objects.filter(pk__in=DemoMark.objects.ids(Campaign), alias=MARKER).exists()


@transaction.atomic
def load() -> bool:
    """Load it; False: it was there already. Nothing of it is ever sent: what waits, waits for a receiver on hold."""
    if is_loaded():
        return False
    now = timezone.now()
    cast = engage(now)
    changes = take_in(visits(cast.campaigns, now, random.Random(SEED)), now)  # noqa: S311 - it is a play
    sent = _collect(cast, changes)
    attempts = play(sent, ConversionChange.facts, now, SEED)
    sent.sort(key=lambda row: row.created)
    rows.insert(sent)
    for attempt in attempts:
        attempt.postback = attempt.postback  # it has its id by now
    rows.insert(attempts)
    _send_again(sent, now)
    _age(now)
    return True


def _collect(cast: Cast, changes: Sequence[ConversionChange]) -> list[SentPostback]:
    """What the rules want, decided by themselves; queued when the news came."""
    sent = []
    for decision in PostbackRule.objects.decide(changes):
        for rule in decision.rules:
            row = SentPostback.of(decision.change, rule, cast.receivers[url_template.origin(rule.url)])
            row.created = row.due_at = decision.change.time
            sent.append(row)
    return sent


def _send_again(sent: Sequence[SentPostback], now: datetime) -> None:
    """A person has sent one again that had failed, and one as a test."""
    failed = next(row for row in sent if row.code == 403 and now - 6 * AFTER > row.created > now - BEGAN / 14)
    good = next(row for row in sent if row.state == State.SENT and row.rule_id == failed.rule_id)
    for kind, old, seconds in ((Kind.RESEND, failed, 50), (Kind.TEST, good, 20)):
        again = _copy(old, kind, now - timedelta(seconds=seconds))
        again.save(force_insert=True)
        Attempt.objects.create(
            postback=again,
            number=1,
            started=again.created + AT_ONCE,
            duration_ms=again.duration_ms,
            code=200,
            answer="OK",
        )


def _copy(old: SentPostback, kind: Kind, created: datetime) -> SentPostback:
    fields = {name: getattr(old, name) for name in (*COPIED, *RENDERED)}
    again = SentPostback(kind=kind, task_key=f"{kind}:demo:{old.task_key}", created=created, **fields)
    again.resend_of = old if kind == Kind.RESEND else None
    again.state, again.due_at, again.finished = State.SENT, None, created + 2 * AT_ONCE
    again.attempts, again.code, again.answer, again.duration_ms = 1, 200, "OK", 41
    return again


def _age(now: datetime) -> None:
    """What the database dates itself is as old as its story."""
    demo: dict[type[Model], list[int]] = {model: DemoMark.objects.ids(model) for model in (Source, Campaign)}
    for model, ids in demo.items():
        model._default_manager.filter(pk__in=ids).update(created=now - BEGAN)
    PostbackRule.objects.filter(source__in=demo[Source]).update(created=now - BEGAN)
    PostbackRule.objects.filter(campaign__in=demo[Campaign]).update(created=now - BEGAN)
    clicks = Click.objects.filter(campaign__in=demo[Campaign])
    Conversion.objects.filter(click__in=clicks).update(updated=F("created"))
    time = ConversionChange.objects.filter(pk=OuterRef("change")).values("time")
    Refusal.objects.filter(campaign__in=demo[Campaign]).update(created=Subquery(time))
