"""What a worker has found out about receivers, written for all workers: by whoever knew of all changes before it."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from delivery.flow.brakes import Brakes
from delivery.flow.gauge import Gauge
from delivery.models import Receiver


def save_brakes(gauges: Sequence[Gauge]) -> None:
    """Those that differ from the database's. Who was second has not counted: what the first has written stands."""
    for gauge in gauges:
        receiver = gauge.receiver
        same = Receiver.objects.filter(pk=receiver.pk, version=receiver.version)
        if same.change(**_fields(gauge.wanted, gauge.known)):
            gauge.saved()


def save_failing(ids: Collection[int]) -> None:
    """They have begun to fail, unless another has seen it before."""
    Receiver.objects.filter(pk__in=ids, failing_since__isnull=True).change(failing_since=Now())


def save_well(ids: Collection[int]) -> None:
    """They fail no more."""
    Receiver.objects.filter(pk__in=ids, failing_since__isnull=False).change(failing_since=None, alerted=0)


def _fields(wanted: Brakes, known: Brakes) -> dict[str, Any]:
    names = ("breaker", "pace", "threshold", "trips", "why")
    fields: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    if wanted.hold:
        fields["hold_until"] = Now() + timedelta(seconds=wanted.hold)
    if wanted.is_open:
        fields["opened"] = Now()
    if wanted.breaker != known.breaker:
        fields["rate_until"] = None  # the first at the new pace goes at once
    return fields
