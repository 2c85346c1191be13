"""The field in which a rule's URL is typed: a plain textarea, and what scripts and the preview need to know of it."""

from typing import Any

from django import forms
from django.forms.widgets import Media
from django.urls import reverse
from django.utils.http import urlencode

from postbacks.preview import Owner


class UrlTemplateWidget(forms.Textarea):
    """Marks macros, completes them and shows what the URL comes to; without JavaScript a field and a button."""

    template_name = "postbacks/widgets/url_editor.html"
    owner: Owner | None = None  # the form says whose rule it is

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typed = {"class": "mono wide rule-url", "rows": 2, "spellcheck": "false", "autocapitalize": "off"}
        super().__init__({**typed, "autocomplete": "off", "placeholder": "https://", **(attrs or {})})

    @property
    def media(self) -> Media:
        script = forms.Script("postbacks/url-editor.js", type="module")
        return Media(css={"all": ["postbacks/url-editor.css"]}, js=[script])  # type: ignore[list-item]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        query = urlencode(owner_query(self.owner))
        return context | {
            "prefix": name.removesuffix("-url"),
            "preview_url": f"{reverse('url-preview')}?{query}",
            "names_url": f"{reverse('url-names')}?{query}",
        }


def owner_query(owner: Owner | None) -> dict[str, str]:
    """How an address says whose rule it is."""
    if owner is None or (owner.campaign is None and owner.source is None):
        return {"new": "campaign"}
    kind, one = ("campaign", owner.campaign) if owner.campaign else ("source", owner.source)
    return {kind: str(one.pk)} if one and one.pk else {"new": kind}
