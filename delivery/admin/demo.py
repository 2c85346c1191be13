"""Two buttons: load demo data, remove demo data."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from delivery.demo.belongings import Belongings, remove
from delivery.demo.history import load


@require_POST
def load_demo(request: HttpRequest) -> HttpResponse:
    """Load the history, and show what is to be seen now."""
    _check(request)
    if load():
        messages.success(request, _("The demo data was loaded; nothing of it is ever sent."))
    else:
        messages.info(request, _("The demo data is there already."))
    return redirect("admin:index")


@require_http_methods(["GET", "POST"])
def remove_demo(request: HttpRequest) -> HttpResponse:
    """Ask, with the numbers; then take it all away."""
    _check(request)
    if request.method == "POST":
        gone = remove()
        text = _("The demo data was removed: %(clicks)d clicks, %(conversions)d conversions, %(postbacks)d postbacks.")
        numbers = {"clicks": gone.clicks, "conversions": gone.conversions, "postbacks": gone.postbacks}
        messages.success(request, text % numbers)
        return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "title": _("Remove demo data"),
        "trail": [_("Remove demo data")],
        "counts": Belongings().counts(),
    }
    return TemplateResponse(request, "delivery/admin/demo_remove.html", context)


def _check(request: HttpRequest) -> None:
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied
