"""Two clocks: one for dates, one for leases."""

import time

wall = time.time
"""Seconds since 1970, what grants' dates and tokens are compared with."""

_RUNS_IN_SUSPEND = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def lease() -> float:
    """Seconds that only go forward and do not stop while the machine sleeps: a lease must run out then, too."""
    return time.clock_gettime(_RUNS_IN_SUSPEND)
