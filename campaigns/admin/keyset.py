"""Logs of any length: paged by key, never by counting or OFFSET, and read in bounded steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import build_q_object_from_lookup_parameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldError, ValidationError
from django.db.models import Expression, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bounded import STEPS, Condition, Found, Span, either, equal, is_led, look
from campaigns.admin.drawing import Drawing, headers
from campaigns.admin.filters import Asking
from campaigns.admin.saved import SavedFilters

BEFORE = "before"  # rows with a smaller id: older
AFTER = "after"  # rows with a greater id: newer
TAIL = "tail"  # the newest page, live
TOO_OPEN = frozenset(  # of a text's parts: they scan, a pattern may never end, and they tell covered text bit by bit
    ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex", "search"]
)
PLACE = [BEFORE, AFTER, TAIL, "floor", "have", "open"]  # what in an address is no filter


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFurther:
    """What is said where the page is not full, and the log not at its end."""

    looked_at: int
    until: datetime | None
    link: str
    upwards: bool


class KeysetChangeList(ChangeList):
    """One page of a log, the newest first; links to its neighbours keep filters and search."""

    newer_link = ""
    older_link = ""
    look_further: LookFurther | None = None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:  # noqa: ARG002
        """What the filters let through; the place in it stays out of the links that the page makes."""
        self.before, self.after = _key(request, BEFORE), _key(request, AFTER)
        self.is_live = request.GET.get(TAIL) == "1" and self.before is None and self.after is None
        for name in PLACE:
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        self.filter_specs, self.has_filters, others, _doubles, self.has_active_filters = self.get_filters(request)
        self.clear_all_filters_qs = self.get_query_string(new_params=others, remove=self.get_filters_params())
        self.root_queryset = self.apply_select_related(self.root_queryset)
        try:
            self.conditions = self._conditions(request, others)
            return self._all()
        except (FieldError, TypeError, ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error

    def _conditions(self, request: HttpRequest, others: dict[str, Any]) -> list[Condition]:
        """What the filters, the address and the search ask of each row."""
        asked = [condition for spec in self.filter_specs if isinstance(spec, Asking) for condition in spec.conditions()]
        asked += [self._other(name, values) for name, values in others.items()]
        model_admin: KeysetAdmin = self.model_admin  # type: ignore[assignment]
        return asked + list(model_admin.search_conditions(request, self.query))

    def _other(self, name: str, values: list[Any]) -> Condition:
        """What stands in the address and belongs to no filter."""
        if len(values) == 1 and is_led(self.model, name):
            return equal(self.model, name, values[0])
        return Condition(holds=build_q_object_from_lookup_parameters({name: values}))

    def _all(self) -> QuerySet[Any]:
        rows = self.root_queryset
        for condition in self.conditions:
            rows = condition.narrow(rows)
        return rows.order_by("-pk")

    @property
    def live_link(self) -> str:
        """The newest page, live."""
        return self.get_query_string({TAIL: "1"})

    def head(self) -> list[SafeString]:
        """The head of the table."""
        return headers(self)

    def rows(self) -> list[SafeString]:
        """The rows of this page, drawn."""
        return Drawing(self.model_admin, self.list_display, self.list_display_links).rows(self.result_list)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Expression | str]:  # noqa: ARG002
        """By id alone: any other order would have to sort the whole log."""
        return ["-pk"]

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """No column can be sorted by, so none is marked."""
        return {}

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        """The rows of this page, and one more to know whether there is another."""
        rows = None if self.after is None else self._upwards(self.after)
        self.result_list = self._downwards() if rows is None else rows
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = False
        self.show_admin_actions = bool(self.result_list)
        self.can_show_all = self.multi_page = False

    def _downwards(self) -> list[Model]:
        """From the place in the address, or from the newest, to the older ones."""
        before = self.before if self.after is None else None  # the way back to the newest ends on a full first page
        found = self._look(Span(below=before))
        if before is not None:
            self.newer_link = self.get_query_string({AFTER: found.ids[0] if found.ids else before - 1})
        if len(found.ids) > self.list_per_page:
            self.older_link = self.get_query_string({BEFORE: found.ids[self.list_per_page - 1]})
        elif found.last is not None:
            self._say_how_far(found, upwards=False)
        return self._rows(found.ids[: self.list_per_page])

    def _upwards(self, after: int) -> list[Model] | None:
        """From the place in the address to the newer ones; None: it leads to the newest."""
        found = self._look(Span(above=after, upwards=True))
        ids = found.ids[: self.list_per_page][::-1]
        if len(found.ids) > self.list_per_page:
            self.newer_link = self.get_query_string({AFTER: ids[0]})
        elif found.last is None:
            return None
        else:
            self._say_how_far(found, upwards=True)
        self.older_link = self.get_query_string({BEFORE: ids[-1] if ids else after + 1})
        return self._rows(ids)

    def find(self, most: int, steps: Sequence[int]) -> Found:
        """The newest of all that the filters let through, whatever the page."""
        return look(self._every(), self.conditions, Span(), most, steps)

    def _look(self, span: Span) -> Found:
        return look(self._every(), self.conditions, span, self.list_per_page + 1, STEPS)

    def _say_how_far(self, found: Found, *, upwards: bool) -> None:
        until = self._every().filter(pk=found.last).values_list("created", flat=True).first()
        link = self.get_query_string({AFTER if upwards else BEFORE: found.last})
        self.look_further = LookFurther(looked_at=found.looked_at, until=until, link=link, upwards=upwards)

    def _every(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def _rows(self, ids: Sequence[int]) -> list[Model]:
        return list(self.root_queryset.filter(pk__in=ids).order_by("-pk")) if ids else []


class KeysetAdmin(SavedFilters):
    """The list of a log. Search is exact, on columns that have an index."""

    change_list_template = "campaigns/admin/log.html"
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()
    can_be_watched = False
    search_help_text = _("Exactly one subid, external id or tid.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return KeysetChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:  # type: ignore[override]
        """What an address may ask beside the filters: nothing about a part of a text, nothing about what is covered."""
        is_open = TOO_OPEN.isdisjoint(lookup.split("__")) and lookup.split("__")[0] not in self.covered_fields(request)
        return is_open and bool(super().lookup_allowed(lookup, value, request))

    def covered_fields(self, request: HttpRequest) -> frozenset[str]:  # noqa: ARG002
        """Fields that this person sees covered, if at all."""
        return frozenset()

    def may_change_yet(self, row: Any) -> bool:  # noqa: ARG002
        """Whether somebody who watches this row will see it change."""
        return False

    def search_conditions(self, request: HttpRequest, text: str) -> Sequence[Condition]:
        """Rows of which one column is this very text. A column that never says it is not asked again."""
        if not (term := text.strip()):
            return []
        said = [self.search_condition(field, term) for field in self.get_search_fields(request)]
        found = [condition for condition in said if self.model._default_manager.filter(condition.holds).exists()]
        if not found:
            return [Condition(holds=Q(pk__in=[]), below=0)]
        return [either(found)]

    def search_condition(self, field: str, term: str) -> Condition:
        """That a column is this text; our own ids are in small letters."""
        return equal(self.model, field, term.lower() if field.endswith("subid") else term)


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
