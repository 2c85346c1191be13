"""Saved filters: a name for what the log's address asks, kept for oneself or for all."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from campaigns.admin.bases import ModelAdmin
from campaigns.models import SavedFilter


class SavedFilters(ModelAdmin):
    """Mixin: they stand above the log, each a link; a form saves the filter that is set."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path("saved/", view(self.save_filter_view), name=f"{names}_save_filter"),
            path("saved/<int:pk>/forget/", view(self.forget_filter_view), name=f"{names}_forget_filter"),
        ]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        saved = SavedFilter.objects.of_page(self.opts.label_lower, request.user)  # type: ignore[arg-type]
        return super().changelist_view(request, {"saved_filters": saved, **(extra_context or {})})

    def save_filter_view(self, request: HttpRequest) -> HttpResponse:
        """Keep what this address asks, under the name in the form."""
        self._check(request)
        try:
            query = self._known(request)
        except IncorrectLookupParameters:
            return redirect(self._log())
        if request.method == "POST":
            self._save(request, query)
        return redirect(f"{self._log()}?{query}")

    def forget_filter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete one of one's own."""
        self._check(request)
        if request.method == "POST":
            mine = SavedFilter.objects.filter(pk=pk, user=request.user.pk, page=self.opts.label_lower)
            if mine.delete()[0]:
                messages.success(request, _("The filter was deleted."))
            else:
                messages.error(request, _("Only your own filters can be deleted."))
        return redirect(self._log())

    def _save(self, request: HttpRequest, query: str) -> None:
        name, is_shared = request.POST.get("name", "").strip(), request.POST.get("shared") == "yes"
        row = SavedFilter(
            user_id=request.user.pk or 0, page=self.opts.label_lower, name=name, query=query, is_shared=is_shared
        )
        try:
            row.full_clean()
            with transaction.atomic():
                row.save()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except IntegrityError:  # saved twice at once
            messages.error(request, _("You have a filter of this name here already."))
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": name})

    def _known(self, request: HttpRequest) -> str:
        """Of the address only what the filters and the search of this log take."""
        specs = self.get_changelist_instance(request).filter_specs
        names = {"q", *(name for spec in specs for name in spec.expected_parameters() if name)}
        kept = QueryDict(mutable=True)
        for name, values in request.GET.lists():
            if name in names:
                kept.setlist(name, values)
        return kept.urlencode()

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    def _log(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
