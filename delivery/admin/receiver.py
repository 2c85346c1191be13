"""Maintenance -> Receivers."""

from typing import Any

from django.contrib import admin
from django.core.validators import MinValueValidator
from django.db.models import Exists, Field, OuterRef, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin
from campaigns.admin.display import ago, label
from delivery.models import Receiver, SentPostback


@admin.register(Receiver)
class ReceiverAdmin(ModelAdmin):
    """Who it is, how much at once, held until when. They come by themselves, with the first postback."""

    menu = (_("Maintenance"),)
    menu_order = 30
    list_display = ["origin", "places", "held", "waits"]
    search_fields = ["origin"]
    fields = ["origin", "places", "held", "waits"]
    readonly_fields = ["origin", "held", "waits"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receiver]:
        rows: QuerySet[Receiver] = super().get_queryset(request)
        waiting = SentPostback.objects.waiting().filter(receiver=OuterRef("pk"))
        return rows.annotate(has_waiting=Exists(waiting))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Receiver | None = None) -> bool:  # noqa: ARG002
        return False

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Without a place nothing would ever go, and nobody would be told."""
        field: FormField | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "places":
            field.validators.append(MinValueValidator(1))
            field.widget.attrs["min"] = 1
        return field

    @admin.display(description=_("held until"))
    def held(self, receiver: Receiver) -> SafeString | str:
        return ago(receiver.hold_until)

    @admin.display(description=_("waiting now"))
    def waits(self, receiver: Receiver) -> SafeString | str:
        if not getattr(receiver, "has_waiting", False):
            return "–"
        return label(_("Waiting"), "busy")
