"""Rules as they are typed in: one form each, and the set of them on a tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form, InlineFormSet
from campaigns.admin.slots import Silenced
from campaigns.models import ConversionStatus
from postbacks.admin.terms_form import NOT_AFTER, DelaysField, SourceTermsForm, patterns_widget
from postbacks.admin.url_editor import UrlTemplateWidget
from postbacks.models import PostbackRule, SourceTerms, SwitchedOff
from postbacks.models.terms import PATTERNS
from postbacks.preview import owner_of

WHEN = ["schedule", "own_delays", "not_after_hours"]
DELIVERY = (*WHEN, "success_codes", *PATTERNS, "at_most_once", "in_order", "supersede", "without_click_id")


def ticks() -> list[tuple[str, str]]:
    """A tick box for every status there is."""
    return list(ConversionStatus.objects.values_list("name", "label"))


class RuleForm(Form):
    """One rule. What its model refuses stands at the field it is about."""

    statuses = forms.MultipleChoiceField(
        label=_("Statuses"), choices=ticks, widget=forms.CheckboxSelectMultiple, required=False
    )  # not required here: the model says it in better words
    own_delays = DelaysField()

    class Meta:
        model = PostbackRule
        fields = ["name", "method", "url", "statuses", "enabled", "again", *DELIVERY]
        help_texts = {"not_after_hours": NOT_AFTER}
        widgets = {
            **{name: patterns_widget() for name in PATTERNS},
            "name": forms.TextInput(attrs={"placeholder": _("The receiver's host, if left empty")}),
            "url": UrlTemplateWidget(),
        }

    def doubts(self) -> Sequence[str]:
        """What may be meant so in the rule as it is saved, but mostly is not."""
        return self.instance.warnings() if self.instance.pk and not self.is_bound else []


class RuleFormSet(InlineFormSet):
    """The rules of one owner."""

    put_to_silence: list[int]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each URL's editor is told whose rule it is."""
        super().add_fields(form, index)
        if "url" in form.fields:  # who only looks has no fields
            form.fields["url"].widget.owner = owner_of(self.instance)

    def save(self, commit: bool = True) -> Any:
        """Save, and remember which rules this silences: a deleted one has no id any more afterwards."""
        silent = [form for form in self.initial_forms if form in self.deleted_forms or _is_disabled(form)]
        self.put_to_silence = [form.instance.pk for form in silent]
        return super().save(commit)

    def silenced(self) -> Silenced:
        return Silenced(rules=self.put_to_silence)

    def warnings(self) -> list[str]:
        """What is saved, but hardly meant."""
        saved = [*self.new_objects, *(rule for rule, _fields in self.changed_objects)]
        return [
            _now("Saved, but: %(rule)s: %(warning)s") % {"rule": rule.label, "warning": warning}
            for rule in saved
            for warning in rule.warnings()
        ]


class SourceRuleFormSet(RuleFormSet):
    """The rules of a source, and how they are delivered where they do not say it themselves."""

    may_set = True

    @cached_property
    def terms_form(self) -> SourceTermsForm:
        """Filled in from the request where the page showed it."""
        shown = self.is_bound and self.may_set and f"{self.prefix}-terms-schedule" in self.data
        terms = SourceTerms.objects.filter(source=self.instance.pk).first() or SourceTerms()
        return SourceTermsForm(self.data if shown else None, instance=terms, prefix=f"{self.prefix}-terms")

    def is_valid(self) -> bool:
        terms_are_valid = self.terms_form.is_valid() or not self.terms_form.is_bound
        return super().is_valid() and terms_are_valid

    def save(self, commit: bool = True) -> Any:
        """Save the rules, and what holds for all of them."""
        saved = super().save(commit)
        if self.terms_form.is_bound and self.terms_form.has_changed():
            self.terms_form.instance.source = self.instance
            self.terms_form.save()
        return saved


@dataclass(frozen=True, slots=True)
class Inherited:
    """A source's rule as its campaign sees it."""

    rule: PostbackRule
    is_on: bool

    @property
    def receiver(self) -> str:
        """Where it goes; what follows the host may hold a secret, and stands on the source's page."""
        scheme, _colon, rest = self.rule.url.partition("://")
        return f"{scheme}://{rest.split('/')[0]}/…"


class CampaignRuleFormSet(RuleFormSet):
    """The campaign's own rules, and which of its source's are on."""

    may_switch = True

    def inherited(self) -> list[Inherited]:
        """The source's rules; in a refused form as they were ticked."""
        off = self._off() | self._to_switch_off()
        on = self._shown() - self._to_switch_off()
        return [Inherited(rule, rule.pk in on or rule.pk not in off) for rule in self._rules()]

    def save(self, commit: bool = True) -> Any:
        """Save the campaign's own rules, and what was switched."""
        saved = super().save(commit)
        self.switched_off = self._switch() if self.may_switch else []
        return saved

    def silenced(self) -> Silenced:
        return super().silenced() | Silenced(switched_off=self.switched_off)

    def _switch(self) -> list[int]:
        """Which are off now and were on before."""
        to_switch_off = self._to_switch_off()
        new = sorted(to_switch_off - self._off())
        self.instance.switched_off.filter(rule__in=self._shown() - to_switch_off).delete()
        rows = [SwitchedOff(rule_id=rule, campaign=self.instance) for rule in new]
        SwitchedOff.objects.bulk_create(rows, ignore_conflicts=True)
        return new

    def _rules(self) -> list[PostbackRule]:
        return list(self.instance.source.rules.all()) if self.instance.source else []

    def _off(self) -> set[int]:
        return set(self.instance.switched_off.values_list("rule_id", flat=True)) if self.instance.pk else set()

    def _shown(self) -> set[int]:
        """Those of the source's rules that the page showed: a tick that is missing is a tick taken away."""
        return self._posted("shown") & {rule.pk for rule in self._rules()}

    def _to_switch_off(self) -> set[int]:
        return self._shown() - self._posted("on")

    def _posted(self, name: str) -> set[int]:
        if not self.is_bound:
            return set()
        texts = cast(QueryDict, self.data).getlist(f"{self.prefix}-inherited-{name}")
        return {int(text) for text in texts if text.isdecimal()}


def _is_disabled(form: Any) -> bool:
    return "enabled" in form.changed_data and not form.cleaned_data["enabled"]
