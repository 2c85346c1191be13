"""Rendering: from a claimed row to a request, once; a retry repeats it."""

import logging
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db.models.functions import Now
from django.utils.encoding import iri_to_uri

from campaigns import macros
from campaigns.models import Installation
from delivery.claim import unflushed
from delivery.models import SentPostback, State
from delivery.transport import PostbackRequest
from postbacks.addresses import why_refused

logger = logging.getLogger(__name__)


def render(rows: Sequence[SentPostback]) -> list[PostbackRequest]:
    """The requests of those rows that can be sent; the others end failed with the reason, alone.

    A rendered URL is stored before it is sent: should the worker die, the next one repeats the very same request.
    """
    if not rows:
        return []
    fresh = [row for row in rows if not row.url]
    for row in fresh:
        _render_one(row)
    for row in rows:
        if row.state == State.SENDING and (refused := why_refused(row.url, settings.POSTBACK_ALLOWED_NETWORKS)):
            _fail(row, refused)
    failed = [row for row in rows if row.state == State.FAILED]
    with unflushed():
        _write(fresh, ["url", "notes"])
        _write(failed, ["state", "error", "due_at", "finished", "lease_id", "leased_until"])
    installation = Installation.objects.current().uuid
    return [_request(row, installation) for row in rows if row.state == State.SENDING]


def _write(rows: Sequence[SentPostback], fields: list[str]) -> None:
    if rows:
        SentPostback.objects.bulk_update(rows, fields)


def _render_one(row: SentPostback) -> None:
    if row.change is None:
        _fail(row, "There is no conversion to render this postback from.")
        return
    try:
        rendered = macros.render(row.url_template, row.change.facts())
    except Exception as error:  # facts that nobody foresaw must not stop the batch, again and again
        logger.exception("Postback %s cannot be rendered.", row.pk)
        _fail(row, f"It could not be rendered: {type(error).__name__}.")
        return
    row.url = wire_form(rendered.text)
    if rendered.absent:
        row.notes = "Rendered empty: " + ", ".join(rendered.absent)
    if rendered.problems:
        _fail(row, " ".join(rendered.problems))


def wire_form(url: str) -> str:
    """The URL as it can stand in a request: spaces and letters beyond ASCII behind the host are percent-encoded."""
    scheme, slashes, rest = url.partition("://")
    end = min((place for mark in "/?#" if (place := rest.find(mark)) >= 0), default=len(rest))
    return f"{scheme}{slashes}{rest[:end]}{iri_to_uri(rest[end:])}"


def _fail(row: SentPostback, why: str) -> None:
    row.state, row.error, row.due_at, row.finished = State.FAILED, why, None, Now()
    row.lease_id = row.leased_until = None


def _request(row: SentPostback, installation: uuid.UUID) -> PostbackRequest:
    headers = {"Idempotency-Key": row.idempotency_key(installation)}
    return PostbackRequest(id=row.pk, method=row.method, url=row.url, headers=headers)
