"""Reporting clicks and conversions, and reading what was received."""

from typing import Any

from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from campaigns.api.filters import ReceivedPostbackFilters
from campaigns.api.logs import LogViewSet
from campaigns.api.parsers import ExactJSONParser, as_text, body_of
from campaigns.api.permissions import ModelPermissions
from campaigns.api.serializers import (
    ClickReport,
    ConversionReport,
    Judged,
    Problem,
    ReceivedPostbackDetail,
    ReceivedPostbackSerializer,
    ReportedClick,
)
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback, Verdict
from campaigns.parameters import clean_text
from campaigns.views.incoming import MAX_BODY
from campaigns.views.unavailable import or_come_again
from campaigns.visitor import address_of

METHOD = "API"  # in the log, where an incoming postback says GET or POST
UNAVAILABLE = OpenApiResponse(str, "The database is not available: send it again after `Retry-After` seconds.")


@method_decorator(or_come_again, name="dispatch")
class ReportViewSet(ViewSet):
    """Takes JSON from whoever may add such rows."""

    permission_classes = [ModelPermissions]
    parser_classes = [ExactJSONParser]


class ClickViewSet(ReportViewSet):
    """Clicks."""

    queryset = Click.objects.all()

    @extend_schema(
        summary="Report a click",
        request=ClickReport,
        responses={
            201: ReportedClick,
            400: OpenApiResponse({"type": "object"}, "Each wrong field with what is wrong with it."),
            404: OpenApiResponse(Problem, "There is no such campaign."),
            (503, "text/plain"): UNAVAILABLE,
        },
    )
    def create(self, request: Request) -> Response:
        """The same as if the visitor had come through the click link, but that nobody is redirected."""
        report = ClickReport(data=request.data)
        report.is_valid(raise_exception=True)
        alias = report.validated_data["campaign"]
        campaign = Campaign.objects.select_related("source").filter(alias=alias).first()
        if campaign is None:
            raise NotFound(f"There is no campaign with the alias “{alias}”.")
        click = Click.objects.record(campaign, report.query(), report.visitor(request.get_host()))
        return Response(ReportedClick(click).data, status=201)


class ConversionViewSet(ReportViewSet):
    """Conversions."""

    queryset = Conversion.objects.all()

    @extend_schema(
        summary="Report a conversion",
        request=ConversionReport,
        responses={
            201: OpenApiResponse(Judged, "Created."),
            200: OpenApiResponse(Judged, "Updated, repeated or ignored: `verdict` and `reason` say which, and why."),
            400: OpenApiResponse(Judged, "Refused: it says what cannot be, or is no JSON object."),
            404: OpenApiResponse(Judged, "Refused: nobody knows this subid."),
            413: OpenApiResponse(Judged, "Refused: the body is too large."),
            415: OpenApiResponse(Judged, "Refused: the content type is not application/json."),
            (503, "text/plain"): UNAVAILABLE,
        },
    )
    def create(self, request: Request) -> Response:
        """Logged in Received postbacks first, then judged exactly as an incoming postback is.

        A conversion is known by (subid, tid): the same again is an update or a repeat, never a second one.
        """
        told, problem = _told(request)
        received = ReceivedPostback.objects.create(
            method=METHOD,
            query=clean_text(request.META.get("QUERY_STRING", ""), MAX_BODY),
            body=clean_text(_body(request).decode("utf-8", "replace"), MAX_BODY),
            content_type=clean_text(request.content_type or "", 255),
            ip=address_of(request._request),
        )
        if problem:
            received.refuse(problem.status_code, str(problem.detail))
        else:
            received.judge(told)
        code = 201 if received.verdict == Verdict.CREATED else received.code
        return Response(Judged(received).data, status=code)


def _told(request: Request) -> tuple[dict[str, str], APIException | None]:
    """What the body says; where it cannot be read, nothing, and beside it why."""
    try:
        body_of(request)  # DRF would meet one that broke off without a word
        return as_text(request.data), None
    except APIException as problem:
        return {}, problem


def _body(request: Request) -> bytes:
    """What there is to keep of it."""
    try:
        return body_of(request)
    except APIException:
        return b""


@extend_schema_view(
    list=extend_schema(summary="Received postbacks, the newest first"),
    retrieve=extend_schema(summary="One received postback, word for word"),
)
class ReceivedPostbackViewSet(LogViewSet[ReceivedPostback]):
    """What networks and programs reported, and what was made of it."""

    queryset = ReceivedPostback.objects.select_related("campaign")
    filterset_class = ReceivedPostbackFilters
    serializer_class: Any = ReceivedPostbackSerializer
    detail_serializer_class = ReceivedPostbackDetail
    detail_only = ["query", "body", "content_type"]
