"""The incoming postback: a network reports a conversion."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.models import Installation, ReceivedPostback, Verdict
from campaigns.parameters import clean_text
from campaigns.report import Report
from campaigns.views.unavailable import or_come_again, plain_text
from campaigns.visitor import address_of, flat

MAX_BODY = 65_536  # characters of a body that are kept
SUCCESS = "Success"


@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
@or_come_again
def incoming_postback(request: HttpRequest, key: str) -> HttpResponse:
    """Log the request, then judge it. 200: taken or ignored; 4xx: refused, with the reason; 503: send again."""
    if not constant_time_compare(key, Installation.objects.current().postback_key):
        return plain_text("There is nothing here.", 404)
    body, unread = _read(request)
    received = ReceivedPostback.objects.create(
        method=request.method or "",
        query=clean_text(request.META.get("QUERY_STRING", ""), MAX_BODY),
        body=clean_text(body.decode("utf-8", "replace"), MAX_BODY),
        content_type=clean_text(request.content_type or "", 255),
        ip=address_of(request),
    )
    if unread:
        received.refuse(*unread)
        return answer(received, Report())
    try:
        parameters = parameters_of(request)
    except (TooManyFieldsSent, TooManyFilesSent):
        received.refuse(400, f"There are more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} parameters.")
        return answer(received, Report())
    return answer(received, received.judge(parameters))


def _read(request: HttpRequest) -> tuple[bytes, tuple[int, str] | None]:
    """The body; where it cannot be had, nothing, and beside it with which code and words it is refused."""
    try:
        return request.body, None
    except RequestDataTooBig:
        return b"", (413, f"The body is longer than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.")
    except UnreadablePostError:
        return b"", (400, "The body broke off.")


def answer(received: ReceivedPostback, report: Report) -> HttpResponse:
    """What the network reads: its own `return` text where all went well, else why not."""
    verdict = Verdict(received.verdict)
    if verdict.is_taken and report.answer:
        return plain_text(report.answer)
    text = SUCCESS if verdict.is_accepted else received.reason
    return plain_text(text, received.code or 200)


def parameters_of(request: HttpRequest) -> Mapping[str, str]:
    """The query's parameters, and those of a form or a JSON object in the body; the query goes first."""
    return {**_body_parameters(request), **{name: value for name, value in flat(request.GET).items() if value}}


def _body_parameters(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST":
        return {}
    try:
        if request.content_type == "application/json":
            return _json_parameters(request.body)
        return flat(request.POST)
    except MultiPartParserError:
        return {}


def _json_parameters(body: bytes) -> dict[str, str]:
    """A flat object's texts and numbers, as they were written; anything else says nothing."""
    try:
        told = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {str(name): str(value) for name, value in told.items() if isinstance(value, (str, bool))}
