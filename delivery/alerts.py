"""Alerts: a person is told before a receiver's patience is used up, and when it is. Nothing is switched off."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now

from campaigns import macros, url_template
from campaigns.admin.display import exact
from delivery.models import Kind, Lane, Receiver, SentPostback, State
from postbacks.addresses import wire_form

logger = logging.getLogger(__name__)

HALF, ALL = 50, 100  # percent of the patience
LOOKED_AT = 20  # of the newest rows of a receiver, for how the last attempt failed
UNKNOWN_REASON = "it does not take what we send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a person is told of a receiver, once for each level."""

    receiver: Receiver
    failing_since: datetime
    level: int  # percent
    reason: str

    @property
    def task_key(self) -> str:
        """One call for each level of each time that it failed."""
        return f"alert:{self.receiver.pk}:{self.failing_since:%Y%m%dT%H%M%S}:{self.level}"

    @property
    def subject(self) -> str:
        """The whole of it in a line."""
        since = exact(self.failing_since)
        return f"{self.receiver} has not taken a postback since {since} ({self.level} % of the patience)"

    @property
    def text(self) -> str:
        """A sentence on what follows."""
        if self.level >= ALL:
            return (
                f"{self.subject}: {self.reason}. Its postbacks are being given up one by one; no rule is switched off."
            )
        return f"{self.subject}: {self.reason}. Its postbacks are still tried again."

    def facts(self) -> macros.Facts:
        """What the placeholders of the operator's URL stand for."""
        names = {"receiver": str(self.receiver), "level": str(self.level), "reason": self.reason}
        return macros.Facts(values={}, parameters={**names, "failing_since": self.failing_since.isoformat()})


def raise_due() -> int:
    """Tell of every receiver that has failed for half, or all, of the patience; how many alerts that were."""
    failing = Receiver.objects.failing_for(settings.POSTBACK_PATIENCE * HALF / ALL).filter(alerted__lt=ALL)
    return sum(_raise_one(receiver) for receiver in failing.annotate(now=Now()))


def _raise_one(receiver: Receiver) -> bool:
    """Whether it was ours to tell: of several sweeps one is first. The call is queued together with that."""
    failing_since = receiver.failing_since
    if failing_since is None:
        return False
    failed_for = (receiver.now - failing_since).total_seconds()  # type: ignore[attr-defined]  # annotated
    level = ALL if failed_for >= settings.POSTBACK_PATIENCE else HALF
    still = Receiver.objects.filter(pk=receiver.pk, alerted__lt=level, failing_since__isnull=False)
    with transaction.atomic():
        if not still.change(alerted=level):
            return False
        alert = Alert(receiver=receiver, failing_since=failing_since, level=level, reason=_reason(receiver))
        _queue_call(alert)
        transaction.on_commit(partial(_tell, alert))
    return True


def _tell(alert: Alert) -> None:
    """In the log, and by e-mail where that is wanted."""
    logger.log(logging.ERROR if alert.level >= ALL else logging.WARNING, "%s", alert.text)
    if not settings.POSTBACK_ALERT_EMAIL:
        return
    try:
        send_mail(f"[S2S Postbacks] {alert.subject}", alert.text, None, settings.POSTBACK_ALERT_EMAIL)
    except OSError as error:  # the mail server's trouble; the log has it, and so has the receiver's page
        logger.warning("The alert could not be sent by e-mail: %s.", type(error).__name__)


def _queue_call(alert: Alert) -> None:
    """The call to the operator's URL: a row like any other, with retries and a line in the log."""
    url = settings.POSTBACK_ALERT_URL
    receiver = _receiver_of(url) if url else None
    if receiver is None or receiver.pk == alert.receiver.pk:  # who does not answer is not told that he does not
        return
    rendered = macros.render(url, alert.facts())
    row = SentPostback(
        kind=Kind.ALERT,
        task_key=alert.task_key,
        rule_name=f"Alert of {alert.receiver}"[:300],
        receiver=receiver,
        method="GET",
        url_template=url,
        url=wire_form(rendered.text),
    )
    SentPostback.objects.bulk_create([row], ignore_conflicts=True)


def _receiver_of(url: str) -> Receiver | None:
    """None: the operator's URL has no host that anything can be sent to."""
    try:
        origin = url_template.origin(url)
    except ValueError as error:
        logger.error("POSTBACK_ALERT_URL cannot be called: %s", error)
        return None
    return Receiver.objects.by_origin([origin])[origin]


def _reason(receiver: Receiver) -> str:
    """Why it fails: of the breaker, or of what waits for its next try, or of what failed last."""
    rows = SentPostback.objects.filter(receiver=receiver)
    waiting = rows.filter(state=State.QUEUED, lane=Lane.RETRY).order_by("due_at").values_list("error", flat=True)[:1]
    newest = rows.order_by("-pk").values_list("error", flat=True)[:LOOKED_AT]
    reasons = [receiver.why, *waiting, *newest]
    return next((reason for reason in reasons if reason), UNKNOWN_REASON)
