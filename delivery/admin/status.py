"""Maintenance -> Status, and Maintenance -> Settings."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delivery.status import COMMON, OURS, all_checks, shown
from delivery.status.versions import versions

STATUS = "delivery.view_worker"
SETTINGS = "campaigns.view_installation"


@never_cache
@permission_required(STATUS, raise_exception=True)
def status_page(request: HttpRequest) -> HttpResponse:
    """What runs, and whether it is well."""
    checks = list(all_checks())
    context = {
        **admin.site.each_context(request),
        "title": _("Status"),
        "checks": checks,
        "needs": sum(not check.is_well for check in checks),
        "versions": versions(),
    }
    return TemplateResponse(request, "delivery/admin/status.html", context)


@never_cache
@permission_required(SETTINGS, raise_exception=True)
def settings_page(request: HttpRequest) -> HttpResponse:
    """What is set, and where."""
    groups = [(_("Names that people know"), COMMON), (_("Ours"), OURS)]
    context = {
        **admin.site.each_context(request),
        "title": _("Settings"),
        "groups": [(heading, [shown(known) for known in some]) for heading, some in groups],
    }
    return TemplateResponse(request, "delivery/admin/settings.html", context)
