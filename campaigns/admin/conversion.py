"""Traffic -> Conversions: what a network reported, and what a person adds or corrects."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bases import Form, ModelChoice, TabularInline
from campaigns.admin.bounded import Condition, Lead
from campaigns.admin.click import Linked
from campaigns.admin.display import ago, at, label, mono
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import ReadOnly
from campaigns.models import Click, Conversion, ConversionChange, ConversionStatus, ReceivedPostback

MOST_CLICKS = 1000  # whose conversions are looked up one by one
TONES = {"lead": "busy", "sale": "good", "rebill": "good", "rejected": "bad"}


class SubidField(ModelChoice):
    """A click, by what stands in its link; never a list of all clicks."""

    widget = forms.TextInput(attrs={"class": "mono vTextField", "autocapitalize": "off", "spellcheck": "false"})
    default_error_messages = {"invalid_choice": _("Nobody knows the subid “%(value)s”: no click of ours has it.")}

    def to_python(self, value: Any) -> Any:
        """Ours are in small letters; networks are not."""
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)


def status_choices() -> list[tuple[str, str]]:
    """Every status, in its order."""
    return [("", "---------"), *((row.name, f"{row.label} ({row.name})") for row in ConversionStatus.objects.all())]


class ConversionForm(Form):
    """A conversion as it is typed in."""

    click = SubidField(queryset=Click.objects.all(), to_field_name="subid", label=_("Subid"))
    status = forms.ChoiceField(choices=status_choices, label=_("Status"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # when what the page shows was written

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A conversion stays with its click; the field stays too, for (click, tid) is what must not come twice."""
        super().__init__(*args, **kwargs)
        if self.instance.pk and "click" in self.fields:
            self.initial["click"] = self.instance.click.subid
            self.initial["seen"] = self.instance.updated.isoformat()
            self.fields["click"].disabled = True

    def clean_seen(self) -> str:
        """A page that stood open must not take back what a network has reported meanwhile."""
        seen = str(self.cleaned_data["seen"])
        if seen and self.instance.pk and seen != self.instance.updated.isoformat():
            told = _("This conversion has changed since you opened it: it is %(status)s now. Open it again first.")
            self.add_error(None, forms.ValidationError(told, params={"status": self.instance.status}))
        return seen

    def clean_currency(self) -> str:
        """As everywhere: in capitals."""
        return str(self.cleaned_data["currency"]).upper()


class Changes(ReadOnly, TabularInline):
    """What was told of it, in time."""

    model = ConversionChange
    fields = ["number", "moment", "status", "previous_status", "original_status", "revenue", "cost", "currency"]
    readonly_fields = ["moment"]
    extra = 0

    @admin.display(description=_("time"))
    def moment(self, change: ConversionChange) -> SafeString | str:
        return ago(change.time)


class Received(ReadOnly, TabularInline):
    """The networks' own words for it."""

    model = ReceivedPostback
    fields = ["moment", "status", "verdict", "reason", "ip"]
    readonly_fields = ["moment"]
    extra = 0

    @admin.display(description=_("time"))
    def moment(self, received: ReceivedPostback) -> SafeString:
        url = reverse("admin:campaigns_receivedpostback_change", args=[received.pk])
        return format_html('<a href="{}">{}</a>', url, ago(received.created))


class CampaignFilter(RelatedFilter):
    """One campaign. A conversion does not know it: its click does."""

    def conditions(self) -> Sequence[Condition]:
        return [of_clicks("campaign", self.value)] if self.value else []


def of_clicks(name: str, value: str) -> Condition:
    """Conversions of the clicks of which this is so: of few an index tells them, of many they are met on the way."""
    holds = Q(**{f"click__{name}": value})
    ids = list(Click.objects.filter(**{name: value}).values_list("pk", flat=True)[: MOST_CLICKS + 1])
    return Condition(holds=holds, leads=(Lead(where=Q(click__in=ids)),) if len(ids) <= MOST_CLICKS else ())


@admin.register(Conversion)
class ConversionAdmin(Linked):
    """When, which campaign and click, how far, how much."""

    menu = (_("Traffic"),)
    menu_order = 40
    form = ConversionForm
    inlines = [Changes, Received]
    list_display = ["when", "campaign", "subid", "tid_", "status_label", "revenue_", "currency", "network"]
    list_display_links = ["when"]
    list_filter = [("status", ChoicesFilter), ("click__campaign", CampaignFilter), TimeFilter]
    list_select_related = ["click__campaign"]
    search_fields = ["click__subid", "click__external_id", "tid"]
    readonly_fields = ["click_link", "previous_status", "exact_time", "network"]

    def search_condition(self, field: str, term: str) -> Condition:
        """What is a click's leads over its clicks."""
        _click, is_of_click, name = field.partition("click__")
        if not is_of_click:
            return super().search_condition(field, term)
        return of_clicks(name, term.lower() if name == "subid" else term)

    def get_fieldsets(self, request: HttpRequest, obj: Conversion | None = None) -> Any:  # noqa: ARG002
        said = ["status", "tid", "revenue", "cost", "currency"]
        if obj is None:
            return [(None, {"fields": ["click", *said]})]
        known = ["original_status", "previous_status", "network", "exact_time"]
        return [
            (None, {"fields": ["click", "click_link", *said, "seen"]}),
            (_("Where it came from"), {"fields": known}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversion]:
        rows: QuerySet[Conversion] = super().get_queryset(request)
        return rows.select_related("click__campaign", "click__traffic_source")

    def has_delete_permission(self, request: HttpRequest, obj: Conversion | None = None) -> bool:  # noqa: ARG002
        """Its postbacks are sent: a mistake is corrected by another status."""
        return False

    @admin.display(description=_("time"))
    def when(self, conversion: Conversion) -> SafeString | str:
        return ago(conversion.created)

    @admin.display(description=_("time"))
    def exact_time(self, conversion: Conversion) -> SafeString | str:
        return at(conversion.created)

    @admin.display(description=_("campaign"))
    def campaign(self, conversion: Conversion) -> str:
        return conversion.click.campaign.name

    @admin.display(description=_("subid"))
    def subid(self, conversion: Conversion) -> SafeString | str:
        return mono(conversion.click.subid)

    @admin.display(description=_("tid"))
    def tid_(self, conversion: Conversion) -> SafeString | str:
        return mono(conversion.tid)

    @admin.display(description=_("status"))
    def status_label(self, conversion: Conversion) -> SafeString:
        return label(conversion.status, TONES.get(conversion.status, "quiet"))

    @admin.display(description=_("revenue"))
    def revenue_(self, conversion: Conversion) -> str:
        return f"{conversion.revenue:.2f}"

    @admin.display(description=_("came from"))
    def click_link(self, conversion: Conversion) -> SafeString:
        url = reverse("admin:campaigns_click_change", args=[conversion.click_id])
        campaign = conversion.click.campaign
        return format_html('<a href="{}">{}</a>, {}', url, _("its click"), campaign)
