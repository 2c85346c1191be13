"""How postbacks are to be delivered, as it is typed in: of one rule, and for all rules of a source."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form
from postbacks.models import SourceTerms
from postbacks.schedules import read_delays, write_delays

NOT_AFTER = _("Nothing is sent later than so many hours after the conversion, for receivers that refuse old ones.")


class DelaysField(forms.CharField):
    """A list such as “1m, 5m, 2h”, kept in seconds."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"placeholder": "1m, 5m, 2h"})
        help_text = _("For the schedule “own delays”: how long to wait before each retry, in s, m, h or d.")
        super().__init__(label=_("Own delays"), required=False, widget=widget, help_text=help_text)

    def prepare_value(self, value: Any) -> Any:
        """Seconds as people write them; what was typed stays as it was typed."""
        return write_delays(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A form that nobody filled in has no list to begin with, and is to be left alone."""
        return super().has_changed(initial or [], data)

    def to_python(self, value: Any) -> Any:
        try:
            return read_delays(value or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error


def patterns_widget() -> forms.Textarea:
    """A pattern a line."""
    return forms.Textarea(attrs={"class": "mono", "rows": 2, "spellcheck": "false", "autocapitalize": "off"})


class SourceTermsForm(Form):
    """What holds for the rules that say nothing themselves."""

    own_delays = DelaysField()

    class Meta:
        model = SourceTerms
        fields = ["schedule", "own_delays", "not_after_hours"]
        help_texts = {"not_after_hours": NOT_AFTER}
