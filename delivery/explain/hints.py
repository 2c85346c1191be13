"""What is wrong with a click itself, or with the text somebody takes for a subid."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.models import Click, Conversion, Installation, ReceivedPostback
from delivery.explain.lines import Cause
from delivery.explain.places import Place
from postbacks.models import PostbackRule, Reason, Why

MEANT_AT_MOST = 20  # clicks that are offered in the place of one that nobody knows


def hints_of(click: Click, rules: Sequence[PostbackRule]) -> list[Cause]:
    """What would keep postbacks from being sent, or from being understood, whatever the rules say."""
    hints = [hint] if (hint := without_click_id(click)) else []
    if click.campaign.paused:
        advice = _("un-pause it on its General tab")
        hints.append(Cause(text=_("the campaign is paused now"), advice=advice, place=Place.GENERAL))
    if not rules:
        text, advice = _("neither the campaign nor its source has an S2S postback"), Reason(Why.NO_RULE).advice
        hints.append(Cause(text=text, advice=advice, place=Place.CAMPAIGN_RULES))
    return hints


def without_click_id(click: Click) -> Cause | None:
    """Why the receiver cannot tell which click converted, with what the link ought to have carried."""
    if click.has_click_id:
        return None
    reason = Reason(Why.NO_EXTERNAL_ID, click.external_id)
    if click.external_id:
        return Cause.of(reason)
    text = _("this click has no external_id: the traffic came to a link without “%(wanted)s”")
    return Cause(text=text % {"wanted": _wanted(click)}, advice=reason.advice, place=Place.PARAMETERS)


def nothing_came(received: Sequence[ReceivedPostback]) -> Cause:
    """Why a click has no conversion."""
    if received:
        return Cause(
            text=_("the network reported it, and no conversion came of it"),
            advice=_("see below why each was refused"),
            place=Place.STATUSES,
        )
    url = Installation.objects.current().postback_url
    advice = _("give the network this postback URL: %(url)s") % {"url": f"{url}?subid={{subid}}&status={{status}}"}
    text = _("no network has reported a conversion of this click")
    return Cause(text=text, advice=advice, place=Place.POSTBACK_URL)


def too_many(shown: int) -> Cause:
    """That there is more than the page holds."""
    text = _("only the newest %(count)d changes are shown") % {"count": shown}
    return Cause(text=text, advice=_("search the log of S2S postbacks for the rest"))


def clicks_meant(text: str) -> list[Click]:
    """The clicks of an external_id, or of a tid, that was given in the place of a subid; the newest first."""
    if not text:
        return []
    theirs = list(Click.objects.filter(external_id=text).order_by("-id")[:MEANT_AT_MOST])
    if theirs:
        return theirs
    sold = Conversion.objects.filter(tid=text).select_related("click").order_by("-id")[:MEANT_AT_MOST]
    return list({conversion.click_id: conversion.click for conversion in sold}.values())


def not_ours(text: str) -> tuple[list[Cause], list[str]]:
    """What a text that is no subid is, and which subids may have been meant. A click id of the source's is the usual
    mix-up."""
    clicks = clicks_meant(text)
    meant = [click.subid for click in clicks]
    if not clicks:
        advice = _("check that the network sends back our subid, as the campaign's destination hands it over")
        return [Cause(text=_("nobody here knows this subid"), advice=advice)], []
    subids = ", ".join(meant)
    if clicks[0].external_id == text:
        about = _("it is an external_id, the source's click id; the click's subid is %(subid)s") % {"subid": subids}
        return [Cause(text=about, advice=_("hand {subid} over to the network, not {external_id}"))], meant
    about = _("it is a tid, the network's transaction id; the click's subid is %(subid)s") % {"subid": subids}
    return [Cause(text=about, advice=_("look at that subid"))], meant


def _wanted(click: Click) -> str:
    """What the link ought to have carried, as the campaign's Parameters tab has it."""
    row = next((row for row in click.campaign.parameters if row["parameter"] == "external_id"), None)
    return f"{row['name']}={row['token'] or '{click_id}'}" if row else "external_id={click_id}"
