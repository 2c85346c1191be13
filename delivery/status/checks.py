"""Each thing that has to be well, how it is now, and what to do where it is not."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from campaigns.models import TallyChange
from delivery.dashboard.pulse import Backlog, Pulse
from delivery.models import Breaker, Override, Receiver
from delivery.status import broker

LATE = timedelta(minutes=5)  # that something may be due until somebody ought to look
UNFOLDED = 20_000  # counts that may wait to be folded
LITTLE = 1 << 30  # bytes on the disk
LONG_UNSWEPT = 12  # sweeps that may have been missed


@dataclass(frozen=True, slots=True)
class Check:
    """One of them; without an advice it is well."""

    name: str
    told: str
    advice: str = ""
    url_name: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.advice


def all_checks() -> Iterator[Check]:
    """In the order of how much depends on them."""
    pulse = Pulse.feel()
    yield _database()
    yield _migrations()
    yield _workers(pulse)
    yield _sweep(pulse)
    yield _broker()
    yield _waiting()
    yield _receivers()
    yield _tallies()
    yield _disk()


def _database() -> Check:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size = int(cursor.fetchone()[0])
        return Check(_("Database"), f"PostgreSQL, {filesizeformat(size)}")
    name = str(connection.settings_dict["NAME"])
    size = sum(Path(name + end).stat().st_size for end in ("", "-wal") if Path(name + end).exists())
    told = f"SQLite, {filesizeformat(size)}"
    return Check(_("Database"), told)


def _migrations() -> Check:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return Check(_("Migrations"), _("all applied"))
    told = _("%(count)d not applied") % {"count": len(missing)}
    return Check(_("Migrations"), told, _("run “manage.py migrate”"))


def _workers(pulse: Pulse) -> Check:
    if pulse.workers:
        told = _("%(count)d alive, %(flying)d postbacks on their way, sent by %(transport)s") % {
            "count": len(pulse.workers),
            "flying": pulse.in_flight,
            "transport": ", ".join(sorted({worker.transport for worker in pulse.workers})),
        }
        return Check(_("Workers"), told)
    told = _("none alive")
    if pulse.last_seen:
        told = _("none alive; the last was seen %(time)s ago") % {"time": timesince(pulse.last_seen)}
    return Check(_("Workers"), told, _("start one: nothing is sent until then, and nothing is lost"))


def _sweep(pulse: Pulse) -> Check:
    if pulse.swept is None or pulse.swept.year < 2001:
        return Check(_("Sweep"), _("never yet"), _("start a worker: it sweeps by itself"))
    told = _("%(time)s ago") % {"time": timesince(pulse.swept)}
    seconds = LONG_UNSWEPT * max(5.0, settings.POSTBACK_SWEEP_INTERVAL)
    is_late = timezone.now() - pulse.swept > timedelta(seconds=seconds)
    return Check(_("Sweep"), told, _("see that a worker runs: retries and leases wait for it") if is_late else "")


def _broker() -> Check:
    why = broker.why_unreachable()
    if not why:
        return Check(_("Broker"), _("%(kind)s, answers") % {"kind": broker.kind()})
    told = _("%(kind)s, not reached: %(why)s") % {"kind": broker.kind(), "why": why}
    return Check(_("Broker"), told, _("look after it; until then the sweep finds what is due, a little later"))


def _waiting() -> Check:
    backlog = Backlog.look()
    oldest = backlog.oldest
    if oldest is None:
        return Check(_("Waiting"), _("nothing"))
    told = _("%(count)s; the oldest for %(time)s") % {"count": backlog.told, "time": timesince(oldest.created)}
    is_late = bool(oldest.due_at and timezone.now() - oldest.due_at > LATE)
    advice = _("see in the list why it waits: a worker, or its receiver") if is_late else ""
    return Check(_("Waiting"), told, advice, "admin:delivery_sentpostback_changelist" if is_late else "")


def _receivers() -> Check:
    is_open = Receiver.objects.filter(breaker=Breaker.OPEN).count()
    is_held = Receiver.objects.filter(override=Override.HOLD).count()
    told = _("%(open)d with an open breaker, %(held)d held") % {"open": is_open, "held": is_held}
    advice = _("look why; what goes to them waits") if is_open or is_held else ""
    return Check(_("Receivers"), told, advice, "admin:delivery_receiver_changelist" if advice else "")


def _tallies() -> Check:
    count = len(TallyChange.objects.values_list("pk", flat=True)[: UNFOLDED + 1])
    if count <= UNFOLDED:
        return Check(_("Counts"), _("%(count)d not folded yet") % {"count": count})
    told = _("more than %(count)d not folded yet") % {"count": UNFOLDED}
    return Check(_("Counts"), told, _("see that a worker runs: the sweep folds them"))


def _disk() -> Check:
    folder = settings.POSTBACK_DATA_DIR
    free = shutil.disk_usage(folder).free
    told = _("%(free)s free at %(folder)s") % {"free": filesizeformat(free), "folder": os.fspath(folder)}
    return Check(_("Disk"), told, _("make room: without it nothing can be stored") if free < LITTLE else "")
