"""How long every page of the admin takes with a long history: `DATABASE_URL=postgres://.. python -m bench.page_times`.

Server time of whole pages, session and rendering included: median and worst of several. An empty database is filled
first, with ROWS rows in each log (five million); one that is full is measured as it is. A table goes to standard
error, JSON to standard output.
"""

import json
import os
import statistics
import sys
import time

os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "POSTBACK_ALLOWED_NETWORKS": "127.0.0.0/8"}

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from bench import long_history  # noqa: E402
from bench.backlog import DEAD, PATTERN, RECEIVERS  # noqa: E402
from bench.page_list import PAGES  # noqa: E402
from campaigns import tallies  # noqa: E402
from campaigns.models import Click  # noqa: E402
from campaigns.tallies.recounting import recount  # noqa: E402

ROWS = int(os.environ.get("ROWS", "5000000"))
TIMES = 7  # each page
MOST = 100  # milliseconds


class NotAPage(Exception):  # noqa: N818 - an outcome, not a mistake
    """What was answered instead."""


def main() -> int:
    """Fill, and open each page several times."""
    call_command("migrate", verbosity=0)
    if not Click.objects.exists():
        fill()
    took, wrong = measure()
    show(took, wrong)
    print(json.dumps({"page_rows": ROWS, "page_ms": took, "page_errors": wrong}))
    connection.close()
    return 0


def fill() -> None:
    """What the product has made itself is multiplied, and then counted."""
    call_command("shell", command=PATTERN.format(receivers=RECEIVERS, port=80, dead=DEAD), verbosity=0)
    with connection.cursor() as cursor:
        long_history.fill(cursor, ROWS)
    recount()
    tallies.fold_all()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure() -> tuple[dict[str, dict[str, float]], list[str]]:
    """Milliseconds by page, and what was no page: that costs the others nothing, for the filling took half an hour."""
    client = Client(headers={"host": "localhost"})
    user, _made = get_user_model().objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    client.force_login(user)
    told, wrong = {}, []
    for name, address in track(list(PAGES.items()), description="pages", console=Console(stderr=True)):
        try:
            took = [opened(client, address.format(**places())) for _ in range(TIMES + 1)][1:]
        except NotAPage as error:
            wrong.append(f"{name}: {error}")
        else:
            told[name] = {"median": round(statistics.median(took), 1), "max": round(max(took), 1)}
    return told, wrong


def places() -> dict[str, object]:
    """Where in the history the pages look."""
    middle = ROWS // 2 // 30_000 * 30_000 + RECEIVERS + 77
    return {"middle": middle, "failed": RECEIVERS + ROWS // 2000 * 1000, "day": time.strftime("%Y-%m-%d", long_ago())}


def long_ago() -> time.struct_time:
    """Seventy days."""
    return time.gmtime(time.time() - 70 * 86400)


def opened(client: Client, address: str) -> float:
    """Milliseconds for one page, which has to be one."""
    started = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - started) * 1000
    if response.status_code != 200:
        raise NotAPage(f"{address} was answered {response.status_code} {response.headers.get('Location', '')}")
    return took


def show(took: dict[str, dict[str, float]], wrong: list[str]) -> None:
    """The slowest last, which is where one looks."""
    table = Table("page", "median, ms", "worst, ms", title=f"{ROWS:,} rows in each log")
    for name, times in sorted(took.items(), key=lambda page: page[1]["median"]):
        table.add_row(name, str(times["median"]), str(times["max"]), style="red" if times["median"] > MOST else None)
    console = Console(stderr=True)
    console.print(table)
    for line in wrong:
        console.print(line, style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
