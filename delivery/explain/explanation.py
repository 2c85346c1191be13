"""All there is to say about one subid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from campaigns.models import Click, ConversionChange, ReceivedPostback
from campaigns.parameters import clean_text
from delivery.explain.hints import hints_of, not_ours, nothing_came, too_many
from delivery.explain.history import History, answers_to
from delivery.explain.lines import (
    Cause,
    Line,
    Outcome,
    exact,
    of_late_rule,
    of_lost_row,
    of_no_rule,
    of_refusal,
    of_repetition,
)
from delivery.explain.logged import of_postback
from postbacks.models import Answer, PostbackRule

RECEIVED_AT_MOST = 50  # of the received postbacks that named it, the newest
CHANGES_AT_MOST = 100  # of the changes, the newest
MAX_SUBID = 64  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One change of one conversion, and a line for each rule."""

    title: str
    conversion: int
    lines: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known, most important first."""

    subid: str
    summary: str
    click: Click | None = None
    hints: list[Cause] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    received: list[ReceivedPostback] = field(default_factory=list)
    meant: list[str] = field(default_factory=list)  # subids that may have been meant

    def count(self, outcome: Outcome) -> int:
        """How many lines end so."""
        return sum(line.outcome is outcome for section in self.sections for line in section.lines)


def explain(text: str) -> Explanation:
    """Why the postbacks of this click were sent, or not. Also for a click without a conversion, and for nobody's."""
    text = clean_text(text).strip()
    subid = text.lower()[:MAX_SUBID]
    click = Click.objects.select_related("campaign__source").filter(subid=subid).first()
    named = ReceivedPostback.objects.filter(subid=subid).order_by("-id") if subid else ReceivedPostback.objects.none()
    received = list(named[:RECEIVED_AT_MOST])
    if click is None:
        hints, meant = not_ours(text)
        return Explanation(subid=text, summary=_nobody(text), received=received, hints=hints, meant=meant)
    sections = _sections(click)
    hints = hints_of(click)
    if not sections:
        hints = [nothing_came(received), *hints]
    elif len(sections) == CHANGES_AT_MOST:
        hints = [*hints, too_many(CHANGES_AT_MOST)]
    return Explanation(
        subid=subid, click=click, summary=_summary(sections), hints=hints, sections=sections, received=received
    )


def _sections(click: Click) -> list[Section]:
    """The newest changes, conversion by conversion, each in the order of time."""
    changes = ConversionChange.objects.filter(conversion__click=click).select_related("conversion", "decision")
    shown = sorted(changes.order_by("-id")[:CHANGES_AT_MOST], key=lambda change: (change.conversion_id, change.number))
    return sections_of(shown, click)


def sections_of(changes: Sequence[ConversionChange], click: Click) -> list[Section]:
    """One for each of some changes of a click's conversions."""
    history, rules = History(changes), list(PostbackRule.objects.for_campaign(click.campaign).order_by("id"))
    return [_section(change, history, rules) for change in changes]


def _section(change: ConversionChange, history: History, rules: Sequence[PostbackRule]) -> Section:
    conversion = change.conversion
    tid = f", tid {conversion.tid}" if conversion.tid else ""
    title = f"#{change.number} {change.status}{tid}, {exact(change.time)}"
    answers = answers_to(change)
    asked = {answer.rule for answer in answers}
    lines = [line for answer in answers for line in _lines(answer, change, history)]
    # rules that there are now, and that nobody could ask then
    lines += [of_late_rule(rule, was_there=rule.created < change.time) for rule in rules if rule.pk not in asked]
    return Section(title=title, conversion=conversion.pk, lines=lines or [of_no_rule()])


def _lines(answer: Answer, change: ConversionChange, history: History) -> Iterable[Line]:
    """The postback that the rule wanted, and its resends; or why it wanted none."""
    if not answer.is_yes:
        yield of_refusal(answer, is_gone=answer.rule not in history.rules)
        return
    if own := history.own(answer, change):
        yield of_postback(own)
    elif earlier := history.earlier(answer, change):
        yield of_repetition(answer, earlier.number, earlier.postback)
    else:
        yield of_lost_row(answer)
    yield from map(of_postback, history.resends(answer.rule, change))


def _summary(sections: Sequence[Section]) -> str:
    outcomes = [line.outcome for section in sections for line in section.lines]
    if not sections:
        return _("This click has no conversion, so there was nothing to send.")
    text = _("%(sent)d sent, %(queued)d queued, %(failed)d failed, %(not_sent)d not sent.") % {
        outcome.value: outcomes.count(outcome) for outcome in Outcome
    }
    unknown = outcomes.count(Outcome.UNKNOWN)
    return f"{text} " + _("Of %(count)d it is not known.") % {"count": unknown} if unknown else text


def _nobody(text: str) -> str:
    if not text:
        return _("No subid was given.")
    return _("No click has the subid “%(subid)s”.") % {"subid": text[:80]}
