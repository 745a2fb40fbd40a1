"""What was spent of the day's quota: searches have one of their own, everything else units.

https://developers.google.com/youtube/v3/determine_quota_cost: 100 calls of `search.list` a
day, and 10,000 units for all others, of which the lists that are read here cost one each. Also
a call that fails costs. Both begin anew at midnight Pacific time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from auscult.engine.connectors.live import Quota
from auscult.engine.kernel.clock import Clock

PACIFIC = ZoneInfo("America/Los_Angeles")
SEARCHES, UNITS = "searches", "units"


class Spent(Exception):
    """The day's budget of one kind is used up."""


@dataclass(slots=True)
class Spending:
    """The account of one day.

    Parameters
    ----------
    budget : dict
        Of `searches` and `units`, until midnight Pacific time.
    clock : Clock
    day : str
        Of the account, as a date in Pacific time; empty: none was kept.
    spent : dict
        So far on that day.
    """

    budget: dict[str, int]
    clock: Clock
    day: str
    spent: dict[str, int]

    def take(self, kind: str, *, keep: int = 0) -> None:
        """Spend one, before it is asked for.

        Parameters
        ----------
        kind : str
            `searches` or `units`.
        keep : int
            So many are left for what matters more.

        Raises
        ------
        Spent
            None is left.
        """
        self._turn()
        if self.left(kind) - keep <= 0:
            raise Spent(kind)
        self.spent[kind] += 1

    def left(self, kind: str) -> int:
        """Return how many are left today."""
        self._turn()
        return self.budget[kind] - self.spent[kind]

    def used_up(self, kind: str) -> None:
        """Note that YouTube gives no more today: others use the same key, or it allows less."""
        self._turn()
        self.spent[kind] = max(self.spent[kind], self.budget[kind])

    @property
    def resets_at(self) -> datetime:
        """The next midnight in Pacific time, UTC."""
        now = self.clock.now()
        tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), PACIFIC).astimezone(now.tzinfo)

    def quota(self, kind: str) -> Quota:
        """Return what a person is shown of one kind."""
        self._turn()
        return Quota(
            unit=kind,
            spent=self.spent[kind],
            budget=self.budget[kind],
            resets_at=self.resets_at,
        )

    def _turn(self) -> None:
        """Begin a new account when a new day has begun."""
        today = self.clock.now().astimezone(PACIFIC).date().isoformat()
        if today != self.day:
            self.day = today
            self.spent = {SEARCHES: 0, UNITS: 0}
