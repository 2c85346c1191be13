"""A rule as it is typed in."""

from collections.abc import Sequence
from functools import cached_property

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form
from campaigns.models import ConversionStatus
from postbacks.admin.terms_form import NOT_AFTER, DelaysField, patterns_widget
from postbacks.admin.url_editor import UrlTemplateWidget
from postbacks.models import PostbackRule
from postbacks.models.terms import PATTERNS

WHEN = ["schedule", "own_delays", "not_after_hours"]
MOST_RULES = 1000  # of one owner
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
    position = forms.IntegerField(label=_("Place"), required=False, min_value=1, max_value=MOST_RULES)

    class Meta:
        model = PostbackRule
        fields = ["name", "method", "url", "statuses", "enabled", "again", *DELIVERY]
        help_texts = {"not_after_hours": NOT_AFTER}
        widgets = {
            **{name: patterns_widget() for name in PATTERNS},
            "name": forms.TextInput(attrs={"placeholder": _("The receiver's host, if left empty")}),
            "url": UrlTemplateWidget(),
        }

    @cached_property
    def changed_data(self) -> list[str]:
        """A place alone makes no rule of a form that nobody filled in."""
        changed = super().changed_data
        return changed if self.instance.pk else [name for name in changed if name != "position"]

    @property
    def gives_back(self) -> bool:
        """Whether the source's rule is to go again instead of this copy of it."""
        return self.is_bound and self.add_prefix("give_back") in self.data

    def doubts(self) -> Sequence[str]:
        """What may be meant so in the rule as it is saved, but mostly is not."""
        return self.instance.warnings() if self.instance.pk and not self.is_bound else []
