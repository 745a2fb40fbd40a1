"""One request after the other, for all sources of this program that ask the same host."""

from __future__ import annotations

import threading
from time import monotonic
from urllib.parse import urlsplit


class Turns:
    """Hands out moments at which a host may be asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def take(self, address: str, apart: float) -> float:
        """Reserve the next turn at an address's host, and return the seconds until it.

        Parameters
        ----------
        address : str
        apart : float
            Seconds that have to lie between this request and the one after it.
        """
        host = urlsplit(address).netloc
        with self._lock:
            now = monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + apart
            return turn - now


# GDELT counts requests by the address they come from, which all sources of a program share.
TURNS = Turns()
