"""The live tail of a log: what came since a page was drawn, for the script that adds it there."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import ngettext

from campaigns.admin.bounded import STEPS, Span, look
from campaigns.admin.drawing import Drawing
from campaigns.admin.keyset import KeysetAdmin, KeysetChangeList

MOST = 200  # rows that a live page holds
LATE = 1000  # ids: of two transactions the later one may commit first


class TailChangeList(KeysetChangeList):
    """The rows that a page does not have yet, and those that it has and that may have changed."""

    def get_results(self, request: HttpRequest) -> None:
        """Nothing is lost that commits late: ids a little older are asked for too, and what is there is left out."""
        have, watched = _ids(request, "have"), _ids(request, "open")
        self.newest = self._every().aggregate(newest=Max("pk"))["newest"] or 0
        above = max(0, (self.after or 0) - LATE, *_ids(request, "floor"))
        ids = look(self._every(), self.conditions, Span(above=above), MOST, STEPS).ids[:MOST]
        self.fresh = self._rows([pk for pk in ids if pk not in have])
        self.watched = self._rows(sorted(watched))
        self.result_list = self.fresh


class Tailed(KeysetAdmin):
    """A log that can be watched."""

    can_be_watched = True

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_tail"
        return [path("tail/", self.admin_site.admin_view(self.tail_view), name=name), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        match = request.resolver_match
        is_tail = bool(match and match.url_name and match.url_name.endswith("_tail"))
        return TailChangeList if is_tail else super().get_changelist(request, **kwargs)

    def tail_view(self, request: HttpRequest) -> HttpResponse:
        """New rows, the newest first, and those that are watched, as they are now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            tail: Any = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest()
        count = len(tail.fresh)
        said = ngettext("%(count)d new row", "%(count)d new rows", count) % {"count": count} if count else ""
        drawing = Drawing(self, tail.list_display, tail.list_display_links)
        answer = {"rows": _drawn(drawing, tail.fresh), "changed": _drawn(drawing, tail.watched)}
        return JsonResponse({**answer, "newest": tail.newest, "said": said})


def _drawn(drawing: Drawing, rows: Iterable[Any]) -> list[dict[str, Any]]:
    rows = list(rows)
    return [{"id": row.pk, "html": html} for row, html in zip(rows, drawing.rows(rows), strict=True)]


def _ids(request: HttpRequest, name: str) -> set[int]:
    """Numbers with commas between them; whatever else stands there is passed over."""
    texts = request.GET.get(name, "").split(",")[:MOST]
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
