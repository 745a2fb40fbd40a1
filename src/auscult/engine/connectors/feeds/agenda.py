"""Whom to ask next: the feeds that are due, and the peace of those who serve them.

A host (with its port) is never asked twice at the same time, nor sooner than a second after
its last answer; a host that asks for a pause (`Retry-After`) gets it for all of its feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from auscult.engine.connectors.feeds.state import FeedState

BETWEEN = 1.0
# No feed waits longer, whatever it wishes: what is due later was noted by a clock that was wrong.
FARTHEST = timedelta(days=9)


class Agenda:
    """The feeds' times.

    Parameters
    ----------
    states : mapping
        Of each feed, by address; read anew at each call.
    elapsed : callable
        Seconds of a clock that never goes back.
    between : float
        Seconds between an answer of a host and the next request to it.
    """

    def __init__(
        self,
        states: Mapping[str, FeedState],
        elapsed: Callable[[], float],
        between: float = BETWEEN,
    ) -> None:
        self._states = states
        self._between = between
        self._elapsed = elapsed
        self._asked: dict[str, str] = {}  # feeds that are being asked: address to host
        self._rested: dict[str, float] = {}  # hosts, and when they may be asked again
        self._barred: dict[str, datetime] = {}

    @property
    def running(self) -> int:
        """How many feeds are being asked."""
        return len(self._asked)

    def take(self, now: datetime, room: int) -> list[str]:
        """Return feeds to be asked now, at most so many, the longest overdue first."""
        if room <= 0:
            return []
        taken: list[str] = []
        for address in self._due(now):
            host = self.host(address)
            if self._is_free(host, now):
                self._asked[address] = host
                taken.append(address)
                if len(taken) == room:
                    break
        return taken

    def answered(self, address: str, barred_until: datetime | None) -> None:
        """Note that a feed's answer came, and until when its host wants to be left alone."""
        host = self._asked.pop(address)
        self._rested[host] = self._elapsed() + self._between
        if barred_until is not None:
            self._barred[host] = barred_until

    def next(self, now: datetime) -> datetime | None:
        """Return when the next feed is due; now, if one is; None: never."""
        times = [
            state.next if state.next and _waits(state, now) else now
            for address, state in self._states.items()
            if address not in self._asked
        ]
        return max(min(times), now) if times else None

    def host(self, address: str) -> str:
        """Return the host that serves a feed."""
        return urlsplit(self._states[address].moved or address).netloc.lower()

    def _due(self, now: datetime) -> list[str]:
        due = [
            (state.next.timestamp() if state.next else 0.0, address)
            for address, state in self._states.items()
            if address not in self._asked and not _waits(state, now)
        ]
        return [address for _, address in sorted(due, key=lambda pair: pair[0])]

    def _is_free(self, host: str, now: datetime) -> bool:
        if host in self._asked.values() or self._rested.get(host, 0.0) > self._elapsed():
            return False
        barred = self._barred.get(host)
        return barred is None or barred <= now


def _waits(state: FeedState, now: datetime) -> bool:
    return state.next is not None and now < state.next <= now + FARTHEST
