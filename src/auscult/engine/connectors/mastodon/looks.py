"""Looking at timelines by REST, a request at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from auscult.engine.connectors.base import Covered
from auscult.engine.connectors.mastodon.api import PAGE, Api
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.pending import Pending
from auscult.engine.connectors.mastodon.timelines import Kind
from auscult.engine.connectors.mastodon.track import LATE, Sweep, Track, is_number, places, rewound
from auscult.engine.kernel.clock import Clock

BACK = 50  # pages that a sweep goes down at most
LIST_ENDS = "The list keeps only its newest posts; what was said before was not read."
BESIDES = 600.0  # seconds between two looks at a timeline whose stream is live


class Looks:
    """Looks at the timelines of one instance.

    Parameters
    ----------
    api, config, pending, clock
    community : callable
        From a track to its name in what is covered.
    """

    def __init__(
        self,
        api: Api,
        config: MastodonConfig,
        pending: Pending,
        clock: Clock,
        community: Callable[[Track], str],
    ) -> None:
        self._api = api
        self._config = config
        self._pending = pending
        self._clock = clock
        self._community = community

    def step(self, track: Track) -> None:
        """Make the next request of a look.

        Raises
        ------
        Closed
            The timeline isn't given to us.
        Remote
            The instance failed.
        """
        if track.sweep is None and not track.climbs:
            track.sweep = self._new_sweep(track)
            track.again = False
        if track.sweep is not None:
            self._sweep(track, track.sweep)
        else:
            self._climb(track)

    def newest(self, track: Track) -> list[Any]:
        """Return the newest page of a timeline, unread."""
        return self._page(track)

    @property
    def pause(self) -> float:
        """Seconds between two looks at a timeline without a stream."""
        timelines = len(self._config.timelines)
        return max(self._config.poll_every, self._api.budget.share(timelines))

    def _page(self, track: Track, **params: str | None) -> list[Any]:
        timeline = track.timeline
        return self._api.statuses(timeline.path(track.account_id), {**timeline.params, **params})

    def _new_sweep(self, track: Track) -> Sweep:
        now = self._clock.now()
        if track.at is None:
            floor = now - timedelta(days=self._config.history_days)
            return Sweep(floor=floor, started=now, first=True)
        return Sweep(floor=track.at - LATE, started=now, first=track.min_id is None)

    def _sweep(self, track: Track, sweep: Sweep) -> None:
        before = sweep.max_id
        page = self._page(track, max_id=before)
        fresh = self._take(track, page)
        sweep.passed(places(page))
        stuck = sweep.max_id == before  # nothing came, or the same again
        known = not sweep.first and not fresh
        if stuck or known or sweep.reached or sweep.pages >= BACK:
            self._end_sweep(track, sweep, whole=stuck or known or sweep.reached)
        else:
            track.due = time.monotonic()

    def _end_sweep(self, track: Track, sweep: Sweep, *, whole: bool) -> None:
        community = self._community(track)
        since = track.at or sweep.floor
        if not whole and sweep.oldest is not None and since < sweep.oldest:
            reason = f"Only the newest {sweep.pages * PAGE:,} posts were read back."
            self._pending.cover(
                Covered(community=community, since=since, until=sweep.oldest, reason=reason)
            )
            since = sweep.oldest
        track.at = min(since, sweep.started)
        track.sweep = None
        track.min_id = sweep.newest or track.min_id
        self._end(track, sweep.started)

    def _climb(self, track: Track) -> None:
        assert track.min_id is not None
        if track.cursor is None:
            self._check_reach(track)
            track.cursor = rewound(track.min_id)
            track.again = False
        started, top = self._clock.now(), int(track.min_id)
        page = self._page(track, min_id=track.cursor)
        self._take(track, page)
        newest = max((int(i) for i, _ in places(page) if is_number(i)), default=0)
        if newest <= int(track.cursor) or (newest == top and len(page) < PAGE and not track.live):
            track.cursor = None
            self._end(track, started)
            return
        track.cursor = str(newest)
        track.saw(track.cursor)
        track.due = time.monotonic()

    def _check_reach(self, track: Track) -> None:
        """Report a gap where a list doesn't go back any more to what was read last.

        An instance keeps only some hundred posts of a list; of other timelines it keeps all.
        """
        if track.checked or track.timeline.kind is not Kind.LIST or track.at is None:
            return
        track.checked = True
        assert track.min_id is not None
        if self._page(track, max_id=str(int(track.min_id) + 1), limit="1"):
            return
        oldest = [at for _, at in places(self._page(track, min_id=track.min_id))]
        until = min(oldest, default=self._clock.now())
        covered = track.cover(until, self._community(track), LIST_ENDS)
        if covered is not None:
            self._pending.cover(covered)

    def _end(self, track: Track, started: datetime) -> None:
        """Close a look: everything up to its start was read."""
        covered = track.cover(started, self._community(track))
        if covered is not None:
            self._pending.cover(covered)
        track.behind = track.again
        if track.again:
            track.due = time.monotonic()
        else:
            track.due = time.monotonic() + (BESIDES if track.live else self.pause)

    def _take(self, track: Track, page: list[Any]) -> int:
        """Take a page's statuses, the oldest first; return how many of them are new here."""
        if page:
            track.doubt = ""
        before = self._pending.taken
        for status in reversed(page):
            self._pending.add(status)
        return self._pending.taken - before
