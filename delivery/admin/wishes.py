"""What a person may wish of postbacks: send again, or cancel. What came of it is always said."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delivery import nudge
from delivery.ids import read_id
from delivery.models import Receiver, SentPostback, State
from delivery.order import release_followers
from delivery.settling import settle_again, settle_arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The postbacks that a form names. `wish` was made with the form: sent twice, it is one wish."""

    ids: list[int]
    wish: uuid.UUID = field(default_factory=uuid.uuid4)
    is_sure: bool = False
    unsettled: frozenset[int] = frozenset()  # those of them that were unknown when the form was made
    as_now: bool = False  # as their rules say today, not the same request
    query: str = ""  # of the log's address, where a filter has chosen them

    @classmethod
    def read(cls, form: QueryDict) -> "Selection":
        """What the form says; whatever is no number, or no wish, is passed over."""
        ids = _ids(form, "postback")
        return cls(
            ids=sorted(ids),
            wish=_wish(form.get("wish", "")),
            is_sure=form.get("sure") == "yes",
            unsettled=frozenset(_ids(form, "unsettled") & ids),
            as_now=form.get("with") == "rule",
            query=form.get("query", ""),
        )

    def rows(self) -> list[SentPostback]:
        """The postbacks themselves, the oldest first."""
        rows = SentPostback.objects.filter(pk__in=self.ids).select_related("receiver")
        return list(rows.defer("answer").order_by("pk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a wish would do, before it is done."""

    takes: list[SentPostback]
    leaves: list[SentPostback]

    @property
    def count(self) -> int:
        return len(self.takes)

    @property
    def receivers(self) -> list[tuple[Receiver, int]]:
        """Who gets how many."""
        counts = Counter(row.receiver for row in self.takes if row.receiver)
        return sorted(counts.items(), key=lambda pair: pair[0].origin)

    @property
    def received(self) -> int:
        """How many the receiver has already, and may count twice."""
        return sum(row.state == State.SENT for row in self.takes)

    @property
    def no_receiver(self) -> int:
        """How many are left out since they have nowhere to go."""
        return sum(row.receiver_id is None for row in self.leaves)

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many are in each state."""
        counts = Counter(row.state for row in self.takes)
        return [(str(State(state).label), count) for state, count in counts.most_common()]

    @property
    def codes(self) -> list[tuple[str, int]]:
        """How many were answered by each code."""
        counts = Counter(row.code for row in self.takes)
        return [(str(code or _("no answer")), count) for code, count in counts.most_common()]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When the first and the last of them were queued."""
        times = [row.created for row in self.takes]
        return min(times), max(times)

    @property
    def ids(self) -> str:
        """For a form."""
        return ",".join(str(row.pk) for row in self.takes)

    @property
    def unknown_ids(self) -> str:
        """For a form: those that a person has not settled yet."""
        return ",".join(str(row.pk) for row in self.takes if row.is_unknown)

    @property
    def to_whom(self) -> str:
        """“14 postbacks to 2 receivers”."""
        count = len(self.receivers)
        receivers = ngettext("%(count)d receiver", "%(count)d receivers", count) % {"count": count}
        return _("%(postbacks)s to %(receivers)s") % {"postbacks": postbacks(self.count), "receivers": receivers}


def plan_again(rows: Iterable[SentPostback]) -> Plan:
    """Only what is finished can be sent again."""
    rows = list(rows)
    return Plan(
        takes=[row for row in rows if row.can_be_sent_again],
        leaves=[row for row in rows if not row.can_be_sent_again],
    )


def plan_arrived(rows: Iterable[SentPostback]) -> Plan:
    """Only what is unknown can be settled."""
    rows = list(rows)
    return Plan(takes=[row for row in rows if row.is_unknown], leaves=[row for row in rows if not row.is_unknown])


def plan_cancel(rows: Iterable[SentPostback]) -> Plan:
    """Only what waits can be cancelled."""
    rows = list(rows)
    return Plan(takes=[row for row in rows if row.is_waiting], leaves=[row for row in rows if not row.is_waiting])


@transaction.atomic
def send_again(selection: Selection, user: AbstractBaseUser) -> list[SentPostback]:
    """Queue them once more and ring; the same wish again gives the same rows."""
    newest = SentPostback.objects.aggregate(newest=Max("pk"))["newest"] or 0
    rows = selection.rows()
    unsettled = selection.unsettled | {row.pk for row in rows if row.is_unknown}
    settled = settle_again(
        sorted(unsettled), str(user), selection.wish, as_now=selection.as_now
    )  # none, where another was first
    others = [row for row in rows if row.pk not in unsettled]
    resends = SentPostback.objects.send_again(others, selection.wish, as_now=selection.as_now) + settled
    _note(user, [row.resend_of for row in resends if row.resend_of and row.pk > newest], "Sent again.")
    transaction.on_commit(nudge.ring)
    return resends


def arrived(selection: Selection, user: AbstractBaseUser) -> list[str]:
    """Those that are unknown count as sent; sentences that say what became of each."""
    with transaction.atomic():
        rows = settle_arrived(selection.ids, str(user))
        _note(user, rows, "Settled: it arrived.")
    said = [_("%(postbacks)s settled: it arrived.") % {"postbacks": postbacks(len(rows))}]
    if left := len(selection.ids) - len(rows):
        said.append(_("%(postbacks)s had been settled before, or never was unknown.") % {"postbacks": postbacks(left)})
    return said


def cancel(selection: Selection, user: AbstractBaseUser) -> list[str]:
    """End those that wait; sentences that say what became of each."""
    rows = SentPostback.objects.filter(pk__in=selection.ids)
    with transaction.atomic():
        waiting = SentPostback.objects.filter(pk__in=rows.lock())  # a claim skips what is locked
        noted = list(waiting)
        done = waiting.cancel(f"by {user}")
        _note(user, noted, "Cancelled.")
        states = Counter(State(state) for state in rows.values_list("state", flat=True))
    if release_followers([row.pk for row in noted]):
        nudge.ring()
    return list(_outcome(done, states))


def postbacks(count: int) -> str:
    """“1 postback”, “14 postbacks”."""
    return ngettext("%(count)d postback", "%(count)d postbacks", count) % {"count": count}


def _outcome(done: int, now: Counter[State]) -> Iterable[str]:
    yield _("%(postbacks)s cancelled.") % {"postbacks": postbacks(done)}
    if flying := now[State.SENDING]:
        yield _("%(postbacks)s being sent already: what flies is not called back.") % {"postbacks": postbacks(flying)}
    if ended := now[State.SENT] + now[State.FAILED] + now[State.UNKNOWN]:
        yield _("%(postbacks)s had ended before.") % {"postbacks": postbacks(ended)}
    if (before := now[State.CANCELLED] - done) > 0:
        yield _("%(postbacks)s had been cancelled before.") % {"postbacks": postbacks(before)}
    if again := now[State.QUEUED]:
        yield _("%(postbacks)s came back to the queue meanwhile: cancel again.") % {"postbacks": postbacks(again)}


def _note(user: AbstractBaseUser, rows: Sequence[SentPostback], what: str) -> None:
    """Who did it stands in the history of each."""
    if rows:
        LogEntry.objects.log_actions(user.pk, rows, CHANGE, what)


def _ids(form: QueryDict, name: str) -> set[int]:
    """Numbers, each in a field of its own or many in one, with commas between them."""
    return {read_id(text) for field in form.getlist(name) for text in field.split(",")} - {0}


def _wish(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
