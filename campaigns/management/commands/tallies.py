"""`manage.py tallies --check` compares the counts that pages show with the rows; `--rebuild` counts all rows anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.tallies import fold_all
from campaigns.tallies.recounting import differences, recount

MOST = 50  # differences that are named


class Command(BaseCommand):
    """For an operator who doubts."""

    help = "Compares the pre-aggregated counts with the rows, or counts all rows anew. Everything may go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of two."""
        wish = parser.add_mutually_exclusive_group(required=True)
        wish.add_argument("--check", action="store_true", help="say where counts and rows differ; exit status 1 if so")
        wish.add_argument("--rebuild", action="store_true", help="count all rows anew, keeping what was pruned")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:  # noqa: ARG002
        """Compare, or count."""
        if check:
            self._check()
        else:
            recount()
            fold_all()
            self.stdout.write("All rows are counted.")

    def _check(self) -> None:
        if found := differences():
            lines = [*map(str, found[:MOST]), *([f"and {len(found) - MOST} more"] if len(found) > MOST else [])]
            raise CommandError("\n".join(["The counts differ from the rows:", *lines]))
        self.stdout.write("All counts equal the rows.")
