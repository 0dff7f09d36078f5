"""How many processors there are for us."""

from __future__ import annotations

import os


def available() -> int:
    """The processors this process may run on; at least one."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def share(readers: int) -> int:
    """The processors for each of several readers at work at a time.

    >>> share(10**6)
    1
    """
    return max(1, available() // max(1, readers))
