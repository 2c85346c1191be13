"""Rules as they are typed in: one form each, and the set of them on a tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form, InlineFormSet
from campaigns.admin.slots import Silenced
from campaigns.models import ConversionStatus
from postbacks.models import PostbackRule, SwitchedOff


def ticks() -> list[tuple[str, str]]:
    """A tick box for every status there is."""
    return list(ConversionStatus.objects.values_list("name", "label"))


class RuleForm(Form):
    """One rule. What its model refuses stands at the field it is about."""

    statuses = forms.MultipleChoiceField(
        label=_("Statuses"), choices=ticks, widget=forms.CheckboxSelectMultiple, required=False
    )  # not required here: the model says it in better words

    class Meta:
        model = PostbackRule
        fields = ["name", "method", "url", "statuses", "enabled", "again"]
        widgets = {
            "name": forms.TextInput(attrs={"placeholder": _("The receiver's host, if left empty")}),
            "url": forms.Textarea(
                attrs={
                    "class": "mono wide rule-url",
                    "rows": 2,
                    "spellcheck": "false",
                    "autocapitalize": "off",
                    "placeholder": "https://",
                }
            ),
        }

    def doubts(self) -> Sequence[str]:
        """What may be meant so in the rule as it is saved, but mostly is not."""
        return self.instance.warnings() if self.instance.pk and not self.is_bound else []


class RuleFormSet(InlineFormSet):
    """The rules of one owner."""

    put_to_silence: list[int]

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
