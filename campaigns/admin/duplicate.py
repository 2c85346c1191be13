"""A campaign is duplicated: with its parameters, words and notes, and whatever the floors above keep for it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.admin.bases import ModelAdmin
from campaigns.admin.owners import page_of
from campaigns.admin.slots import slots
from campaigns.models import Campaign
from campaigns.models.campaign import new_alias


class Duplicates(ModelAdmin):
    """Mixin: the button, and what it does."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.duplicate_view))
        return [path("<int:pk>/duplicate/", view, name="campaigns_campaign_duplicate"), *super().get_urls()]

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks nothing, and opens the copy. The alias was made with the button: pressed twice, it is one copy."""
        original = get_object_or_404(Campaign, pk=pk)
        if not (self.has_add_permission(request) and self.has_change_permission(request, original)):
            raise PermissionDenied
        alias = _alias(request.POST.get("alias", ""))
        try:
            copy = self._duplicate(request, original, alias)
        except IntegrityError:  # the alias is taken: by the first of two clicks
            copy = Campaign.objects.get(alias=alias)
        return HttpResponseRedirect(page_of(copy))

    @transaction.atomic
    def _duplicate(self, request: HttpRequest, original: Campaign, alias: str) -> Campaign:
        copy = original.copy(alias)
        copy.save()
        for copied in slots.campaign_copied:
            copied(request, original, copy)
        said = _("A copy of “%(name)s”, with a click link of its own.") % {"name": original.name}
        self.log_addition(request, copy, said)
        messages.success(request, said)
        return copy


def _alias(text: str) -> str:
    """The one that the form brought, if it can be one."""
    try:
        return str(Campaign._meta.get_field("alias").clean(text, None))
    except ValidationError:
        return new_alias()
