"""Time is passed in, never taken: this is the only place that asks the machine for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place


class FixedClock:
    """A clock that stands until it is moved: for tests, replays and simulations.

    Parameters
    ----------
    moment : datetime
        Where it stands at first; it must be aware.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=1))
    >>> clock.now().isoformat()
    '2026-01-01T01:00:00+00:00'
    """

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"a clock needs an aware time, not {moment.isoformat()}")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return self._moment

    def advance(self, by: timedelta) -> None:
        """Move forward (or back, with a negative step)."""
        self._moment += by
