"""A process that saves conversions at a steady pace, each in a transaction of its own, as a web process does.

    python -m bench.feeder RATE SECONDS SHARE...

RATE is conversions a second. Of each hundred, SHARE (campaign=percent) go to that campaign; the rest take turns over
the campaigns that have no share. A share with a minus is left out: its conversions would have been, and are not.
Prints how late the latest one was, in seconds.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

from bench.backlog import RECEIVERS

THREADS = 4


def turns(shares: dict[int, int]) -> Iterator[int | None]:
    """The campaign of one conversion after the other; None: it is left out."""
    others = cycle([campaign for campaign in range(1, RECEIVERS + 1) if campaign not in {abs(key) for key in shares}])
    hundred: list[int | None] = [None] * 100
    taken = 0
    for campaign, percent in shares.items():
        hundred[taken : taken + percent] = [campaign] * percent
        taken += percent
    # 37 and 100 have no common divisor: the shares are spread, and each comes up as often as it should
    for number in count():
        place = hundred[number * 37 % 100]
        if place is None:
            yield next(others)
        else:
            yield place if place > 0 else None


def main() -> None:
    """Save them."""
    django.setup()
    from django.db import close_old_connections

    from campaigns.models import Click, Conversion

    rate, seconds = float(sys.argv[1]), float(sys.argv[2])
    shares = {int(campaign): int(percent) for campaign, _, percent in (text.partition("=") for text in sys.argv[3:])}
    clicks = {
        campaign: iter(Click.objects.filter(campaign=campaign).order_by("-id")[: int(rate * seconds)])
        for campaign in range(1, RECEIVERS + 1)
    }
    saved: list[float] = []

    def save(click: Click, number: int, due: float) -> None:
        saved.append(time.monotonic() - due)
        Conversion(click=click, tid=f"feed{number}", status="sale", revenue=2).save()

    begun = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        for number, campaign in zip(range(int(rate * seconds)), turns(shares), strict=False):
            due = begun + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            if campaign:
                pool.submit(save, next(clicks[campaign]), number, due)
        for _ in range(THREADS):
            pool.submit(close_old_connections)
    print(max(saved))


if __name__ == "__main__":
    main()
