"""Settling: whether a postback arrived that ended unknown, a person says; once, whoever else wants to say it too."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from delivery.models import SentPostback, State
from delivery.models.sent import resend_key


@transaction.atomic
def settle_arrived(ids: Sequence[int], who: str) -> list[SentPostback]:
    """Those of them that were unknown count as sent from now on."""
    rows = _lock(ids)
    for row in rows:
        row.state, row.error = State.SENT, f"settled by {who} at {_now()}: it arrived"
    SentPostback.objects.bulk_update(rows, ["state", "error"])
    return rows


@transaction.atomic
def settle_again(ids: Sequence[int], who: str, wish: uuid.UUID, *, as_now: bool = False) -> list[SentPostback]:
    """Of those that were unknown a resend is queued, and they say so: they count as not arrived. The resends.

    The same wish again (a double click) is answered with the same resends, another's wish with none.
    """
    rows = [row for row in _lock(ids) if row.can_be_sent_again]
    resends = {row.resend_of_id: row for row in SentPostback.objects.send_again(rows, wish, as_now=as_now)}
    rows = [row for row in rows if row.pk in resends]
    for row in rows:
        row.state = State.FAILED
        row.error = f"settled by {who} at {_now()}: sent again as #{resends[row.pk].pk}"
    SentPostback.objects.bulk_update(rows, ["state", "error"])
    keys = [resend_key(wish, pk) for pk in ids]
    return list(SentPostback.objects.filter(task_key__in=keys).select_related("resend_of").order_by("pk"))


def _lock(ids: Sequence[int]) -> list[SentPostback]:
    """Those that nobody has settled yet; a second person waits here for the first."""
    unknown = SentPostback.objects.filter(pk__in=ids, state=State.UNKNOWN)
    return list(unknown.select_for_update(no_key=True).order_by("pk"))


def _now() -> str:
    return f"{timezone.now():%Y-%m-%d %H:%M} UTC"
