"""What to say when the database cannot be had: come again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse

RETRY_AFTER = "30"  # seconds


def or_come_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 503 where the database is locked or down, so that whoever asked asks again, and nothing is lost."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError, InternalError):  # the last: a server that only reads, in a failover
            connection.close()  # what broke is not to be met again by the next request
            response = plain_text("The database is not available. Please send this again.", 503)
            response["Retry-After"] = RETRY_AFTER
            return response

    return answering


def plain_text(text: str, code: int = 200) -> HttpResponse:
    """Text that no browser takes for a page."""
    return HttpResponse(
        text, status=code, content_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"}
    )
