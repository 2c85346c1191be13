"""The words of a postback: its state, why there is such a row, and what the log looks for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How far a postback is."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    CANCELLED = "cancelled", _("Cancelled")


FINISHED = [State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED]


class Kind(models.TextChoices):
    """Why there is such a row."""

    POSTBACK = "postback", _("Postback")
    RESEND = "resend", _("Resend")
    TEST = "test", _("Test")
    ALERT = "alert", _("Alert")


# what is seldom, and looked for: the log has an index of each
UNUSUAL = ~Q(kind=Kind.POSTBACK)
BAD_ANSWERS = Q(code__gte=300)
RETRIED = Q(attempts__gt=1)


class Lane(models.IntegerChoices):
    """First tries go before retries."""

    FIRST = 0, _("first try")
    RETRY = 1, _("retry")
