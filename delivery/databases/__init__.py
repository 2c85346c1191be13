"""Where the databases differ: how due rows are leased, and how what became of them is written."""

from types import ModuleType

from django.db import connection

from delivery.databases import postgresql, sqlite


def database() -> ModuleType:
    """The room of the database in use."""
    return postgresql if connection.vendor == "postgresql" else sqlite
