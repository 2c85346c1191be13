"""What this floor does when the ground floor has news."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from campaigns.models import ConversionChange
from delivery import nudge
from delivery.models import SentPostback
from delivery.order import arrange
from postbacks.models import PostbackRule


def collect_postbacks(changes: Sequence[ConversionChange], **_kwargs: Any) -> None:
    """Runs inside the transaction that made the news."""
    arrange(SentPostback.objects.collect(PostbackRule.objects.decide(changes)))
    transaction.on_commit(nudge.ring)
