"""Rendering: from a claimed row to a request, once; a retry repeats it."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from campaigns import macros
from campaigns.models import ConversionChange
from delivery.claimed import Claimed, Draft
from delivery.databases import database
from delivery.latest import too_late
from delivery.models.sent import idempotency_key
from delivery.transport import PostbackRequest
from postbacks.addresses import why_refused, wire_form

logger = logging.getLogger(__name__)


def render(rows: Sequence[Claimed]) -> list[Draft]:
    """Each row with its URL; those that cannot be sent have a flaw, alone.

    A retry repeats the very same request: a URL is stored with the outcome of its first attempt, and one that chance
    has a part in before it is sent, for should the worker die, the next one would render another.
    """
    fresh = [row.change_id for row in rows if not row.url and row.change_id]
    facts = ConversionChange.objects.facts(fresh) if fresh else {}
    drafts = [_judged(_draft(row, facts.get(row.change_id or 0))) for row in rows]
    by_chance = [draft for draft in drafts if not draft.row.url and macros.is_by_chance(draft.row.url_template)]
    if by_chance:
        database().keep_urls([kept(draft) for draft in by_chance])
    return drafts


def request_of(draft: Draft, installation: uuid.UUID) -> PostbackRequest:
    """What the transport is asked to send."""
    headers = headers_of(draft.row.task_key, installation)
    return PostbackRequest(
        id=draft.row.id, method=draft.row.method, url=draft.url, headers=headers, once=draft.row.terms.at_most_once
    )


def headers_of(task_key: str, installation: uuid.UUID) -> dict[str, str]:
    """The headers that a postback brings along."""
    return {"Idempotency-Key": idempotency_key(installation, task_key)}


def kept(draft: Draft) -> dict[str, Any]:
    """What the log keeps of a draft, and under which lease."""
    is_new = not draft.row.url
    return {
        "id": draft.row.id,
        "lease_id": str(draft.row.lease_id),
        "url": draft.url if is_new else None,
        "notes": draft.notes if is_new else None,
    }


def _draft(row: Claimed, facts: macros.Facts | None) -> Draft:
    if row.latest and row.latest <= row.claimed:
        return Draft(row, row.url, flaw=too_late(row.attempts - 1, row.error))
    if row.url:
        return Draft(row, row.url)
    if facts is None:
        return Draft(row, "", flaw="There is no conversion to render this postback from.")
    try:
        rendered = macros.render(row.url_template, facts)
    except Exception as error:  # facts that nobody foresaw must not stop the batch, again and again
        logger.exception("Postback %s cannot be rendered.", row.id)
        return Draft(row, "", flaw=f"It could not be rendered: {type(error).__name__}.")
    notes = "Rendered empty: " + ", ".join(rendered.absent) if rendered.absent else ""
    return Draft(row, wire_form(rendered.text), notes, flaw=" ".join(rendered.problems))


def _judged(draft: Draft) -> Draft:
    """The same, with a flaw where its address may not be asked."""
    flaw = draft.flaw or why_refused(draft.url, settings.POSTBACK_ALLOWED_NETWORKS)
    return replace(draft, flaw=flaw) if flaw else draft
