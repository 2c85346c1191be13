"""The small forms of the first steps: the least that can work."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form
from campaigns.models import Campaign, Click, ConversionStatus, ReceivedPostback, Source
from campaigns.visitor import address_of, visitor_of
from delivery.first_steps.steps import test_query
from postbacks.models import PostbackRule

STATUSES = ["lead", "sale"]  # that a first rule ticks
NETWORK = "test"  # who reports


class SourceForm(Form):
    """A name, the token of its click id, and where it wants to be told."""

    token = forms.CharField(
        label=_("Its token for the click id"),
        max_length=200,
        help_text=_("What the source replaces with its own click id, such as {click_id} or [CLICK_ID]."),
        widget=forms.TextInput(attrs={"class": "mono", "placeholder": "{click_id}", "spellcheck": "false"}),
    )
    url = forms.CharField(
        label=_("Its S2S postback URL"),
        required=False,
        help_text=_(
            "From its documentation, with our macros: {external_id} is its click id, {conversion_revenue} the revenue. "
            "Told at lead and sale. It can be added later, too."
        ),
        widget=forms.Textarea(
            attrs={"class": "mono", "rows": 2, "spellcheck": "false", "placeholder": "https://…?click={external_id}"}
        ),
    )

    class Meta:
        model = Source
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}

    def clean(self) -> dict[str, Any]:
        """A rule's own words where its URL cannot be used."""
        cleaned: dict[str, Any] = super().clean() or {}
        token = str(cleaned.get("token", ""))
        self.instance.parameters = [{"parameter": "external_id", "name": "external_id", "token": token}]
        if cleaned.get("url"):
            try:
                self._rule().clean()
            except ValidationError as error:
                self.add_error("url", error.message_dict.get("url", error.messages))
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> Source:
        """The source with its rule."""
        source: Source = super().save(commit)
        if self.cleaned_data["url"]:
            rule = self._rule()
            rule.full_clean()
            rule.save()
        return source

    def _rule(self) -> PostbackRule:
        url, name = self.cleaned_data["url"].strip(), self.cleaned_data.get("name", "")
        return PostbackRule(source=self.instance, name=name, url=url, statuses=STATUSES)


class CampaignForm(Form):
    """A name and its source; the rest can follow."""

    class Meta:
        model = Campaign
        fields = ["name", "source", "destination"]
        widgets = {
            "destination": forms.TextInput(
                attrs={"class": "mono", "spellcheck": "false", "placeholder": "https://offer.example/?click={subid}"}
            ),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
        }


class ConversionForm(forms.Form):
    """What a network would report of a click."""

    status = forms.ChoiceField(
        label=_("Status"), choices=lambda: list(ConversionStatus.objects.values_list("name", "label")), initial="sale"
    )
    payout = forms.CharField(label=_("Payout"), max_length=20, initial="12.50", required=False)

    def report(self, click: Click, request: HttpRequest) -> ReceivedPostback:
        """Report it through the same door as a network's; what became of it stands on the row."""
        query = {"subid": click.subid, **self.cleaned_data, "from": NETWORK}
        address = address_of(request)
        received = ReceivedPostback.objects.create(method="POST", query=urlencode(query), ip=address)
        received.judge(query)
        return received


def click_oneself(campaign: Campaign, request: HttpRequest) -> Click:
    """A visitor's click, as the link would have recorded it."""
    return Click.objects.record(campaign, test_query(campaign), visitor_of(request))
