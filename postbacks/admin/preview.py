"""The preview beside a rule's URL: a fragment for the script, and a page of its own for those without."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.admin.display import ago
from campaigns.macro_names import MACROS, WELL_KNOWN_PARAMETERS, insertable
from postbacks.admin.typed_rule import TypedRule, read_owner
from postbacks.admin.url_editor import owner_query
from postbacks.models import Method
from postbacks.preview import replaced
from postbacks.preview.subject import SAMPLE, choices

CARRIED = ("preview", "source")  # beside the rule's own fields, what a page of its own must not forget


@dataclass(frozen=True, slots=True)
class Act:
    """A button below the preview that a floor above brings."""

    label: Promise | str
    url_name: str
    is_allowed: Callable[[HttpRequest], bool]


acts: list[Act] = []  # filled in AppConfig.ready


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the URL in the form comes to. Sends nothing, writes nothing."""
    _take_suggestion(request)
    return render_preview(request, TypedRule.read(request))


def names(request: HttpRequest) -> JsonResponse:
    """What can stand in braces here: names, what they mean, and how a value looks."""
    owner = read_owner(request)
    known = [
        {"name": macro.name, "insert": insertable(macro), "meaning": _(macro.meaning), "sample": macro.sample}
        for macro in MACROS.values()
    ]
    ours = owner.parameter_names - set(MACROS)
    meaning = _("A parameter of the campaign's link.")
    brought = [
        {"name": name, "insert": f"{{{name}}}", "meaning": meaning, "sample": ""}
        for name in [*sorted(ours), *sorted(WELL_KNOWN_PARAMETERS - ours)]
    ]
    return JsonResponse({"names": [*known[: len(known) - 2], *brought, *known[-2:]]})


def render_preview(request: HttpRequest, typed: TypedRule, **result: Any) -> HttpResponse:
    """The fragment where a script asks; else the page, with the form that it makes unnecessary."""
    context = {
        "typed": typed,
        "preview": typed.preview,
        "subject": typed.preview.subject,
        "choices": choices(typed.owner) if request.user.has_perm("campaigns.view_click") else [],
        "sample": SAMPLE,
        "when": ago(click.created) if (click := typed.preview.subject.click) else "",
        "other": request.POST.get("preview-other", ""),
        "wish": uuid4(),
        "acts": [(act.label, _with_owner(act.url_name, typed)) for act in acts if act.is_allowed(request)],
        **result,
    }
    if is_script(request):
        return TemplateResponse(request, "postbacks/admin/preview.html", {**context, "is_script": True})
    frame = admin.site.each_context(request)
    return TemplateResponse(request, "postbacks/admin/preview_page.html", {**frame, **context, **_page(request, typed)})


def is_script(request: HttpRequest) -> bool:
    """Whether a part of a page is wanted."""
    return request.headers.get("X-Requested-With") == "fetch"


def _page(request: HttpRequest, typed: TypedRule) -> dict[str, Any]:
    own = typed.prefix + "-"
    shown = {f"{own}url", f"{own}method"}
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in shown and (name.startswith((own, "parameters-")) or name in CARRIED)
        for value in values
    ]
    return {
        "title": _("Preview"),
        "trail": [_("Traffic")],
        "original": _("Preview of a postback"),
        "carried": carried,
        "methods": Method.choices,
        "preview_url": _with_owner("url-preview", typed),
        "back": _back(typed),
    }


def _with_owner(url_name: str, typed: TypedRule) -> str:
    return f"{reverse(url_name)}?{urlencode(owner_query(typed.owner))}"


def _back(typed: TypedRule) -> str:
    one, kind = (typed.owner.campaign, "campaign") if typed.owner.campaign else (typed.owner.source, "source")
    if one is None or one.pk is None:
        return reverse(f"admin:campaigns_{kind}_add")
    return reverse(f"admin:campaigns_{kind}_change", args=[one.pk]) + "#s2s-postbacks"


def _take_suggestion(request: HttpRequest) -> None:
    """Without a script the button "did you mean" brings the name and what to put for it."""
    name, arrow, nearest = request.POST.get("preview-replace", "").partition(">")
    if arrow:
        form = request.POST.copy()
        key = f"{form.get('preview', '')}-url"
        form[key] = replaced(form.get(key, ""), name, nearest)
        request.POST = form  # type: ignore[assignment]
