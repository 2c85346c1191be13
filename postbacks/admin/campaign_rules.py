"""The rules of a campaign: its own, and those of its source, which it switches off, or customises."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.admin.slots import Silenced
from campaigns.models import Campaign
from postbacks.admin.rule_formset import RuleFormSet
from postbacks.models import PostbackRule, SwitchedOff


@dataclass(frozen=True, slots=True)
class Inherited:
    """A source's rule as its campaign sees it: on, or off, or in its place a copy of the campaign's own."""

    rule: PostbackRule
    is_on: bool
    copy: PostbackRule | None = None


class CampaignRuleFormSet(RuleFormSet):
    """The campaign's own rules, and which of its source's are on."""

    may_customise = True
    switched_off: list[int]

    def inherited(self) -> list[Inherited]:
        """The source's rules; in a refused form as they were ticked."""
        off = self._off() | self._to_switch_off()
        on = self._shown() - self._to_switch_off()
        copies = self._copies()
        return [
            Inherited(rule, rule.pk in on or rule.pk not in off, copies.get(rule.pk)) for rule in self.sources_rules
        ]

    def origin(self, rule: PostbackRule) -> PostbackRule | None:
        """The rule of the campaign's source that this one was copied from, if it is still there."""
        return next((theirs for theirs in self.sources_rules if theirs.pk == rule.customised_from_id), None)

    def rules_of_the_page(self) -> list[PostbackRule]:
        return [*self.sources_rules, *super().rules_of_the_page()]

    @property
    def inside(self) -> Campaign | None:
        return cast(Campaign, self.instance)

    def save(self, commit: bool = True) -> Any:
        """Save the campaign's own rules, what was switched, what was customised, and what was given back."""
        self._said: list[str] = []
        given_back = [form.instance for form in self.initial_forms if self._is_given_back(form)]
        saved = super().save(commit)
        self.switched_off = self._switch() if self.may_change else []
        if rule := self._to_customise():
            self._customise(rule)
        for copy in given_back:
            self._give_back(copy)
        return saved

    def silenced(self) -> Silenced:
        return super().silenced() | Silenced(switched_off=self.switched_off)

    def said(self) -> list[str]:
        return self._said

    def warnings(self) -> list[str]:
        """A copy that was deleted leaves the source's rule off: nothing is sent in its place."""
        off = self._off()
        orphans = [self.origin(copy) for copy in self.deleted_objects]
        text = _("“%(rule)s” of the source stays off for this campaign. Tick it if it is to be sent again.")
        return [
            *super().warnings(),
            *(text % {"rule": rule.label} for rule in orphans if rule and rule.pk in off),
        ]

    def _should_delete_form(self, form: Any) -> Any:
        """A copy in whose place the source's is to go again."""
        return super()._should_delete_form(form) or self._is_given_back(form)  # type: ignore[misc]

    def _is_given_back(self, form: Any) -> bool:
        may = self.can_delete and self.may_change
        return may and form.gives_back and self.origin(form.instance) is not None

    def _switch(self) -> list[int]:
        """Which are off now and were on before."""
        to_switch_off = self._to_switch_off()
        new = sorted(to_switch_off - self._off())
        self.instance.switched_off.filter(rule__in=self._shown() - to_switch_off).delete()
        rows = [SwitchedOff(rule_id=rule, campaign=self.instance) for rule in new]
        SwitchedOff.objects.bulk_create(rows, ignore_conflicts=True)
        return new

    def _to_customise(self) -> PostbackRule | None:
        wanted = self._posted("customise") if self.may_customise else set()
        return next((rule for rule in self.sources_rules if rule.pk in wanted), None)

    def _customise(self, rule: PostbackRule) -> None:
        """The copy goes below the others; one that was made already is shown, and that is all."""
        was_on, was_there = rule.pk not in self._off(), rule.pk in self._copies()
        copy = rule.customise_for(self.instance)
        self.anchor = f"#rule-{copy.pk}"
        if was_there:
            return
        copy.position = self.instance.rules.count()
        copy.save(update_fields=["position"])
        self.new_objects.append(copy)
        self.switched_off += [rule.pk] if was_on else []
        text = _("“%(rule)s” is customised here: this campaign sends its own copy, and the source's is off for it.")
        self._said.append(text % {"rule": rule.label})

    def _give_back(self, copy: PostbackRule) -> None:
        self.instance.switched_off.filter(rule=copy.customised_from_id).delete()
        text = _("“%(rule)s” of the source is used again for this campaign.")
        self._said += [text % {"rule": rule.label} for rule in self.sources_rules if rule.pk == copy.customised_from_id]

    @cached_property
    def sources_rules(self) -> list[PostbackRule]:
        """Those that fire for this campaign unless it says otherwise."""
        return list(self.instance.source.rules.all()) if self.instance.source else []

    def _copies(self) -> dict[int, PostbackRule]:
        """Which of them go as the campaign's own."""
        if not self.instance.pk or not self.sources_rules:
            return {}
        copies = self.instance.rules.filter(customised_from__isnull=False)
        return {copy.customised_from_id: copy for copy in copies}

    def _off(self) -> set[int]:
        return set(self.instance.switched_off.values_list("rule_id", flat=True)) if self.instance.pk else set()

    def _shown(self) -> set[int]:
        """Those of the source's rules that the page could switch: a tick that is missing is a tick taken away."""
        return self._posted("shown") & {rule.pk for rule in self.sources_rules} - self._copies().keys()

    def _to_switch_off(self) -> set[int]:
        return self._shown() - self._posted("on")

    def _posted(self, name: str) -> set[int]:
        if not self.is_bound:
            return set()
        texts = cast(QueryDict, self.data).getlist(f"{self.prefix}-inherited-{name}")
        return {int(text) for text in texts if text.isdecimal()}
