"""What was sent, and what has failed, beside each campaign of the list."""

from collections.abc import Sequence

from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.campaign_list import DAY
from campaigns.admin.slots import Columns
from campaigns.tallies import total
from delivery.admin.cells import log_url
from delivery.models import Kind, State

TONES = {State.SENT.value: "good", State.FAILED.value: "bad"}


def _values(campaigns: Sequence[int]) -> dict[int, dict[str, SafeString | str]]:
    """One statement for both, however many campaigns there are."""
    counts = total(Kind.POSTBACK, since=timezone.now() - DAY, by=("campaign", "word"), campaign=campaigns)
    told: dict[int, dict[str, int]] = {}
    for (pk, word), number in counts.items():
        state = word.partition(":")[0]
        if state in TONES:
            figures = told.setdefault(pk, {})
            figures[state] = figures.get(state, 0) + number
    return {pk: {state: _number(pk, state, number) for state, number in row.items()} for pk, row in told.items()}


def _number(campaign: int, state: str, number: int) -> SafeString:
    query = QueryDict(mutable=True)
    query.update({"campaign": str(campaign), "state": state, "kind": Kind.POSTBACK.value, "time": "24h"})
    return format_html('<a class="figure-{}" href="{}?{}">{}</a>', TONES[state], log_url(), query.urlencode(), number)


COLUMNS = Columns(
    labels={State.SENT.value: _("sent, 24 h"), State.FAILED.value: _("failed, 24 h")},
    values=_values,
    permission="delivery.view_sentpostback",
)
