"""`manage.py prune --days 90`: keep the logs as long as you want to read them, and no longer."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from delivery.pruning import prune


class Command(BaseCommand):
    """For cron."""

    help = "Deletes finished S2S postbacks and received postbacks older than this. Nothing is ever sent twice for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How old."""
        parser.add_argument("--days", type=int, required=True, help="at least 1")

    def handle(self, *args: Any, days: int, **options: Any) -> None:  # noqa: ARG002
        """Delete, and say how many."""
        if days < 1:
            raise CommandError(f"--days is {days}; at least 1 is needed.")
        count = prune(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{count} rows deleted.")
