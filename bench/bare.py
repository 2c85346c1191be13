"""The bare transport: the same requests, addresses checked, and no database. Runs until it is ended.

    python -m bench.bare PORT NUMBER

NUMBER tells the processes apart, so that no two send the same key.
"""

import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings

from bench.backlog import RECEIVERS
from delivery.transport import PostbackRequest, transport_from_settings
from postbacks.addresses import why_refused


def main() -> None:
    """Keep the transport full."""
    django.setup()
    port, process = int(sys.argv[1]), int(sys.argv[2])
    transport = transport_from_settings()
    number, until = 0, time.monotonic() + float(os.environ.get("BENCH_AT_MOST", "120"))
    while time.monotonic() < until:
        free = transport.free()
        transport.start([request(port, process, n) for n in range(number, number + free)])
        number += free
        transport.poll(0.05)
    transport.close(0)


def request(port: int, process: int, number: int) -> PostbackRequest:
    """As the pump would send it."""
    url = f"http://127.0.0.{1 + number % RECEIVERS}:{port}/p?c=ext{number}&s=lead&r=1.5&t="
    if refused := why_refused(url, settings.POSTBACK_ALLOWED_NETWORKS):
        raise SystemExit(refused)
    return PostbackRequest(id=number, method="GET", url=url, headers={"Idempotency-Key": f"{process:08}-{number:027}"})


if __name__ == "__main__":
    main()
