"""How many requests an instance allows, and how many are left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from auscult.engine.connectors.live import Quota
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Headers

LIMIT = 300  # requests in a period: Mastodon's own default, for a token or an address
PERIOD = timedelta(minutes=5)
RESERVE = 10  # one in so many is left to the people who use the same account
LONGEST = timedelta(minutes=15)  # a reset that is later than that is a clock's fault


class Budget:
    """Counts requests, by the instance's headers where it sends them, else by itself.

    Parameters
    ----------
    clock : Clock
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.limit = LIMIT
        self._left = LIMIT
        self._resets_at = clock.now() + PERIOD

    @property
    def _reserve(self) -> int:
        return self.limit // RESERVE

    def wait(self) -> float:
        """Return the seconds until the next request may be made; 0: now."""
        self._renew()
        if self._left > self._reserve:
            return 0.0
        return max(0.0, (self._resets_at - self._clock.now()).total_seconds())

    def spend(self) -> None:
        """Note that a request is made."""
        self._renew()
        self._left = max(0, self._left - 1)

    def told(self, headers: Headers) -> None:
        """Take over what an answer says of the limit."""
        limit = _number(headers.get("x-ratelimit-limit"))
        left = _number(headers.get("x-ratelimit-remaining"))
        if limit is None or left is None or limit <= 0:
            return
        self.limit, self._left = limit, min(left, limit)
        until = resets_in(headers, self._clock)
        if until is not None:
            self._resets_at = self._clock.now() + until

    @property
    def quota(self) -> Quota:
        """What was used of it, for a person."""
        return Quota(
            unit="requests",
            spent=self.limit - self._left,
            budget=self.limit,
            resets_at=self._resets_at,
        )

    def share(self, timelines: int) -> float:
        """Return the seconds between two looks at each of so many timelines.

        Half of the budget is for looks (each takes two requests when there is something
        new); the other half is for catching up and for rechecks.
        """
        return 2 * timelines * PERIOD.total_seconds() / max(1.0, self.limit / 2)

    def _renew(self) -> None:
        now = self._clock.now()
        # No reset is farther: then the clock was set back.
        if not now < self._resets_at <= now + LONGEST:
            self._left = self.limit
            self._resets_at = now + PERIOD


def resets_in(headers: Headers, clock: Clock) -> timedelta | None:
    """Return how long it takes until the instance counts anew, by the instance's own clock."""
    try:
        until = datetime.fromisoformat(headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - _its_now(headers, clock), timedelta(0)), LONGEST)


def _its_now(headers: Headers, clock: Clock) -> datetime:
    try:
        said = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, IndexError, OverflowError):
        return clock.now()
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
