"""The Celery tasks: they load and call, and decide nothing."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down

from delivery import sweeping
from delivery.engine import engine


@shared_task(ignore_result=True)
def send_due() -> None:
    """Send whatever is due. Safe to run twice, late, and beside itself."""
    engine.run()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Ring for what is due, take back what a dead worker held. For beat; each worker does the same on its own."""
    sweeping.sweep()


@worker_ready.connect
def start_sweeping(**_kwargs: Any) -> None:
    """A worker that runs sweeps."""
    sweeping.sweeper.start()


@worker_shutting_down.connect
def stop_claiming(**_kwargs: Any) -> None:
    """Told to end: nothing more is claimed; what flies may land while Celery waits for its tasks."""
    sweeping.sweeper.stop()
    engine.stopping.set()
