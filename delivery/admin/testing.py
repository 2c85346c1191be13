"""The button "Send test" below the preview of a postback's URL, and what it answers."""

from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from delivery.admin.cells import page_url, state_of
from delivery.models import SentPostback
from delivery.testing import send_test
from postbacks.admin.preview import Act, is_script, render_preview
from postbacks.admin.typed_rule import TypedRule

ANSWER = 500  # characters of an answer that are shown
RESULT = "delivery/admin/test_result.html"


def may_send_test(request: HttpRequest) -> bool:
    """Those who may send a postback again may send a test."""
    return request.user.has_perm("delivery.change_sentpostback")


@require_POST
def send_test_view(request: HttpRequest) -> HttpResponse:
    """Send what the form says, whatever is saved, and tell what came of it."""
    if not may_send_test(request):
        raise PermissionDenied
    typed = TypedRule.read(request)
    context: dict[str, Any] = {"preview": typed.preview}
    if typed.preview.can_be_sent:
        postback, is_new = send_test(typed.rule, typed.preview, typed.wish)
        if is_new:
            _note(request, postback)
        context |= _told(postback)
    if is_script(request):
        return TemplateResponse(request, RESULT, context)
    return render_preview(request, typed, **{**context, "result": RESULT})


def _note(request: HttpRequest, postback: SentPostback) -> None:
    """Who did it stands in its history."""
    LogEntry.objects.log_actions(int(request.user.pk or 0), [postback], ADDITION, _("Sent as a test."))


def _told(postback: SentPostback) -> dict[str, Any]:
    """What came of it."""
    return {
        "postback": postback,
        "state": state_of(postback),
        "page": page_url(postback.pk),
        "answer": Truncator(postback.answer).chars(ANSWER),
    }


send_test_act = Act(gettext_lazy("Send test"), "send-test", may_send_test)
