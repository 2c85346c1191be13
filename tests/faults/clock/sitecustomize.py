"""On the path of workers whose wall clock is faked: sleep by another call.

libfaketime 0.9.10 takes time.sleep's deadline, which is one of the monotonic clock, for one of the wall clock.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex) -> None:
    """As time.sleep does."""
    select.select([], [], [], float(seconds))


time.sleep = sleep
