"""All there is to say about one subid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from campaigns.models import Click, ConversionChange, ReceivedPostback
from campaigns.parameters import clean_text
from delivery.explain.hints import hints_of, not_ours, nothing_came, too_many, without_click_id
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
from delivery.models import Kind, SentPostback
from postbacks.models import Answer, PostbackRule

RECEIVED_AT_MOST = 50  # of the received postbacks that named it, the newest
CHANGES_AT_MOST = 100  # of the changes, the newest
TESTS_AT_MOST = 20  # that were sent with this click, the newest
WORST = [Outcome.FAILED, Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.QUEUED, Outcome.SENT]
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
    verdict: str = ""  # in one sentence, where there is more to say than the summary does
    click: Click | None = None
    hints: list[Cause] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    received: list[ReceivedPostback] = field(default_factory=list)
    tests: list[SentPostback] = field(default_factory=list)  # that were sent with this click, the newest first
    meant: list[str] = field(default_factory=list)  # subids that may have been meant

    def count(self, outcome: Outcome) -> int:
        """How many lines end so."""
        return sum(line.outcome is outcome for section in self.sections for line in section.lines)


def explain(text: str, conversion: int | None = None) -> Explanation:
    """Why the postbacks of this click were sent, or not. Also for a click without a conversion, and for nobody's.

    The changes of `conversion` stand before those of the click's others.
    """
    text = clean_text(text).strip()
    subid = text.lower()[:MAX_SUBID]
    click = Click.objects.select_related("campaign__source").filter(subid=subid).first()
    named = ReceivedPostback.objects.filter(subid=subid).order_by("-id") if subid else ReceivedPostback.objects.none()
    received = list(named[:RECEIVED_AT_MOST])
    if click is None:
        hints, meant = not_ours(text)
        return Explanation(subid=text, summary=_nobody(text), received=received, hints=hints, meant=meant)
    rules = rules_of(click)
    sections = sorted(_sections(click, rules), key=lambda section: section.conversion != conversion)
    tests = SentPostback.objects.filter(subid=subid, kind=Kind.TEST).order_by("-id")
    return Explanation(
        subid=subid,
        click=click,
        summary=_summary(sections),
        verdict=_verdict(sections, conversion),
        hints=_hints(click, rules, sections, received),
        sections=sections,
        received=received,
        tests=list(tests[:TESTS_AT_MOST]),
    )


def _hints(
    click: Click, rules: Sequence[PostbackRule], sections: Sequence[Section], received: Sequence[ReceivedPostback]
) -> list[Cause]:
    """About the click itself, but for what stands below as a cause already."""
    told = {cause for section in sections for line in section.lines for cause in line.causes}
    hints = [hint for hint in hints_of(click, rules) if hint not in told]
    if not sections:
        return [nothing_came(received), *hints]
    return [*hints, too_many(CHANGES_AT_MOST)] if len(sections) == CHANGES_AT_MOST else hints


def _sections(click: Click, rules: Sequence[PostbackRule]) -> list[Section]:
    """The newest changes, conversion by conversion, each in the order of time."""
    changes = ConversionChange.objects.filter(conversion__click=click).select_related("conversion", "decision")
    shown = sorted(changes.order_by("-id")[:CHANGES_AT_MOST], key=lambda change: (change.conversion_id, change.number))
    return sections_of(shown, click, rules)


def sections_of(
    changes: Sequence[ConversionChange], click: Click, rules: Sequence[PostbackRule] | None = None
) -> list[Section]:
    """One for each of some changes of a click; `rules` are those of its campaign, where they are known."""
    history, click_id = History(changes), without_click_id(click)
    rules = rules_of(click) if rules is None else rules
    return [_section(change, history, rules, click_id) for change in changes]


def rules_of(click: Click) -> list[PostbackRule]:
    """Those that would be asked now."""
    return list(PostbackRule.objects.for_campaign(click.campaign).order_by("id"))


def _section(
    change: ConversionChange, history: History, rules: Sequence[PostbackRule], click_id: Cause | None
) -> Section:
    conversion = change.conversion
    tid = f", tid {conversion.tid}" if conversion.tid else ""
    title = f"#{change.number} {change.status}{tid}, {exact(change.time)}"
    answers = answers_to(change)
    asked = {answer.rule for answer in answers}
    lines = [line for answer in answers for line in _lines(answer, change, history, click_id)]
    # rules that there are now, and that nobody could ask then
    lines += [of_late_rule(rule, was_there=rule.created < change.time) for rule in rules if rule.pk not in asked]
    return Section(title=title, conversion=conversion.pk, lines=lines or [of_no_rule()])


def _lines(answer: Answer, change: ConversionChange, history: History, click_id: Cause | None) -> Iterable[Line]:
    """The postback that the rule wanted, and its resends; or why it wanted none."""
    if not answer.is_yes:
        yield of_refusal(answer, is_gone=answer.rule not in history.rules, click_id=click_id)
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


def _verdict(sections: Sequence[Section], conversion: int | None) -> str:
    """The worst of it; what there is more of, the summary counts."""
    asked = [section for section in sections if conversion in (None, section.conversion)]
    lines = [line for section in asked for line in section.lines]
    if not lines:
        return ""
    worst = min(lines, key=lambda line: WORST.index(line.outcome))
    if worst.outcome is Outcome.SENT and len(lines) > 1:
        return _("All %(count)d were sent.") % {"count": len(lines)}
    return capfirst(worst.sentence) if len(lines) == 1 else f"{worst.rule}: {worst.sentence}"


def _nobody(text: str) -> str:
    if not text:
        return _("No subid was given.")
    return _("No click has the subid “%(subid)s”.") % {"subid": text[:80]}
