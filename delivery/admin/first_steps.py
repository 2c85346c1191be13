"""The first steps: a page of four cards, and the first postback arriving, live."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.admin.slots import slots
from campaigns.models import Campaign, Installation
from campaigns.phrasebook import tell
from delivery.admin.cells import shown_reason, state_of
from delivery.demo.belongings import Belongings
from delivery.first_steps.forms import CampaignForm, ConversionForm, SourceForm, click_oneself
from delivery.first_steps.steps import Place, Progress, arrivals
from delivery.models import SentPostback

PAGE = "delivery/admin/first_steps.html"
SHOWN = 10  # postbacks of one conversion
PERMISSIONS = {
    Place.SOURCE: ["campaigns.add_source", "postbacks.add_postbackrule"],
    Place.CAMPAIGN: ["campaigns.add_campaign"],
    Place.LINK: ["campaigns.add_click"],
    Place.CONVERSION: ["campaigns.add_conversion"],
}
IDS = {place: f"{place}-%s" for place in Place}  # of the fields: all forms stand on one page
may_look = permission_required("delivery.view_sentpostback", raise_exception=True)


@may_look
@require_GET
@never_cache
def first_steps_page(request: HttpRequest) -> HttpResponse:
    """All four, the current one open."""
    return _page(request, {})


@may_look
@require_http_methods(["POST"])
def take_step(request: HttpRequest, place: str) -> HttpResponse:
    """Do what its form says, and go on to the next; or show what is wrong with it."""
    if place not in TAKEN:
        raise Http404
    if not _may_take(request, Place(place)):
        return HttpResponse(_("You may not do this."), status=403, content_type="text/plain")
    wrong = TAKEN[Place(place)](request, Progress())
    return _page(request, {place: wrong}) if wrong else redirect("first-steps")


@may_look
@require_GET
@never_cache
def arrival(request: HttpRequest) -> HttpResponse:
    """How far the postbacks of the newest conversion are: a part of the page, asked for again and again."""
    return TemplateResponse(request, "delivery/admin/arrival.html", arrival_context(Progress()))


def first_steps_context(request: HttpRequest, bound: dict[str, BaseForm]) -> dict[str, Any]:
    """What the page needs; forms that were filled in wrongly stand as they were."""
    progress = Progress()
    forms = {
        Place.SOURCE: SourceForm(auto_id=IDS[Place.SOURCE]),
        Place.CAMPAIGN: CampaignForm(auto_id=IDS[Place.CAMPAIGN], initial={"source": progress.source}),
        Place.CONVERSION: ConversionForm(auto_id=IDS[Place.CONVERSION]),
        **bound,
    }
    return {
        "progress": progress,
        "cards": [
            {"step": step, "form": forms.get(step.place), "may": _may_take(request, step.place)}
            for step in progress.steps()
        ],
        "ready_sources": [link for offer in slots.ready_sources for link in offer(request)],
        "postback_url": Installation.objects.current().postback_url,
        "has_demo": Belongings().exist,
        "title": _("First steps"),
        **arrival_context(progress),
    }


def arrival_context(progress: Progress) -> dict[str, Any]:
    """The postbacks of the newest conversion."""
    rows = list(arrivals(progress.conversion)[:SHOWN]) if progress.conversion else []
    shown = [{"postback": row, "label": state_of(row), "told": _told(row)} for row in rows]
    return {
        "conversion": progress.conversion,
        "arrivals": shown,
        "is_finished": all(row.is_finished for row in rows),
        "has_arrived": any(row.state == "sent" for row in rows),
    }


def _told(row: SentPostback) -> str:
    """“HTTP 200 in 34 ms”; before that why it waits."""
    if row.code and row.duration_ms is not None:
        return _("HTTP %(code)d in %(count)d ms") % {"code": row.code, "count": row.duration_ms}
    return shown_reason(row)


def _page(request: HttpRequest, bound: dict[str, BaseForm]) -> HttpResponse:
    context = {**admin.site.each_context(request), **first_steps_context(request, bound)}
    return TemplateResponse(request, PAGE, {**context, "trail": [_("First steps")]})


def _may_take(request: HttpRequest, place: Place) -> bool:
    return request.user.has_perms(PERMISSIONS[place])


def _add_source(request: HttpRequest, _progress: Progress) -> BaseForm | None:
    form = SourceForm(request.POST, auto_id=IDS[Place.SOURCE])
    if not form.is_valid():
        return form
    source = form.save()
    messages.success(request, _("The source “%(name)s” was added.") % {"name": source})
    for rule in source.rules.all():
        for warning in rule.warnings():
            messages.warning(request, warning)
    return None


def _add_campaign(request: HttpRequest, _progress: Progress) -> BaseForm | None:
    form = CampaignForm(request.POST, auto_id=IDS[Place.CAMPAIGN])
    if not form.is_valid():
        return form
    messages.success(request, _("The campaign “%(name)s” was added.") % {"name": form.save()})
    return None


def _click(request: HttpRequest, progress: Progress) -> None:
    campaign: Campaign | None = progress.campaign
    if campaign is None:
        messages.error(request, _("Add a campaign first: its link is what is clicked."))
        return
    click = click_oneself(campaign, request)
    messages.success(request, _("A click was recorded; its subid is %(subid)s.") % {"subid": click.subid})


def _report(request: HttpRequest, progress: Progress) -> BaseForm | None:
    form = ConversionForm(request.POST, auto_id=IDS[Place.CONVERSION])
    if progress.click is None:
        messages.error(request, _("There is no click yet that could convert."))
        return None
    if not form.is_valid():
        return form
    received = form.report(progress.click, request)
    level = messages.SUCCESS if received.code == 200 else messages.ERROR
    messages.add_message(request, level, tell(received.reason))
    return None


TAKEN: dict[Place, Callable[[HttpRequest, Progress], BaseForm | None]] = {
    Place.SOURCE: _add_source,
    Place.CAMPAIGN: _add_campaign,
    Place.LINK: _click,
    Place.CONVERSION: _report,
}
