"""How often a program may ask: token buckets in the memory of the process that serves.

In memory, not in the database: a row that every request writes would stand in the way of the
listener, who writes 500 posts a second to the same file. Each worker of the web server counts for
itself (`server.py` has two at most), so that somebody whose requests reach both may ask twice as
often. After a restart everybody begins anew.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEPT = 10_000  # buckets; the one that was used longest ago goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much somebody may still ask.

    Attributes
    ----------
    limit : int
        Requests that a full bucket holds.
    remaining : int
        Requests that are left now.
    reset : int
        Seconds until the bucket is full again.
    wait : int
        Seconds until one more is allowed; 0: this one was.
    """

    limit: int
    remaining: int
    reset: int
    wait: int


class Limits:
    """A bucket for each name: it holds `limit` requests, and fills up in `seconds`."""

    def __init__(
        self, limit: int, seconds: float, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self.rate = limit / seconds
        self._timer = timer
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Standing:
        """Take one request from a bucket, where it has one."""
        with self._lock:
            now = self._timer()
            level, since = self._buckets.pop(name, (float(self.limit), now))
            level = min(float(self.limit), level + (now - since) * self.rate)
            allowed = level >= 1
            level -= allowed
            self._buckets[name] = (level, now)
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
        return Standing(
            limit=self.limit,
            remaining=int(level),
            reset=math.ceil((self.limit - level) / self.rate),
            wait=0 if allowed else max(1, math.ceil((1 - level) / self.rate)),
        )
