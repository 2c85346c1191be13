"""Replay, on the list and on the page of received postbacks: what is asked before, and what is said after."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.admin.bases import ModelAdmin
from campaigns.models import ReceivedPostback, Verdict
from campaigns.replaying import is_whole, replay

AT_MOST = 200  # in one go
RIGHTS = ["campaigns.change_receivedpostback", "campaigns.change_conversion"]


class Replays(ModelAdmin):
    """Mixin: judges again, for those who may change conversions."""

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return all(request.user.has_perm(right) for right in RIGHTS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.replay_view)
        return [path("replay/", view, name="campaigns_replay"), *super().get_urls()]

    @admin.action(description=_("Replay"), permissions=["replay"])
    def ask_replay(self, request: HttpRequest, rows: QuerySet[ReceivedPostback]) -> HttpResponse | None:  # noqa: ARG002
        """A question first, with its number."""
        return self._ask(request, _ids(request.POST.getlist(ACTION_CHECKBOX_NAME)))

    def replay_view(self, request: HttpRequest) -> HttpResponse:
        """Judge again what the form names."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_replay_permission(request):
            raise PermissionDenied
        ids = _ids(request.POST.getlist("received"))
        if request.POST.get("sure") != "yes":
            return self._ask(request, ids) or HttpResponseRedirect(_list_url())
        replays = replay(_rows(ids))
        _say(request, replays, len(ids))
        return HttpResponseRedirect(_page_url(replays[0]) if len(replays) == 1 else _list_url())

    def _ask(self, request: HttpRequest, ids: Sequence[int]) -> HttpResponse | None:
        rows = [row for row in _rows(ids) if is_whole(row)]
        if not rows:
            messages.error(request, _now("None of them was kept whole, so none can be replayed."))
            return None
        count = ngettext("Replay %(count)d received postback", "Replay %(count)d received postbacks", len(rows))
        context = {
            **self.admin_site.each_context(request),
            "title": count % {"count": len(rows)} + "?",
            "button": count % {"count": len(rows)},
            "rows": rows,
            "left_out": len(ids) - len(rows),
            "opts": self.opts,
        }
        return TemplateResponse(request, "campaigns/admin/replay.html", context)


def _rows(ids: Sequence[int]) -> list[ReceivedPostback]:
    return list(ReceivedPostback.objects.filter(pk__in=ids).order_by("pk"))


def _ids(texts: Sequence[str]) -> list[int]:
    """Numbers alone, the oldest first, and so many at most."""
    return sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19})[:AT_MOST]


def _say(request: HttpRequest, replays: Sequence[ReceivedPostback], asked: int) -> None:
    """What became of them."""
    if replays:
        counts = Counter(row.verdict for row in replays)
        told = ", ".join(f"{counts[verdict]} {_word(Verdict(verdict))}" for verdict in Verdict if counts[verdict])
        text = ngettext("%(count)d replayed: %(what)s.", "%(count)d replayed: %(what)s.", len(replays))
        level: Any = messages.SUCCESS if any(Verdict(row.verdict).is_accepted for row in replays) else messages.WARNING
        messages.add_message(request, level, text % {"count": len(replays), "what": told})
    if left := asked - len(replays):
        text = ngettext(
            "%(count)d was left out: it is gone, or was not kept whole.",
            "%(count)d were left out: they are gone, or were not kept whole.",
            left,
        )
        messages.warning(request, text % {"count": left})


def _word(verdict: Verdict) -> str:
    return _now("nothing new") if verdict is Verdict.REPEATED else str(verdict.label).lower()


def _list_url() -> str:
    return reverse("admin:campaigns_receivedpostback_changelist")


def _page_url(row: ReceivedPostback) -> str:
    return reverse("admin:campaigns_receivedpostback_change", args=[row.pk])
