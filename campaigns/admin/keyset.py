"""Logs of any length: paged by key, never by counting or OFFSET."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.db.models import Expression, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import ModelAdmin

BEFORE = "before"  # rows with a smaller id: older
AFTER = "after"  # rows with a greater id: newer


class KeysetChangeList(ChangeList):
    """One page of a log, the newest first; links to its neighbours keep filters and search."""

    newer_link = ""
    older_link = ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """What the filters let through; the place in it stays out of the links that the page makes."""
        self.before, self.after = _key(request, BEFORE), _key(request, AFTER)
        for name in (BEFORE, AFTER):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Expression | str]:  # noqa: ARG002
        """By id alone: any other order would have to sort the whole log."""
        return ["-pk"]

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """No column can be sorted by, so none is marked."""
        return {}

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        """The rows of this page, and one more to know whether there is another."""
        rows, has_newer, has_older = self._page()
        if has_newer:
            self.newer_link = self.get_query_string({AFTER: rows[0].pk})
        if has_older:
            self.older_link = self.get_query_string({BEFORE: rows[-1].pk})
        self.result_list = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows)
        self.can_show_all = self.multi_page = False

    def _page(self) -> tuple[list[Model], bool, bool]:
        """Rows, whether there are newer ones, whether there are older ones."""
        most = self.list_per_page
        if self.after is not None:
            rows = list(self.queryset.filter(pk__gt=self.after).order_by("pk")[: most + 1])
            if len(rows) > most:
                return rows[:most][::-1], True, True
        older = self.queryset.filter(pk__lt=self.before) if self.before is not None else self.queryset
        rows = list(older[: most + 1])  # the way back to the newest ends on a full first page
        return rows[:most], bool(rows) and self.before is not None, len(rows) > most


class KeysetAdmin(ModelAdmin):
    """The list of a log. Search is exact, on columns that have an index."""

    change_list_template = "campaigns/admin/log.html"
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()
    search_help_text = _("Exactly one subid, external id or tid.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return KeysetChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows of which one column is this very text. A column that never says it is not asked again.

        With an OR over all columns PostgreSQL would rather walk the whole log by id.
        """
        if not (term := search_term.strip()):
            return queryset, False
        found = Q()
        for field in self.get_search_fields(request):
            match = Q(**{field: term.lower() if field.endswith("subid") else term})  # ours are in small letters
            if self.model._default_manager.filter(match).exists():
                found |= match
        return (queryset.filter(found) if found else queryset.none()), False


class ReadOnly:
    """Mixin: a log tells what happened; nobody adds to it, changes it or deletes from it."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


def _key(request: HttpRequest, name: str) -> int | None:
    """A number from the address; whatever else stands there means the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
