"""All there is to say about one subid."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from campaigns.models import Campaign, Click, ConversionChange, Installation, ReceivedPostback
from campaigns.parameters import is_unfilled
from delivery.explain.lines import Cause, Line, Outcome, exact, of_late_rule, of_postback, of_refusal, of_repetition
from delivery.models import Kind, SentPostback
from postbacks.models import Answer, PostbackRule, key_of

RECEIVED_AT_MOST = 50  # of the received postbacks that named it, the newest


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


def explain(subid: str) -> Explanation:
    """Why the postbacks of this click were sent, or not. Also for a click without a conversion, and for nobody's."""
    subid = subid.strip().lower()
    click = Click.objects.select_related("campaign__source").filter(subid=subid).first()
    received = (
        list(ReceivedPostback.objects.filter(subid=subid[:64]).order_by("-id")[:RECEIVED_AT_MOST]) if subid else []
    )
    if click is None:
        return Explanation(subid=subid, summary=_nobody(subid), received=received, hints=_not_ours(subid))
    sections = [
        _section(change, click.campaign)
        for conversion in click.conversions.order_by("id")
        for change in conversion.changes.select_related("decision").order_by("number")
    ]
    hints = _hints(click)
    if not sections:
        hints = [_nothing_came(received), *hints]
    return Explanation(
        subid=subid, click=click, summary=_summary(sections), hints=hints, sections=sections, received=received
    )


def _section(change: ConversionChange, campaign: Campaign) -> Section:
    conversion = change.conversion
    tid = f", tid {conversion.tid}" if conversion.tid else ""
    title = f"#{change.number} {change.status}{tid}, {exact(change.time)}"
    answers = change.decision.answers if hasattr(change, "decision") else []
    lines = [line for answer in answers for line in _lines(answer, change)]
    lines += _late_rules(campaign, change, {answer.rule for answer in answers})
    return Section(title=title, conversion=conversion.pk, lines=lines or [_no_rule()])


def _lines(answer: Answer, change: ConversionChange) -> Iterable[Line]:
    """The postback that the rule wanted, and its resends; or why it wanted none."""
    if not answer.is_yes:
        yield of_refusal(answer)
        return
    keys = [key_of(answer.rule, change), key_of(answer.rule, change, again=True)]
    first = SentPostback.objects.filter(task_key__in=keys).select_related("change").first()
    if first is None or first.change_id != change.pk:
        yield of_repetition(answer, first)
    else:
        yield of_postback(first)
    resends = SentPostback.objects.filter(kind=Kind.RESEND, change=change, rule_name=answer.name)
    yield from map(of_postback, resends.order_by("id"))


def _late_rules(campaign: Campaign, change: ConversionChange, asked: set[int]) -> list[Line]:
    """Rules that there are now, and that nobody could ask then."""
    rules = PostbackRule.objects.for_campaign(campaign).exclude(pk__in=asked).order_by("id")
    return [of_late_rule(rule, was_there=rule.created < change.time) for rule in rules]


def _no_rule() -> Line:
    cause = Cause(
        text=_("neither the campaign nor its source had an S2S postback then"),
        advice=_("add one in the campaign's S2S Postbacks tab"),
    )
    return Line(rule="–", outcome=Outcome.NOT_SENT, text=_("not sent: there was no rule"), causes=[cause])


def _summary(sections: list[Section]) -> str:
    outcomes = [line.outcome for section in sections for line in section.lines]
    if not sections:
        return _("This click has no conversion, so there was nothing to send.")
    return _("%(sent)d sent, %(queued)d queued, %(failed)d failed, %(not_sent)d not sent.") % {
        outcome.value: outcomes.count(outcome) for outcome in Outcome
    }


def _hints(click: Click) -> list[Cause]:
    """What is wrong with the click itself."""
    row = next((row for row in click.campaign.parameters if row["parameter"] == "external_id"), None)
    wanted = f"{row['name']}={row['token'] or '{click_id}'}" if row else "external_id={click_id}"
    hints = []
    if not click.external_id:
        text = _("this click has no external_id: the traffic came to a link without `%(wanted)s`") % {"wanted": wanted}
        hints.append(Cause(text=text, advice=_("paste the campaign's link, complete, into the ad network")))
    elif is_unfilled(click.external_id):
        text = _("external_id is `%(value)s`: the ad network did not fill in its token") % {"value": click.external_id}
        hints.append(Cause(text=text, advice=_("look up how the network writes its click id, and correct the link")))
    if click.campaign.paused:
        hints.append(Cause(text=_("the campaign is paused now"), advice=_("un-pause it on its General tab")))
    return hints


def _nothing_came(received: list[ReceivedPostback]) -> Cause:
    if received:
        return Cause(text=_("the network reported it, and no conversion came of it: see below why"))
    url = Installation.objects.current().postback_url
    advice = _("give the network this postback URL: %(url)s") % {"url": f"{url}?subid={{subid}}&status={{status}}"}
    return Cause(text=_("no network has reported a conversion of this click"), advice=advice)


def _nobody(subid: str) -> str:
    if not subid:
        return _("No subid was given.")
    return _("No click has the subid “%(subid)s”.") % {"subid": subid[:80]}


def _not_ours(subid: str) -> list[Cause]:
    """A click id that is the source's is the usual mix-up."""
    theirs = Click.objects.filter(external_id=subid).order_by("-id").first() if subid else None
    if theirs is None:
        advice = _("check that the network sends back our subid, as the campaign's destination hands it over")
        return [Cause(text=_("nobody here knows this subid"), advice=advice)]
    text = _("it is an external_id, the source's click id; the click's subid is %(subid)s") % {"subid": theirs.subid}
    return [Cause(text=text, advice=_("hand {subid} over to the network, not {external_id}"))]
