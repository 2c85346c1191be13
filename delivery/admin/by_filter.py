"""All that a filter lets through: sent again, cancelled or settled, after a page that says what that would do."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from campaigns.admin.keyset import KeysetAdmin, KeysetChangeList
from delivery.admin.acts import Acts
from delivery.admin.cells import log_url
from delivery.admin.wishes import Selection

MOST = 10_000  # postbacks at once
STEPS = (5000,) * 20  # rows that are looked at for them


class ByFilter(Acts, KeysetAdmin):
    """A dry run: it counts and shows, and does nothing until its own form is sent."""

    def by_filter_view(self, request: HttpRequest, act: str) -> HttpResponse:
        """What an act would do to all that the log's address lets through."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        confirm = self._confirms().get(act)
        if confirm is None:
            raise Http404
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(log_url())
        ids, trouble = chosen(changelist)  # type: ignore[arg-type]
        if trouble:
            messages.warning(request, trouble)
            return redirect(log_url() + changelist.get_query_string())
        return confirm(request, Selection(ids=sorted(ids), query=changelist.get_query_string()))

    def _confirms(self) -> dict[str, Callable[[HttpRequest, Selection], HttpResponse]]:
        return {
            "send-again": self.confirm_send_again,
            "cancel": self.confirm_cancel,
            "arrived": self.confirm_arrived,
        }


def chosen(changelist: KeysetChangeList) -> tuple[list[int], str]:
    """All ids that the filters let through; or why they are not all named."""
    if not changelist.conditions:
        return [], _("Filter the log first: all of it is never meant.")
    found = changelist.find(MOST + 1, STEPS)
    if len(found.ids) > MOST:
        return [], _("More than %(count)d match. Narrow the filter, by a time or a campaign.") % {"count": MOST}
    if found.last is not None:
        looked_at = _("Among the %(count)d newest rows there may be more of them. Narrow the filter, by a time.")
        return [], looked_at % {"count": found.looked_at}
    return found.ids, "" if found.ids else _("Nothing matches.")
