"""The time line of a postback: what was asked, each attempt with its answer, and the waits between them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.display import ago, exact, label, lasting
from campaigns.models import Installation
from campaigns.phrasebook import tell
from delivery.admin.cells import page_url
from delivery.admin.split import Split
from delivery.models import Attempt, SentPostback, State
from delivery.rendering import headers_of
from delivery.transport import PostbackRequest
from postbacks.masking import mask, mask_header

ATTEMPTS = 200  # that a page shows; retries end long before


@dataclass(frozen=True, slots=True)
class ShownTry:
    """One attempt, and what came of it."""

    attempt: Attempt
    state: State | None  # the postback's, if this was its last attempt
    waited: float | None  # seconds since the attempt before was over, or since the postback was queued

    @property
    def when(self) -> SafeString | str:
        return ago(self.attempt.started)

    @property
    def pause(self) -> str:
        return "" if self.waited is None else lasting(max(self.waited, 0))

    @property
    def split(self) -> Split:
        return Split(self.attempt)

    @property
    def took(self) -> str:
        return "–" if self.attempt.duration_ms is None else _("%(count)d ms") % {"count": self.attempt.duration_ms}

    @property
    def verdict(self) -> SafeString:
        """What the attempt came to."""
        if not self.attempt.error:
            return label(_("Accepted"), "good")
        if self.state == State.UNKNOWN:
            return label(_("Not known"), "warn")
        return label(_("Failed"), "bad") if self.state == State.FAILED else label(_("To be tried again"), "warn")

    @property
    def words(self) -> str:
        """Why, in a sentence."""
        if not self.attempt.error:
            return _("The receiver has it.")
        if self.state == State.UNKNOWN:
            return _("It went out, and no whole answer came: whether it arrived is not known.")
        return tell(self.attempt.error)

    @property
    def wish(self) -> str:
        """How long the receiver asked us to stay away."""
        return "" if self.attempt.retry_after is None else lasting(self.attempt.retry_after)


class TimeLine:
    """All that a page tells of the attempts. `covered`: for those who may only look."""

    def __init__(self, postback: SentPostback, *, covered: bool) -> None:
        self.postback = postback
        self._covered = covered

    @property
    def url(self) -> str:
        return mask(self.postback.url) if self._covered else self.postback.url

    @property
    def headers(self) -> list[tuple[str, str]]:
        """As they go out, secrets covered for everybody."""
        postback = self.postback
        own = headers_of(postback.task_key, Installation.objects.current().uuid)
        request = PostbackRequest(id=postback.pk, method=postback.method, url=postback.url, headers=own)
        lines = {name: f"{value!s}" for name, value in request.wire_headers().items()}
        return [(name, mask_header(name, value)) for name, value in lines.items()]

    @cached_property
    def tries(self) -> list[ShownTry]:
        """The newest of many, in the order of time."""
        newest = list(self.postback.tries.order_by("-id")[: ATTEMPTS + 1])
        rows, before = newest[:ATTEMPTS][::-1], newest[ATTEMPTS:]
        last = _ended(before[0]) if before else self.postback.created
        shown = []
        for attempt in rows:
            state = State(self.postback.state) if attempt is rows[-1] else None
            shown.append(ShownTry(attempt, state, (attempt.started - last).total_seconds()))
            last = _ended(attempt)
        return shown

    @property
    def left_out(self) -> int:
        """How many attempts were before those that are shown."""
        return self.tries[0].attempt.number - 1 if len(self.tries) == ATTEMPTS else 0

    @property
    def then(self) -> SafeString | str:
        """What follows."""
        postback = self.postback
        if postback.state == State.SENDING:
            return _("It is being sent now.")
        if postback.state != State.QUEUED:
            return format_html("{} {}", _("Nothing more happens to it. Finished:"), ago(postback.finished))
        if postback.due_at is None:
            return self._waits_for()
        left = (postback.due_at - timezone.now()).total_seconds()
        if left <= 0:
            soon = _("The next try goes as soon as a worker takes it. Due:")
            return format_html("{} {}", soon, ago(postback.due_at))
        told = format_html(
            '<time datetime="{}" title="{}">{}</time>',
            postback.due_at.isoformat(),
            exact(postback.due_at),
            lasting(left),
        )
        return format_html("{} {}", _("Next try in"), told)

    def _waits_for(self) -> SafeString | str:
        first = self.postback.waits_for_id
        if first is None:
            return _("It waits.")
        return format_html(
            '{} <a href="{}">#{}</a>', _("It goes when an earlier one has gone:"), page_url(first), first
        )


def _ended(attempt: Attempt) -> datetime:
    return attempt.started + timedelta(milliseconds=attempt.duration_ms or 0)
