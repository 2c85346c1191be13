"""What this runs with."""

import platform
import sqlite3
from importlib.metadata import version

import django
from django.conf import settings
from django.db import connection

from delivery import heart

try:
    import pycurl
except ImportError:  # then requests sends
    CURL = ""
else:
    CURL = str(pycurl.version_info()[1])


def versions() -> dict[str, str]:
    """By name."""
    return {
        "S2S Postbacks": heart.version() or "?",
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "Celery": version("celery"),
        "libcurl": CURL or "–",
        **_database(),
    }


def transport() -> str:
    """What sends."""
    return str(settings.POSTBACK_TRANSPORT)


def _database() -> dict[str, str]:
    if connection.vendor != "postgresql":
        return {"SQLite": sqlite3.sqlite_version}
    number = connection.pg_version  # type: ignore[attr-defined]
    return {"PostgreSQL": f"{number // 10000}.{number % 10000}"}
