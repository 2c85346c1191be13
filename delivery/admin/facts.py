"""All that is known of one postback, for its page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.display import ago, copy_button, mono
from campaigns.phrasebook import tell
from delivery.admin.cells import explain_url, page_of, rule_url, state_of, whole
from delivery.admin.terms import in_words
from delivery.models import SentPostback, State
from postbacks.masking import mask

RESENDS = 20  # of one postback that its page names


class Facts:
    """Mixin: the fields of the page, in words. `covered_` ones are for those who may only look."""

    def facts(self, postback: SentPostback, *, covered: bool) -> list[Any]:
        """Its fields, in sections: those that say something."""
        link = ["covered_link", "covered_template"] if covered else ["whole_link", "template"]
        then = {State.QUEUED: "due", State.SENDING: "lease"}.get(State(postback.state), "ended")
        how = ["state_label", *(["reason"] if postback.error else []), ("code", "duration", "attempts"), ("made", then)]
        how += ["repeats"] if postback.resend_of_id else []
        how += ["repeated_by"] if postback.resends.exists() else []
        how += ["waits"] if postback.waits_for_id and postback.is_waiting else []
        what = [("status", "kind"), "rule_", ("campaign", "source"), "its_conversion", "its_click"]
        wanted = [*(["not_after"] if postback.latest else []), *(["delivered"] if postback.terms else [])]
        request = [("how", "receiver"), *link, *(["notes"] if postback.notes else [])]
        return [
            (None, {"fields": how}),
            (_("What it tells"), {"fields": what}),
            (_("The request"), {"fields": request}),
            *([(_("Delivery"), {"fields": wanted})] if wanted else []),
        ]

    @admin.display(description=_("state"))
    def state_label(self, postback: SentPostback) -> SafeString:
        return state_of(postback)

    @admin.display(description=_("reason"))
    def reason(self, postback: SentPostback) -> str:
        return tell(postback.error)

    @admin.display(description=_("duration"))
    def duration(self, postback: SentPostback) -> str:
        return "–" if postback.duration_ms is None else gettext("%(count)d ms") % {"count": postback.duration_ms}

    @admin.display(description=_("queued"))
    def made(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.created)

    @admin.display(description=_("finished"))
    def ended(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.finished)

    @admin.display(description=_("next try"))
    def due(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.due_at) if postback.state == State.QUEUED else "–"

    @admin.display(description=_("waits for"))
    def waits(self, postback: SentPostback) -> SafeString | str:
        return page_of(postback.waits_for) if postback.waits_for else "–"

    @admin.display(description=_("not after"))
    def not_after(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.latest)

    @admin.display(description=_("as the rule said then"))
    def delivered(self, postback: SentPostback) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in in_words(postback.terms)))

    @admin.display(description=_("leased until"))
    def lease(self, postback: SentPostback) -> SafeString | str:
        return ago(postback.leased_until)

    @admin.display(description=_("rule"))
    def rule_(self, postback: SentPostback) -> SafeString | str:
        if postback.rule:
            return format_html('<a href="{}">{}</a>', rule_url(postback.rule), postback.rule_name)
        if postback.rule_id:
            return gettext("%(rule)s (deleted since)") % {"rule": postback.rule_name}
        return postback.rule_name or "–"

    @admin.display(description=_("conversion"))
    def its_conversion(self, postback: SentPostback) -> SafeString | str:
        if postback.conversion_id is None:
            return "–"
        url = reverse("admin:campaigns_conversion_change", args=[postback.conversion_id])
        change = gettext("change #%(number)d") % {"number": postback.change.number} if postback.change else ""
        return format_html('<a href="{}"><code>{}</code></a> {}', url, postback.tid or postback.subid, change)

    @admin.display(description=_("click"))
    def its_click(self, postback: SentPostback) -> SafeString | str:
        """Our id with the way to the explanation, and the source's."""
        if not postback.subid:
            return "–"
        why = gettext("Why was it sent, or not?")
        theirs = format_html("<br>{} {}", gettext("external id"), mono(postback.external_id, copy=True))
        return format_html(
            '<code>{}</code> {} <a href="{}">{}</a>{}',
            postback.subid,
            copy_button(postback.subid),
            explain_url(postback.subid),
            why,
            theirs if postback.external_id else "",
        )

    @admin.display(description=_("link"))
    def whole_link(self, postback: SentPostback) -> SafeString | str:
        if not postback.url:
            return gettext("not rendered yet")
        return format_html("{} {}", whole(postback.url), copy_button(postback.url))

    @admin.display(description=_("link"))
    def covered_link(self, postback: SentPostback) -> SafeString | str:
        return whole(mask(postback.url))

    @admin.display(description=_("URL template"))
    def template(self, postback: SentPostback) -> SafeString | str:
        return whole(postback.url_template)

    @admin.display(description=_("URL template"))
    def covered_template(self, postback: SentPostback) -> SafeString | str:
        return whole(mask(postback.url_template))

    @admin.display(description=_("sends again"))
    def repeats(self, postback: SentPostback) -> SafeString | str:
        return page_of(postback.resend_of) if postback.resend_of else "–"

    @admin.display(description=_("sent again as"))
    def repeated_by(self, postback: SentPostback) -> SafeString | str:
        resends: QuerySet[SentPostback] = postback.resends.order_by("-id")
        return format_html_join(" ", "{}", ((page_of(resend),) for resend in resends[:RESENDS])) or "–"
