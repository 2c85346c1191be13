"""Reading what was sent, what waits, and how each attempt went."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view

from campaigns.api.logs import LogViewSet
from delivery.api.filters import SentPostbackFilters
from delivery.api.serializers import SentPostbackDetail, SentPostbackSerializer
from delivery.models import SentPostback


@extend_schema_view(
    list=extend_schema(summary="Sent postbacks, and those that wait, the newest first"),
    retrieve=extend_schema(summary="One postback with its request, its answer and all attempts"),
)
class SentPostbackViewSet(LogViewSet[SentPostback]):
    """The queue and the log of S2S postbacks."""

    queryset = SentPostback.objects.select_related("campaign", "source", "receiver")
    filterset_class = SentPostbackFilters
    serializer_class: Any = SentPostbackSerializer
    detail_serializer_class = SentPostbackDetail
    detail_only = ["url_template", "url", "notes", "answer"]
