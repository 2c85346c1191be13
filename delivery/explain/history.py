"""What was queued for some changes: read at once, then asked rule by rule."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import ConversionChange
from delivery.models import Kind, SentPostback, SpentKey
from postbacks.models import Answer, PostbackRule, key_of

POSTBACKS_AT_MOST = 2000  # of one click; who has more is looked up in the log


@dataclass(frozen=True, slots=True)
class Earlier:
    """The change that used up a key, and its postback where that is still in the log."""

    number: int | None
    postback: int | None


class History:
    """The log of these changes, in memory."""

    def __init__(self, changes: Sequence[ConversionChange]) -> None:
        self._postbacks: dict[str, SentPostback] = {}  # by task key
        self._resends: defaultdict[tuple[int | None, int | None], list[SentPostback]] = defaultdict(list)
        self._first_wanted: dict[str, int] = {}  # number of the first change whose postback had this key
        rules = set()
        for row in _rows({change.conversion_id for change in changes}):
            if row.kind == Kind.RESEND:
                self._resends[row.rule_id, row.change_id].append(row)
            else:
                self._postbacks[row.task_key] = row
        for change in changes:
            for answer in answers_to(change):
                rules.add(answer.rule)
                if answer.is_yes:
                    self._first_wanted.setdefault(key_of(answer.keyed_as, change), change.number)
        self.rules = set(PostbackRule.objects.filter(pk__in=rules).values_list("pk", flat=True))  # those still there

    def own(self, answer: Answer, change: ConversionChange) -> SentPostback | None:
        """The postback that was queued for this very change."""
        keys = key_of(answer.keyed_as, change), key_of(answer.keyed_as, change, again=True)
        rows = [self._postbacks[key] for key in keys if key in self._postbacks]
        return next((row for row in rows if (row.change_id, row.rule_id) == (change.pk, answer.rule)), None)

    def earlier(self, answer: Answer, change: ConversionChange) -> Earlier | None:
        """What was queued for the same status before, so that nothing was for this change; pruned or not."""
        key = key_of(answer.keyed_as, change)
        if row := self._postbacks.get(key):
            return Earlier(row.change.number if row.change else None, row.pk)
        number = self._first_wanted.get(key, change.number)
        if number == change.number or SpentKey.objects.among([key_of(answer.keyed_as, change, again=True)]):
            return None
        return Earlier(number, None)

    def resends(self, rule: int, change: ConversionChange) -> list[SentPostback]:
        """Those that a person asked for, in the order they came."""
        return self._resends[rule, change.pk]


def answers_to(change: ConversionChange) -> list[Answer]:
    """What the rules said to it; nothing where it came past them."""
    return change.decision.answers if hasattr(change, "decision") else []


def _rows(conversions: set[int]) -> list[SentPostback]:
    rows = SentPostback.objects.filter(conversion__in=conversions).select_related("change", "receiver")
    return sorted(rows.order_by("-id")[:POSTBACKS_AT_MOST], key=lambda row: row.pk)
