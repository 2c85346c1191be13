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
from campaigns import tallies  # noqa: E402
from campaigns.models import Click  # noqa: E402
from campaigns.tallies.recounting import recount  # noqa: E402

ROWS = int(os.environ.get("ROWS", "5000000"))
TIMES = 7  # each page
MOST = 100  # milliseconds
SENT, CLICKS = "/admin/delivery/sentpostback/", "/admin/campaigns/click/"
CONVERSIONS, RECEIVED = "/admin/campaigns/conversion/", "/admin/campaigns/receivedpostback/"
REFUSED = "/admin/postbacks/refusal/"
MIDDLE = "{middle}"  # an id in the middle of all logs, of nothing special
PAGES = {
    "overview": "/admin/",
    **{f"overview: {span}": f"/admin/?span={span}" for span in ("minutes", "hours", "days")},
    "overview: what is renewed": "/admin/overview/part/",
    "S2S log: newest": SENT,
    "S2S log: in the middle": f"{SENT}?before={MIDDLE}",
    "S2S log: at the end": f"{SENT}?before=60",
    "S2S log: newer than the middle": f"{SENT}?after={MIDDLE}",
    **{f"S2S log: {state}": f"{SENT}?state={state}" for state in ("sent", "queued", "failed", "unknown", "cancelled")},
    **{f"S2S log: code {code}": f"{SENT}?code={code}" for code in ("403", "404", "2xx", "4xx", "5xx", "none")},
    "S2S log: status sale": f"{SENT}?status=sale",
    "S2S log: campaign": f"{SENT}?campaign=7",
    "S2S log: source": f"{SENT}?source=1",
    "S2S log: receiver": f"{SENT}?receiver=7",
    "S2S log: rule": f"{SENT}?rule=7",
    "S2S log: tests": f"{SENT}?kind=test",
    "S2S log: retried": f"{SENT}?attempts=retried",
    "S2S log: tried many times": f"{SENT}?attempts=many",
    "S2S log: last hour": f"{SENT}?time=hour",
    "S2S log: last 24 hours": f"{SENT}?time=24h",
    "S2S log: one day long ago": f"{SENT}?since={{day}}&until={{day}}",
    "S2S log: a rule's 403 of 24 hours": f"{SENT}?rule=7&state=failed&code=403&time=24h",
    "S2S log: failed of a campaign": f"{SENT}?campaign=7&state=failed",
    "S2S log: what there is none of": f"{SENT}?campaign=7&state=failed&code=500",
    "S2S log: a subid": f"{SENT}?q=bench{MIDDLE}",
    "S2S log: an external id": f"{SENT}?q=ext{MIDDLE}",
    "S2S log: nobody": f"{SENT}?q=nobody",
    "postback": f"{SENT}{MIDDLE}/change/",
    "postback that failed": f"{SENT}{{failed}}/change/",
    "clicks": CLICKS,
    "clicks: campaign": f"{CLICKS}?campaign=7",
    "clicks: source": f"{CLICKS}?traffic_source=1",
    "clicks: last 24 hours": f"{CLICKS}?time=24h",
    "clicks: a subid": f"{CLICKS}?q=bench{MIDDLE}",
    "click": f"{CLICKS}{MIDDLE}/change/",
    "conversions": CONVERSIONS,
    "conversions: in the middle": f"{CONVERSIONS}?before={MIDDLE}",
    "conversions: sale": f"{CONVERSIONS}?status=sale",
    "conversions: a status that is rare": f"{CONVERSIONS}?status=rebill",
    "conversions: campaign": f"{CONVERSIONS}?click__campaign=7",
    "conversions: last 24 hours": f"{CONVERSIONS}?time=24h",
    "conversions: a tid": f"{CONVERSIONS}?q=tid{MIDDLE}",
    "conversion": f"{CONVERSIONS}{MIDDLE}/change/",
    "received postbacks": RECEIVED,
    "received postbacks: refused": f"{RECEIVED}?verdict=refused",
    "received postbacks: campaign": f"{RECEIVED}?campaign=7",
    "received postbacks: last 24 hours": f"{RECEIVED}?time=24h",
    "received postbacks: a subid": f"{RECEIVED}?q=bench{MIDDLE}",
    "received postback": f"{RECEIVED}{MIDDLE}/change/",
    "not sent": REFUSED,
    "not sent: reason": f"{REFUSED}?why=no_external_id",
    "not sent: campaign and reason": f"{REFUSED}?campaign=7&why=no_external_id",
    "not sent: rule": f"{REFUSED}?rule=7",
    "why not sent": f"/admin/explain/bench{MIDDLE}/",
    "receivers": "/admin/delivery/receiver/",
    "receiver": "/admin/delivery/receiver/7/change/",
    "search: a subid": f"/admin/search/?q=bench{MIDDLE}",
    "search: an external id": f"/admin/search/?q=ext{MIDDLE}",
    "search: a tid": f"/admin/search/?q=tid{MIDDLE}",
    "search: a name of campaigns": "/admin/search/?q=Campaign",
    "search: part of a URL": "/admin/search/?q=127.0.0.7",
    "search: nobody": "/admin/search/?q=nobody",
    "campaigns": "/admin/campaigns/campaign/",
    "what became of a campaign's conversions": "/admin/campaigns/campaign/7/funnel/",
    "campaign with its S2S postbacks": "/admin/campaigns/campaign/7/change/",
    "sources": "/admin/campaigns/source/",
    "source": "/admin/campaigns/source/1/change/",
}


def main() -> int:
    """Fill, and open each page several times."""
    call_command("migrate", verbosity=0)
    if not Click.objects.exists():
        fill()
    took = measure()
    show(took)
    print(json.dumps({"page_rows": ROWS, "page_ms": took}))
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


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds by page."""
    client = Client(headers={"host": "localhost"})
    user, _made = get_user_model().objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    client.force_login(user)
    told = {}
    for name, address in track(list(PAGES.items()), description="pages", console=Console(stderr=True)):
        took = [opened(client, address.format(**places())) for _ in range(TIMES + 1)][1:]
        told[name] = {"median": round(statistics.median(took), 1), "max": round(max(took), 1)}
    return told


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
        raise SystemExit(f"{address} was answered {response.status_code} {response.headers.get('Location', '')}")
    return took


def show(took: dict[str, dict[str, float]]) -> None:
    """The slowest last, which is where one looks."""
    table = Table("page", "median, ms", "worst, ms", title=f"{ROWS:,} rows in each log")
    for name, times in sorted(took.items(), key=lambda page: page[1]["median"]):
        table.add_row(name, str(times["median"]), str(times["max"]), style="red" if times["median"] > MOST else None)
    Console(stderr=True).print(table)


if __name__ == "__main__":
    sys.exit(main())
