"""`manage.py run` on a disk that is full for as long as a file is there: SQLite may not take one page more.

The limit belongs to a connection and cannot be set from outside, so every statement looks at the file first.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.core.management import execute_from_command_line
from django.db.backends.signals import connection_created

MOST = 2**30  # pages; without a limit
FULL = Path(os.environ["DISK_IS_FULL_WHILE"])


class Disk:
    """What one connection may use of it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_full = False

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        if FULL.exists() != self.is_full:
            self.is_full = not self.is_full
            # less than there are means: as many as there are
            self.connection.connection.execute(f"PRAGMA max_page_count = {1 if self.is_full else MOST}")
        return execute(*statement)


def limit(connection: Any, **_kwargs: Any) -> None:
    """Put the limit on a new connection."""
    connection.execute_wrappers.append(Disk(connection))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    connection_created.connect(limit)
    execute_from_command_line([sys.argv[0], "run"])
