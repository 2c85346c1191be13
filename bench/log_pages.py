"""How long the pages of the log of S2S postbacks take with a million rows in it, on PostgreSQL.

Server time of whole pages, session and rendering included, median and worst of several; one JSON line.
"""

import json
import os
import statistics
import sys
import time

from rich.progress import track

from bench.save_to_wire import DATABASE_URL, database

os.environ |= {"DATABASE_URL": DATABASE_URL, "DJANGO_SETTINGS_MODULE": "config.settings"}

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from campaigns.models import Campaign, Source  # noqa: E402
from delivery.models import Receiver  # noqa: E402

ROWS = int(os.environ.get("ROWS", "1000000"))
TIMES = 7  # each page

FILL = """
INSERT INTO delivery_sentpostback (task_key, kind, rule_name, campaign_id, source_id, receiver_id, subid, external_id,
  tid, status, method, url_template, url, notes, state, lane, due_at, attempts, code, answer, error, duration_ms,
  created)
SELECT 'bench:' || n, 'postback', 'rule', %(campaign)s, %(source)s, %(receiver)s, 'subid' || n, 'ext' || n, '',
  (ARRAY['lead','sale','rejected'])[1 + n %% 3], 'GET', 'http://receiver.test/p?c={external_id}',
  'http://receiver.test/p?c=ext' || n, '',
  CASE WHEN n %% 1000 = 0 THEN 'failed' ELSE 'sent' END, 0, NULL, 1, 200,
  'OK', '', 12, now() - (%(rows)s - n) * interval '1 second'
FROM generate_series(1, %(rows)s) n
"""


def fill() -> None:
    """A million finished postbacks, one a second."""
    source = Source.objects.create(name="Bench")
    campaign = Campaign.objects.create(name="Bench", alias="bench", source=source)
    receiver = Receiver.objects.create(origin="http://receiver.test:80")
    with connection.cursor() as cursor:
        values = {"campaign": campaign.pk, "source": source.pk, "receiver": receiver.pk, "rows": ROWS}
        cursor.execute(FILL, values)
        cursor.execute("ANALYZE delivery_sentpostback")


def pages() -> dict[str, str]:
    """What a person opens."""
    return {
        "newest": "",
        "in the middle": f"?before={ROWS // 2}",
        "at the end": "?before=60",
        "failed (1 in 1,000)": "?state=failed",
        "status sale": "?status=sale",
        "campaign": "?campaign=1",
        "last 24 hours": "?time=24h",
        "search for a subid": f"?q=subid{ROWS // 3}",
        "search for nobody": "?q=nobody",
    }


def main() -> int:
    """Fill, and open each page several times."""
    with database():
        told = measure()
    print(json.dumps({"log_page_ms": told, "rows": ROWS}))
    return 0


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds by page."""
    call_command("migrate", verbosity=0)
    fill()
    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.create_superuser("bench"))
    told = {}
    for name, query in track(list(pages().items()), description="pages"):
        took = [opened(client, f"/admin/delivery/sentpostback/{query}") for _ in range(TIMES + 1)][1:]
        told[name] = {"median": round(statistics.median(took), 1), "max": round(max(took), 1)}
    connection.close()
    return told


def opened(client: Client, address: str) -> float:
    """Milliseconds for one page, which has to be one."""
    started = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - started) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{address} was answered {response.status_code} {response.headers.get('Location', '')}")
    return took


if __name__ == "__main__":
    sys.exit(main())
