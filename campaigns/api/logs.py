"""What reading a log is like, whichever log it is."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.decorators import method_decorator
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from campaigns.api.filters import StrictFilters
from campaigns.api.pages import KeysetPages
from campaigns.api.permissions import ModelPermissions
from campaigns.views.unavailable import or_come_again

Row = TypeVar("Row", bound=Model)


@method_decorator(or_come_again, name="dispatch")
class LogViewSet(ReadOnlyModelViewSet[Row]):
    """A list to filter and to page through, and one row with all there is to know of it."""

    permission_classes = [ModelPermissions]
    pagination_class = KeysetPages
    filter_backends = [StrictFilters]
    detail_serializer_class: type[BaseSerializer[Any]]
    detail_only: list[str] = []  # wide columns, which a list does not read

    def get_queryset(self) -> QuerySet[Row]:
        """The rows, narrow in a list."""
        rows = super().get_queryset()
        return rows if self.action == "retrieve" else rows.defer(*self.detail_only)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Wide for one row, narrow for many."""
        return self.detail_serializer_class if self.action == "retrieve" else super().get_serializer_class()
