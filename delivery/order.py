"""Order per conversion, where a rule asks for it: a later status never overtakes an earlier one, or replaces it.

What waits for another has no `due_at`, and so costs the claim nothing. A person's resend stands in no order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from delivery.models import FINISHED, Kind, SentPostback, State
from postbacks.terms import Terms

SUPERSEDED = "superseded by "  # how the reason of what was superseded begins
AT_ONCE = 1000  # postbacks that the sweep looks at in one turn
READ = ["task_key", "rule_id", "conversion_id", "status", "state", "attempts", "waits_for_id", "terms"]

Line = list[SentPostback]  # the unfinished postbacks of one rule and one conversion, the oldest first


def arrange(rows: Sequence[SentPostback]) -> None:
    """Give those that were queued just now, and whose rule asks for it, their places behind what is unfinished.

    Runs in the transaction that queued them. The rows before them are locked: whoever ends one of them at this moment
    either did so before we look, or has to wait for us, and then finds who follows.
    """
    asking = [row for row in rows if _asks(row)]
    if not asking:
        return
    new = {row.task_key for row in asking}
    lines = _by_line(_unfinished(asking).select_for_update(no_key=True).only(*READ))
    superseded: Line = []
    followers: Line = []
    for line in lines.values():
        for place, row in enumerate(line):
            if row.task_key in new and _is_fresh(row):
                superseded += _supersede(row, line[:place])
                followers += _follow(row, line[:place])
    SentPostback.objects.bulk_update(superseded, ["state", "error", "finished", "due_at"], batch_size=AT_ONCE)
    SentPostback.objects.bulk_update(followers, ["waits_for", "due_at"], batch_size=AT_ONCE)


def release_followers(finished: Sequence[int]) -> int:
    """Let go what waited for these, which are finished; how many are due now.

    To be called after the transaction that finished them: a statement of that transaction might not see who came to
    follow while it waited for a lock, and would hold what others lock in another order.
    """
    return sum(_release_some(finished[start : start + AT_ONCE]) for start in range(0, len(finished), AT_ONCE))


@transaction.atomic
def _release_some(finished: Sequence[int]) -> int:
    """Where something older is unfinished still (one from the middle of a line has ended) they wait for that."""
    waiting = SentPostback.objects.waiting().filter(waits_for__in=finished)
    followers = list(waiting.select_for_update(no_key=True).order_by("pk").only(*READ))
    if not followers:
        return 0
    lines = _by_line(_unfinished(followers).only(*READ))
    for row in followers:
        row.waits_for_id = max((other.pk for other in lines[_line_of(row)] if other.pk < row.pk), default=None)
    free = [row.pk for row in followers if row.waits_for_id is None]
    SentPostback.objects.filter(pk__in=free).update(waits_for=None, due_at=Now())
    SentPostback.objects.bulk_update([row for row in followers if row.waits_for_id], ["waits_for"], batch_size=AT_ONCE)
    return len(free)


class Strays:
    """Lets go what waits for something finished, should whoever finished it not have done so. A part of them a turn."""

    def __init__(self) -> None:
        self._after = 0  # what was looked at in the last turn ends here

    def release(self) -> int:
        """How many are due now."""
        waiting = SentPostback.objects.waiting().filter(waits_for__gt=self._after).order_by("waits_for")
        ids = [pk for pk in waiting.values_list("waits_for", flat=True)[:AT_ONCE] if pk]
        self._after = ids[-1] if len(ids) == AT_ONCE else 0
        if not ids:
            return 0
        unfinished = SentPostback.objects.filter(pk__in=ids).exclude(state__in=FINISHED)
        return release_followers(sorted(set(ids) - set(unfinished.values_list("pk", flat=True))))


def _asks(row: SentPostback) -> bool:
    """Before the first news of a conversion there is nothing to wait for."""
    is_first = row.change is not None and row.change.is_first
    return not is_first and (row.terms.get("in_order") or row.terms.get("supersede")) is True


def _unfinished(rows: Iterable[SentPostback]) -> QuerySet[SentPostback]:
    """Of their rules and conversions, these and all others that are to be sent, the oldest first."""
    rules, conversions = zip(*{_line_of(row) for row in rows}, strict=True)
    theirs = SentPostback.objects.filter(kind=Kind.POSTBACK, rule__in=set(rules), conversion__in=set(conversions))
    return theirs.exclude(state__in=FINISHED).order_by("pk")


def _by_line(rows: Iterable[SentPostback]) -> dict[tuple[int | None, int | None], Line]:
    lines: defaultdict[tuple[int | None, int | None], Line] = defaultdict(list)
    for row in rows:
        lines[_line_of(row)].append(row)
    return lines


def _line_of(row: SentPostback) -> tuple[int | None, int | None]:
    return row.rule_id, row.conversion_id


def _is_fresh(row: SentPostback) -> bool:
    """Not one that an earlier change queued under the same key, and that has its place."""
    return row.state == State.QUEUED and row.attempts == 0 and row.waits_for_id is None


def _supersede(row: SentPostback, before: Line) -> Line:
    """Those that it ends, which are not sent any more; what flies is not called back."""
    if not Terms.from_json(row.terms).supersede:
        return []
    ended = [other for other in before if other.state == State.QUEUED]
    for other in ended:
        other.state, other.due_at, other.finished = State.CANCELLED, None, Now()
        other.error = f"{SUPERSEDED}{row.status} (#{row.pk})"
    return ended


def _follow(row: SentPostback, before: Line) -> Line:
    """Itself, where it has to wait for one of them."""
    unfinished = [other for other in before if other.state not in FINISHED]
    if not unfinished or not Terms.from_json(row.terms).in_order:
        return []
    row.waits_for, row.due_at = unfinished[-1], None
    return [row]
