"""The latest moment of a postback: what comes to it without having been sent ends failed, wherever it waits."""

from django.db import transaction
from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat, Now

from delivery.models import SentPostback, State
from delivery.order import release_followers

AT_ONCE = 1000  # rows in one transaction
TOO_LATE = "too late: "  # how the reason begins; it goes on with the last failure
NEVER_TRIED = TOO_LATE + "it was never tried"
NOT_KNOWN = TOO_LATE + "how the last attempt ended is not known"


def too_late(attempts: int, error: str) -> str:
    """The reason after so many attempts, the last of which failed so."""
    if error:
        return TOO_LATE + error
    return NOT_KNOWN if attempts else NEVER_TRIED


def end_too_late() -> int:
    """End what waits and may not be tried any more: also behind a receiver that is held, or in a line; how many."""
    ended = _end_some()
    release_followers(ended)
    return len(ended)


@transaction.atomic
def _end_some() -> list[int]:
    late = SentPostback.objects.waiting().filter(latest__lte=Now()).order_by("latest")
    ids = list(late.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:AT_ONCE])
    why = Case(
        When(error__gt="", then=Concat(Value(TOO_LATE), F("error"))),
        When(attempts=0, then=Value(NEVER_TRIED)),
        default=Value(NOT_KNOWN),
        output_field=TextField(),
    )
    rows = SentPostback.objects.filter(pk__in=ids)
    rows.update(state=State.FAILED, error=why, finished=Now(), due_at=None)
    return ids
