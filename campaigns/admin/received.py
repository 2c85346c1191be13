"""Maintenance -> Logs -> Received postbacks."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.click import Linked
from campaigns.admin.display import ago, at, label, mono
from campaigns.admin.filters import ChoicesFilter, RelatedFilter, TimeFilter
from campaigns.admin.keyset import ReadOnly
from campaigns.admin.replays import Replays
from campaigns.admin.tail import Tailed
from campaigns.meaning import meanings
from campaigns.models import Click, ReceivedPostback, Verdict
from campaigns.phrasebook import tell
from campaigns.replaying import parameters

REPLAYS = 20  # of one row that its page names

TONES = {
    Verdict.RECEIVED: "warn",
    Verdict.CREATED: "good",
    Verdict.UPDATED: "good",
    Verdict.REPEATED: "quiet",
    Verdict.IGNORED: "warn",
    Verdict.REFUSED: "bad",
}


@admin.register(ReceivedPostback)
class ReceivedPostbackAdmin(ReadOnly, Replays, Linked, Tailed):
    """When, which campaign and click, what they said, what we made of it."""

    change_form_template = "campaigns/admin/received.html"
    actions = ["ask_replay"]

    menu = (_("Maintenance"), _("Logs"))
    menu_order = 20
    list_display = ["when", "campaign", "click_id", "status", "verdict_label", "told", "our_code", "ip"]
    list_display_links = ["when"]
    list_filter = [("verdict", ChoicesFilter), ("status", ChoicesFilter), ("campaign", RelatedFilter), TimeFilter]
    list_select_related = ["campaign"]
    search_fields = ["subid", "external_id", "tid"]
    fieldsets = [
        (None, {"fields": ["exact_time", "verdict_label", "told", "code", "replayed"]}),
        (_("What it made"), {"fields": ["conversion_link", "click_link", "campaign"]}),
        (_("What it said"), {"fields": ["understood"]}),
        (_("The request, word for word"), {"fields": ["method", "raw_query", "raw_body", "content_type", "ip"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: ReceivedPostback | None = None) -> Any:
        """Replays are told of where there are some."""
        (first, told), *rest = super().get_fieldsets(request, obj)
        has_some = obj is not None and (obj.replay_of_id or obj.replays.exists())
        fields = [name for name in told["fields"] if has_some or name != "replayed"]
        return [(first, {"fields": fields}), *rest]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceivedPostback]:
        """A list has no use for what was sent, word for word."""
        rows: QuerySet[ReceivedPostback] = super().get_queryset(request)
        match = request.resolver_match
        return rows.defer("query", "body") if match and "object_id" not in match.kwargs else rows

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        received = context["original"]
        may = self.has_replay_permission(request) and parameters(received) is not None
        told = {"may_replay": may, "is_taken": Verdict(received.verdict).is_accepted}
        return super().render_change_form(request, {**context, **told}, *args, **kwargs)

    @admin.display(description=_("reason"))
    def told(self, received: ReceivedPostback) -> str:
        return tell(received.reason)

    @admin.display(description=_("time"))
    def when(self, received: ReceivedPostback) -> SafeString | str:
        return ago(received.created)

    @admin.display(description=_("time"))
    def exact_time(self, received: ReceivedPostback) -> SafeString | str:
        return at(received.created)

    @admin.display(description=_("subid"))
    def click_id(self, received: ReceivedPostback) -> SafeString | str:
        return mono(received.subid)

    @admin.display(description=_("verdict"))
    def verdict_label(self, received: ReceivedPostback) -> SafeString:
        return label(received.get_verdict_display(), TONES[Verdict(received.verdict)])

    @admin.display(description=_("code"))
    def our_code(self, received: ReceivedPostback) -> int | None:
        return received.code

    @admin.display(description=_("conversion"))
    def conversion_link(self, received: ReceivedPostback) -> SafeString | str:
        if received.conversion is None:
            return gettext("none: the reason says why")
        url = reverse("admin:campaigns_conversion_change", args=[received.conversion_id])
        return format_html('<a href="{}">{}</a>', url, received.conversion)

    @admin.display(description=_("click"))
    def click_link(self, received: ReceivedPostback) -> SafeString | str:
        click = Click.objects.filter(subid=received.subid).first() if received.subid else None
        if click is None:
            return mono(received.subid) if received.subid else gettext("none: it named no subid")
        url = reverse("admin:campaigns_click_change", args=[click.pk])
        return format_html('<a href="{}"><code>{}</code></a> {}', url, click.subid, click.external_id)

    @admin.display(description=_("replay"))
    def replayed(self, received: ReceivedPostback) -> SafeString | str:
        """What it repeats, and what repeats it."""
        replays = list(received.replays.order_by("-pk")[:REPLAYS])
        told = [(gettext("a replay of"), received.replay_of)] if received.replay_of else []
        told += [(gettext("replayed as"), row) for row in replays]
        return format_html_join(" ", '{} <a href="{}">#{}</a>', ((word, *_page(row)) for word, row in told)) or "–"

    @admin.display(description=_("parameters"))
    def understood(self, received: ReceivedPostback) -> SafeString | str:
        """Each parameter, and what we took it for."""
        said = parameters(received)
        if not said:
            return gettext("nothing that could be read")
        cells = "<tr><th scope='row'><code>{}</code></th><td><code class='wrap'>{}</code></td><td>{}</td></tr>"
        rows = ((meaning.name, meaning.value, meaning.taken_for) for meaning in meanings(said))
        heads = (gettext("parameter"), gettext("value"), gettext("taken for"))
        head = format_html("<thead><tr>{}</tr></thead>", format_html_join("", "<th scope='col'>{}</th>", zip(heads)))
        return format_html('<table class="facts">{}<tbody>{}</tbody></table>', head, format_html_join("", cells, rows))

    @admin.display(description=_("query"))
    def raw_query(self, received: ReceivedPostback) -> SafeString | str:
        return _raw(received.query)

    @admin.display(description=_("body"))
    def raw_body(self, received: ReceivedPostback) -> SafeString | str:
        return _raw(received.body)


def _page(received: ReceivedPostback) -> tuple[str, int]:
    return reverse("admin:campaigns_receivedpostback_change", args=[received.pk]), received.pk


def _raw(text: str) -> SafeString | str:
    return format_html('<pre class="raw">{}</pre>', text) if text else "–"
