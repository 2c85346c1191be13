"""On the path of workers whose wall clock is faked: sleep by another call.

libfaketime 0.9.10 takes time.sleep's deadline, which is one of the monotonic clock, for one of the wall clock.
"""

import select
import time


def sleep(seconds: float) -> None:
    """As time.sleep does."""
    select.select([], [], [], seconds)


time.sleep = sleep
