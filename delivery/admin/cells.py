"""How a postback is written in the log and on its page."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.display import label
from delivery.models import SentPostback, State

LINK = 64  # characters of a link that the list shows
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


def short_link(url: str, template: str) -> SafeString:
    """A link cut in the middle; before it is rendered, the template."""
    text = url or template
    short = text if len(text) <= LINK else f"{text[: LINK // 2]}…{text[-LINK // 2 + 1 :]}"
    if url:
        return format_html('<code title="{}">{}</code>', text, short)
    return format_html(
        '<code class="quiet" title="{}">{}</code>', _("Not rendered yet: %(url)s") % {"url": text}, short
    )


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


def log_url() -> str:
    """The list of all postbacks."""
    return reverse("admin:delivery_sentpostback_changelist")


def explain_url(subid: str) -> str:
    """The page that says why it was, or was not, sent."""
    return reverse("explain", args=[subid]) if subid else reverse("explain-form")
