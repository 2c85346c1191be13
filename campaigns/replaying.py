"""A received postback judged once more, as it would be judged now: after a link or a status word was mended."""

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction

from campaigns.api.parsers import as_text, plain
from campaigns.models import ReceivedPostback
from campaigns.views.incoming import MAX_BODY, parameters_of

SAID = ["method", "query", "body", "content_type", "ip"]  # what a replay has of the row it repeats
MULTIPART = "multipart/form-data"
API = "API"  # the method of what came that way: its body is JSON, and its query says nothing


@transaction.atomic
def replay(received: Iterable[ReceivedPostback]) -> list[ReceivedPostback]:
    """Judge what each says as a new row that names the old one, in their order; what cannot be read is left out.

    A conversion is known by (subid, tid), here as everywhere: what was taken before is an update or a repeat.
    """
    readable = [(row, said) for row in received if (said := parameters(row)) is not None]
    replays = [
        ReceivedPostback(replay_of=row, **{name: getattr(row, name) for name in SAID}) for row, _said in readable
    ]
    ReceivedPostback.objects.receive(replays, [said for _row, said in readable])
    return replays


def parameters(received: ReceivedPostback) -> Mapping[str, str] | None:
    """What its request says, read as it was when it came; None: it was not kept whole, or cannot be read."""
    if not is_whole(received):
        return None
    if received.method == API:
        return _of_json(received.body)
    try:
        return parameters_of(request_of(received))
    except (TooManyFieldsSent, TooManyFilesSent):
        return None


def is_whole(received: ReceivedPostback) -> bool:
    """Whether all of it was kept: not so where the body was too long, or broke off."""
    is_cut = max(len(received.body), len(received.query)) >= MAX_BODY
    was_unread = not received.body and received.code == 413
    return not (is_cut or was_unread or received.reason.startswith("The body broke off."))


def request_of(received: ReceivedPostback) -> WSGIRequest:
    """The request, word for word."""
    body = received.body.encode()
    return WSGIRequest(
        {
            "REQUEST_METHOD": received.method,
            "QUERY_STRING": received.query.encode("latin-1", "replace").decode("latin-1"),
            "CONTENT_TYPE": _content_type(received),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )


def _content_type(received: ReceivedPostback) -> str:
    """With the boundary that a form with files begins by: of the header only the type was kept."""
    if received.content_type != MULTIPART:
        return received.content_type
    lines: Sequence[str] = received.body.splitlines() or [""]
    return f"{MULTIPART}; boundary={lines[0].removeprefix('--')}"


def _of_json(body: str) -> Mapping[str, str] | None:
    try:
        told = json.loads(body, parse_float=plain, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return as_text(told) if isinstance(told, dict) else None
