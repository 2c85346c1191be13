"""Maintenance -> Incoming postback URL."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin
from campaigns.models import Installation


@admin.register(Installation)
class InstallationAdmin(ModelAdmin):
    """One row: its list is its page."""

    menu = (_("Maintenance"),)
    menu_order = 30
    fields = ["url", "postback_key"]
    readonly_fields = ["url"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        row = Installation.objects.current()
        return HttpResponseRedirect(reverse("admin:campaigns_installation_change", args=[row.pk]))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        warning = _("With another key, every network that still uses the old URL gets a 404: its conversions are lost.")
        return super().get_form(request, obj, change, help_texts={"postback_key": warning}, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    @admin.display(description=_("URL"))
    def url(self, installation: Installation) -> SafeString:
        return render_to_string(
            "campaigns/admin/copyable.html",
            {"text": installation.postback_url, "label_text": gettext("Incoming postback URL")},
        )
