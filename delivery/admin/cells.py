"""How a postback is written in the log and on its page."""

import re

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.display import label
from campaigns.phrasebook import tell
from delivery.flow.words import why_not_now
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

LINK = 40  # characters of a link that the list shows
ID = 14  # and of an id
TAB = "s2s-postbacks"  # of the pages of campaigns and sources
TONES = {
    State.QUEUED: "busy",
    State.SENDING: "busy",
    State.SENT: "good",
    State.FAILED: "bad",
    State.UNKNOWN: "warn",
    State.CANCELLED: "quiet",
}


def state_of(postback: SentPostback) -> SafeString:
    """Its state as a small label."""
    return label(postback.get_state_display(), TONES[State(postback.state)])


def shown_reason(postback: SentPostback) -> str:
    """Why it is no further: its own reason, or the state of the receiver that it waits for."""
    if postback.error or postback.is_finished or postback.receiver is None:
        return tell(postback.error)
    return why_not_now(postback.receiver, timezone.now())


def short_link(url: str, template: str) -> SafeString:
    """A link cut in the middle; before it is rendered, the template."""
    return _titled(_cut(url or template, LINK), url, template)


def short_path(url: str, template: str) -> SafeString:
    """The same, without scheme and host, for where the receiver stands beside it."""
    rest = (url or template).partition("://")[2]
    return _titled(_cut(rest[len(re.split("[/?#]", rest, maxsplit=1)[0]) :] or "/", LINK), url, template)


def _titled(short: str, url: str, template: str) -> SafeString:
    if url:
        return format_html('<code title="{}">{}</code>', url, short)
    title = _("Not rendered yet: %(url)s") % {"url": template}
    return format_html('<code class="quiet" title="{}">{}</code>', title, short)


def host_of(origin: str) -> str:
    """A receiver as people call it: without the scheme, and the port that everybody has."""
    host = origin.partition("://")[2]
    return host.removesuffix(":443" if origin.startswith("https") else ":80")


def short_id(text: str) -> SafeString:
    """An id, cut in the middle."""
    return format_html('<code title="{}">{}</code>', text, _cut(text, ID))


def whole(text: str) -> SafeString | str:
    """All of it, broken where it must be."""
    return format_html('<code class="wrap">{}</code>', text) if text else "–"


def raw(text: str) -> SafeString | str:
    """Foreign text as it came."""
    return format_html('<pre class="raw">{}</pre>', text) if text else "–"


def page_of(postback: SentPostback) -> SafeString:
    """A link to its page, by number and state."""
    return format_html('<a href="{}">#{}</a> {}', page_url(postback.pk), postback.pk, state_of(postback))


def page_url(postback: int) -> str:
    """The page of a postback."""
    return reverse("admin:delivery_sentpostback_change", args=[postback])


def rule_url(rule: PostbackRule) -> str:
    """The tab that it stands in."""
    page, owner = ("campaign", rule.campaign_id) if rule.campaign_id else ("source", rule.source_id)
    return reverse(f"admin:campaigns_{page}_change", args=[owner]) + f"#{TAB}"


def log_url() -> str:
    """The list of all postbacks."""
    return reverse("admin:delivery_sentpostback_changelist")


def explain_url(subid: str) -> str:
    """The page that says why it was, or was not, sent."""
    return reverse("explain", args=[subid]) if subid else reverse("explain-form")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 + 1 :]}"
