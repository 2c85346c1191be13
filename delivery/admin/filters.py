"""Filters of the log of S2S postbacks that no other log has."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bounded import Condition, Lead, equal, lead_by
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, WordFilter
from delivery.ids import read_id
from delivery.models import Kind, SentPostback
from delivery.models.words import BAD_ANSWERS, RETRIED, UNUSUAL
from postbacks.models import PostbackRule

MOST_CODES = 12  # of one class that are read side by side; there are hardly ever so many
CLASS = 100  # codes in one


class ReceiverFilter(RelatedFilter):
    """One receiver, by its host."""

    named = "origin"


class RuleFilter(WordFilter):
    """One rule, where a link names it: there are too many to choose from, and few of them have a name."""

    title = _("rule")
    parameter_name = "rule"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.number = read_id(self.value)
        self.rule = PostbackRule.objects.filter(pk=self.number).first() if self.number else None
        self.options = [(self.value, self.rule.label if self.rule else f"#{self.value}")]

    def has_output(self) -> bool:
        return bool(self.value)

    def conditions(self) -> Sequence[Condition]:
        """Its postbacks stand among those of its campaign or source."""
        owner = "campaign" if self.rule and self.rule.campaign_id else "source"
        leads = equal(self.model, owner, getattr(self.rule, f"{owner}_id")).leads if self.rule else ()
        return [Condition(holds=Q(rule=self.number), leads=leads, is_exact=False)] if self.value else []


class KindFilter(ChoicesFilter):
    """Tests, resends and alerts; they are few, and have an index of their own."""

    def conditions(self) -> Sequence[Condition]:
        if self.value in {"", Kind.POSTBACK}:
            return super().conditions()
        return [Condition(holds=Q(kind=self.value), leads=(lead_by(self.model, "kind", self.value, within=UNUSUAL),))]


class CodeFilter(WordFilter):
    """A class of codes, one code, or none."""

    title = _("code")
    parameter_name = "code"
    options = [("2xx", _("2xx")), ("3xx", _("3xx")), ("4xx", _("4xx")), ("5xx", _("5xx")), ("none", _("No answer"))]

    def conditions(self) -> Sequence[Condition]:
        if not self.value:
            return []
        if self.value == "none":
            return [Condition(holds=Q(code=None))]
        if code := read_id(self.value):
            return [_one_code(code)]
        if self.value not in dict(self.options):
            raise ValueError(f"There is no code {self.value}.")
        return [_class(int(self.value[0]))]


class AttemptsFilter(WordFilter):
    """How often it was tried."""

    title = _("attempts")
    parameter_name = "attempts"
    options = [("once", _("Once")), ("retried", _("Retried")), ("many", _("More than five times"))]
    ASKED = {"once": Q(attempts=1), "retried": RETRIED, "many": Q(attempts__gt=5)}

    def conditions(self) -> Sequence[Condition]:
        if not self.value:
            return []
        if self.value not in self.ASKED:
            raise ValueError(f"Nothing is tried {self.value} times.")
        leads = () if self.value == "once" else (Lead(where=RETRIED),)
        return [Condition(holds=self.ASKED[self.value], leads=leads, is_exact=self.value == "retried")]


def _one_code(code: int) -> Condition:
    leads = (lead_by(SentPostback, "code", code, within=BAD_ANSWERS),) if code >= 3 * CLASS else ()
    return Condition(holds=Q(code=code), leads=leads)


def _class(first: int) -> Condition:
    """Those of a class that are bad are few, and come with few codes."""
    begin, end = first * CLASS, (first + 1) * CLASS
    holds = Q(code__gte=begin, code__lt=end)
    codes = [] if begin < 3 * CLASS else _codes(begin, end)
    if begin < 3 * CLASS or len(codes) > MOST_CODES:
        return Condition(holds=holds)
    leads = tuple(lead_by(SentPostback, "code", code, within=BAD_ANSWERS) for code in codes)
    return Condition(holds=holds, leads=leads, below=None if codes else 0)


def _codes(begin: int, end: int) -> list[int]:
    """Which there are, from one to the next, and one more than are of use."""
    rows, codes = SentPostback.objects.filter(BAD_ANSWERS).order_by("code"), [begin - 1]
    while len(codes) <= MOST_CODES + 1:
        code = rows.filter(code__gt=codes[-1], code__lt=end).values_list("code", flat=True).first()
        if code is None:
            break
        codes.append(code)
    return codes[1:]
