"""How the rules of a page fare: the last day by the hour, the last answer, and clicks that nobody could be told of.

However many rules a page has: one statement for the counts, two for the answers, one for the clicks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns import macros
from campaigns.admin.charts import stacked_bars
from campaigns.admin.display import ago
from campaigns.models import Campaign, Click
from campaigns.phrasebook import tell
from campaigns.tallies import Slot, Unit, series_by
from delivery.admin.cells import log_url, page_url, state_of
from delivery.models import Kind, SentPostback, State
from postbacks.models import PostbackRule

HOURS = 24
LOOKED_AT = 1000  # of the newest postbacks, and of the newest clicks; a rule that was silent for longer tells no answer
ANSWER = 60  # characters
BARS = (210, 28)  # width and height
TONES = {State.SENT.value: "good", State.FAILED.value: "bad", "waiting": "busy", State.UNKNOWN.value: "warn"}
ALWAYS = [State.SENT.value, State.FAILED.value, "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many ended so, and where they are listed."""

    word: str
    number: int
    tone: str
    url: str


def strips(
    rules: Sequence[PostbackRule], campaign: Campaign | None, viewer: AbstractBaseUser
) -> Mapping[int, SafeString]:
    """A strip for each, of one campaign or of all; nothing for who may not see the log."""
    if not viewer.has_perm("delivery.view_sentpostback"):  # type: ignore[attr-defined]
        return {}
    where: dict[str, Any] = {"campaign": campaign.pk} if campaign else {}
    series = series_by("rule", Kind.POSTBACK, Unit.HOUR, HOURS, rule=[rule.pk for rule in rules], **where)
    answers = _last_answers(rules, campaign)
    nameless = _nameless_clicks(campaign) if campaign else None
    return {
        rule.pk: render_to_string(
            "delivery/admin/strip.html",
            {
                "chart": _chart(rule, series.get(rule.pk)),
                "counts": _counts(rule, campaign, series.get(rule.pk, [])),
                "answer": answers.get(rule.pk),
                "nameless": nameless if _tells_external_id(rule) else None,
            },
        )
        for rule in rules
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver said last."""

    row: SentPostback
    url: str

    @property
    def state(self) -> SafeString:
        return state_of(self.row)

    @property
    def when(self) -> SafeString | str:
        return ago(self.row.finished or self.row.created)

    @property
    def text(self) -> str:
        """How it begins; where nothing was answered, why."""
        words = " ".join((self.row.answer or tell(self.row.error))[: ANSWER * 4].split())
        return f"{words[:ANSWER]}…" if len(words) > ANSWER else words


def _last_answers(rules: Sequence[PostbackRule], campaign: Campaign | None) -> dict[int, Answer]:
    """Looked for among the newest: the log has no index by rule, which every claim and every record would pay for."""
    source = next((rule.source_id for rule in rules), None)
    rows = SentPostback.objects.filter(**({"campaign": campaign.pk} if campaign else {"source": source}))
    newest = rows.order_by("-id").values_list("rule", "pk", "duration_ms", "kind")[:LOOKED_AT]
    told: dict[int, int] = {}
    for rule, pk, took, kind in newest:
        if rule is not None and took is not None and kind != Kind.TEST:
            told.setdefault(rule, pk)
    ids = [told[rule.pk] for rule in rules if rule.pk in told]
    found = SentPostback.objects.in_bulk(ids) if ids else {}
    return {row.rule_id: Answer(row=row, url=page_url(pk)) for pk, row in found.items() if row.rule_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """How many of the newest clicks came without the source's click id."""

    campaign: int
    number: int
    of: int

    @property
    def url(self) -> str:
        return f"{reverse('admin:campaigns_click_changelist')}?campaign={self.campaign}"

    @property
    def text(self) -> str:
        """In 100, where there are so many."""
        if self.of < 100 or self.number * 100 < self.of:
            number, of = self.number, self.of
        else:
            number, of = round(self.number * 100 / self.of), 100
        text = ngettext(
            "%(number)d click in %(of)d has no external_id", "%(number)d clicks in %(of)d have no external_id", number
        )
        return text % {"number": number, "of": of}

    @property
    def title(self) -> str:
        return _("%(number)d of the newest %(of)d clicks of this campaign.") % {"number": self.number, "of": self.of}


def _nameless_clicks(campaign: Campaign) -> Nameless | None:
    newest = Click.objects.filter(campaign=campaign.pk).order_by("-id").only("external_id")[:LOOKED_AT]
    named = [click.has_click_id for click in newest]
    missing = named.count(False)
    return Nameless(campaign=campaign.pk, number=missing, of=len(named)) if missing else None


def _tells_external_id(rule: PostbackRule) -> bool:
    return any(placeholder.canonical == "external_id" for placeholder in macros.placeholders(rule.url))


def _chart(rule: PostbackRule, slots: Sequence[Slot] | None) -> SafeString | str:
    if not slots:
        return ""
    title = _("%(rule)s, last 24 hours by the hour") % {"rule": rule.label}
    width, height = BARS
    return stacked_bars(slots, TONES, title, width=width, height=height, words=_words())


def _counts(rule: PostbackRule, campaign: Campaign | None, slots: Sequence[Slot]) -> list[Count]:
    sums: Counter[str] = Counter()
    for slot in slots:
        sums.update(slot.counts)
    named = _words()
    return [
        Count(word=named[word], number=sums[word], tone=tone, url=_log(rule, campaign, word))
        for word, tone in TONES.items()
        if sums[word] or word in ALWAYS
    ]


def _words() -> dict[str, str]:
    return {"sent": _("sent"), "failed": _("failed"), "waiting": _("waiting"), "unknown": _("unknown")}


def _log(rule: PostbackRule, campaign: Campaign | None, word: str) -> str:
    query = QueryDict(mutable=True)
    if campaign:
        query["campaign"] = str(campaign.pk)
    query["rule"] = str(rule.pk)
    query["state"] = State.QUEUED.value if word == "waiting" else word
    query["kind"], query["time"] = Kind.POSTBACK.value, "24h"
    return f"{log_url()}?{query.urlencode()}"
