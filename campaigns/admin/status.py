"""Traffic -> Conversion statuses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin
from campaigns.models import ConversionStatus


@admin.register(ConversionStatus)
class ConversionStatusAdmin(ModelAdmin):
    """A name is given once: rules, conversions and networks speak of it."""

    menu = (_("Traffic"),)
    menu_order = 50
    list_display = ["label", "name", "position", "built_in"]
    actions = None  # "delete selected" asks no status whether it is built in
    fields = ["name", "label", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002
        return ["name"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.built_in) and super().has_delete_permission(request, obj)
