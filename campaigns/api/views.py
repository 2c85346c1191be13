"""Reporting clicks and conversions, and reading what was received."""

import json
from typing import Any

from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from campaigns.api.filters import ReceivedPostbackFilters
from campaigns.api.logs import LogViewSet
from campaigns.api.parsers import ExactJSONListParser, ExactJSONParser, as_text, body_of
from campaigns.api.permissions import ModelPermissions
from campaigns.api.serializers import (
    ClickReport,
    ConversionReport,
    Judged,
    JudgedItem,
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

MOST = 1000  # conversions of one request: one transaction
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
        received = _received(request, _body(request).decode("utf-8", "replace"))
        received.save(force_insert=True)
        if problem:
            return _refused(received, problem)
        received.judge(as_text(told))
        return Response(Judged(received).data, status=_code(received))

    @extend_schema(
        summary="Report up to a thousand conversions",
        request=ConversionReport(many=True),
        responses={
            200: OpenApiResponse(JudgedItem(many=True), "What became of each, in the order of the list."),
            400: OpenApiResponse(Judged, "Refused as a whole: it is no JSON list, or too long a one."),
            413: OpenApiResponse(Judged, "Refused as a whole: the body is too large."),
            415: OpenApiResponse(Judged, "Refused as a whole: the content type is not application/json."),
            (503, "text/plain"): UNAVAILABLE,
        },
    )
    @action(detail=False, methods=["post"], parser_classes=[ExactJSONListParser])
    def bulk(self, request: Request) -> Response:
        """Each is judged as if it had come alone, after those before it; each is a line of Received postbacks."""
        told, problem = _told(request)
        if problem is None and len(told) > MOST:
            problem = ParseError(f"The list has {len(told)} conversions; {MOST} at most are taken at once.")
        if problem:
            received = _received(request, _body(request).decode("utf-8", "replace"))
            received.save(force_insert=True)
            return _refused(received, problem)
        lines = [_received(request, json.dumps(item, ensure_ascii=False)) for item in told]
        ReceivedPostback.objects.receive(lines, [as_text(item) if isinstance(item, dict) else {} for item in told])
        for line in lines:
            line.code = _code(line)
        return Response(JudgedItem(lines, many=True).data)


def _received(request: Request, said: str) -> ReceivedPostback:
    """A line of the log, not stored yet."""
    return ReceivedPostback(
        method=METHOD,
        query=clean_text(request.META.get("QUERY_STRING", ""), MAX_BODY),
        body=clean_text(said, MAX_BODY),
        content_type=clean_text(request.content_type or "", 255),
        ip=address_of(request._request),
    )


def _refused(received: ReceivedPostback, problem: APIException) -> Response:
    received.refuse(problem.status_code, str(problem.detail))
    return Response(Judged(received).data, status=received.code)


def _code(received: ReceivedPostback) -> int | None:
    return 201 if received.verdict == Verdict.CREATED else received.code


def _told(request: Request) -> tuple[Any, APIException | None]:
    """What the body says; where it cannot be read, nothing, and beside it why."""
    try:
        body_of(request)  # DRF would meet one that broke off without a word
        return request.data, None
    except APIException as problem:
        return None, problem


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
