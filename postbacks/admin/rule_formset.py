"""The rules of one owner on a tab: kept in their order, duplicated, and told of what a save did to them."""

from functools import cached_property
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.bases import InlineFormSet
from campaigns.admin.slots import Silenced, slots
from campaigns.models import Campaign
from postbacks.admin.rule_form import RuleForm, ticks
from postbacks.admin.terms_form import SourceTermsForm
from postbacks.masking import mask
from postbacks.models import PostbackRule, SourceTerms
from postbacks.preview import owner_of

FOLDED_FROM = 5  # so many rules stand folded on their page
LONGEST_NAME = 200


class RuleFormSet(InlineFormSet):
    """The rules of one owner."""

    may_change = may_add = True
    viewer: Any = None
    put_to_silence: list[int]
    anchor = ""

    @cached_property
    def ticks(self) -> list[tuple[str, str]]:
        """Asked for once, for all forms."""
        return ticks()

    @cached_property
    def strips(self) -> dict[int, SafeString]:
        """How each rule of the page fares, as the floors above say."""
        rules = self.rules_of_the_page()
        strips = [strip(rules, self.inside, self.viewer) for strip in slots.rule_health] if rules else []
        return {rule.pk: format_html_join("", "{}", ((strip.get(rule.pk, ""),) for strip in strips)) for rule in rules}

    def rules_of_the_page(self) -> list[PostbackRule]:
        """Those that are saved."""
        return [form.instance for form in self.initial_forms]

    @property
    def inside(self) -> Campaign | None:
        """The campaign that alone is looked at; None: all of them."""
        return None

    @property
    def are_folded(self) -> bool:
        """Whether there are so many that each shows its head alone."""
        return self.initial_form_count() >= FOLDED_FROM

    def add_fields(self, form: Any, index: int | None) -> None:
        """What a form knows of its owner, as its URL's editor does, and of its place among the others."""
        super().add_fields(form, index)
        form.fields["statuses"].choices = self.ticks
        form.fields["position"].initial = None if index is None else index + 1
        setattr(form.instance, self.fk.name, self.instance)
        if "url" in form.fields:  # who only looks has no fields
            form.fields["url"].widget.owner = owner_of(self.instance)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Who may not change a rule sees no secret of its URL, even if they may add others; it is never saved so."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if form.instance.pk and not self.may_change:
            form.instance.url = mask(form.instance.url)
        return form

    def full_clean(self) -> None:
        """What is to be deleted may be as wrong as it likes."""
        super().full_clean()
        if self.is_bound and self.can_delete:
            for form in filter(self._should_delete_form, self.forms):  # type: ignore[attr-defined]
                form.errors.clear()

    def save(self, commit: bool = True) -> Any:
        """Save, and remember which rules this silences: a deleted one has no id any more afterwards."""
        silent = [form for form in self.initial_forms if form in self.deleted_forms or _is_disabled(form)]
        self.put_to_silence = [form.instance.pk for form in silent]
        saved = super().save(commit)
        if self.may_change:
            self._put_in_order()
        return saved

    def silenced(self) -> Silenced:
        return Silenced(rules=self.put_to_silence, anchor=self.anchor)

    def said(self) -> list[str]:
        """What a button of the tab did."""
        return []

    def warnings(self) -> list[str]:
        """What is saved, but hardly meant."""
        edited = [rule for rule, fields in self.changed_objects if fields != ["position"]]
        return [
            _("Saved, but: %(rule)s: %(warning)s") % {"rule": rule.label, "warning": warning}
            for rule in (*self.new_objects, *edited)
            for warning in rule.warnings()
        ]

    def _put_in_order(self) -> None:
        """Number the rules as the page has them, a duplicate behind its original."""
        forms = [form for form in self.forms if form.instance.pk and form not in self.deleted_forms]
        rules = []
        for form in sorted(forms, key=self._place):
            rules.append(form.instance)
            if self.may_add and self.data.get(f"{self.prefix}-duplicate") == form.prefix:
                rules.append(self._duplicate(form.instance))
        for place, rule in enumerate(rules, start=1):
            rule.position, moved = place, rule.position != place
            if moved:
                rule.save(update_fields=["position"])

    def _place(self, form: Any) -> tuple[float, int]:
        """Where it goes; of two in one place the one that was put there goes before, or behind when it comes down."""
        shown = self.forms.index(form) + 1
        typed = form.cleaned_data.get("position") or shown
        return typed + (0.5 if typed > shown else -0.5 if typed < shown else 0), shown

    def _duplicate(self, rule: PostbackRule) -> PostbackRule:
        name = _("%(name)s (copy)") % {"name": rule.name} if rule.name else ""
        copy = rule.copy(name=name[:LONGEST_NAME])
        copy.save()
        self.new_objects.append(copy)
        self.anchor = f"#rule-{copy.pk}"
        return copy


class SourceRuleFormSet(RuleFormSet):
    """The rules of a source, and how they are delivered where they do not say it themselves."""

    @cached_property
    def terms_form(self) -> SourceTermsForm:
        """Filled in from the request where the page showed it."""
        shown = self.is_bound and self.may_change and f"{self.prefix}-terms-schedule" in self.data
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


def _is_disabled(form: RuleForm) -> bool:
    return "enabled" in form.changed_data and not form.cleaned_data["enabled"]
