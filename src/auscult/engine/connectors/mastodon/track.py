"""One timeline on its way: what of it was read, and how it goes on.

A *look* asks by REST for what is new. It climbs from the last id upwards (`min_id`) where ids
carry their time, so that a long way can be broken off and gone on with; else, and the first
time, it sweeps from the newest post down to what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auscult.engine.connectors.base import Covered
from auscult.engine.connectors.mastodon.statuses import Unreadable, moment
from auscult.engine.connectors.mastodon.stream import Listener
from auscult.engine.connectors.mastodon.timelines import Timeline

# Posts of other instances arrive late, and get an id of when they were written: each look
# goes back so far behind the last id.
LATE = timedelta(minutes=2)
_SHIFT = 16  # Mastodon's ids are milliseconds since 1970, and 16 bits more
_DIGITS = 19  # of the largest number of 64 bits
_EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Sweep:
    """A look from the newest post down.

    Attributes
    ----------
    floor : datetime
        Nothing before is looked for.
    started : datetime
    first : bool
        It is the first look: what is known doesn't end it.
    """

    floor: datetime
    started: datetime
    first: bool
    newest: str | None = None
    max_id: str | None = None
    oldest: datetime | None = None
    pages: int = 0

    def passed(self, page: list[tuple[str, datetime]]) -> None:
        """Note a page's places, newest first."""
        self.pages += 1
        if page:
            self.newest = self.newest or page[0][0]
            self.max_id = page[-1][0]
            times = [at for _, at in page]
            self.oldest = min([*times, self.oldest] if self.oldest else times)

    @property
    def reached(self) -> bool:
        """Whether it came down to its floor."""
        return self.oldest is not None and self.oldest < self.floor


@dataclass(slots=True, kw_only=True, eq=False)
class Track:
    """One timeline, and how far it is read.

    Attributes
    ----------
    min_id : str or None
        The newest id up to which everything was read; None: nothing was.
    at : datetime or None
        Until when it is covered.
    account_id : str
        Of an account's timeline.
    why : str
        Why it is closed to us; empty: it isn't.
    doubt : str
        Why it may be closed although it answers: until something comes, nothing is covered.
    wants_login : bool
        It is closed for want of a sign-in.
    due : float
        When it is looked at next, by the monotonic clock.
    again : bool
        A stream was opened since the last look began: only the next one closes the gap.
    behind : bool
        Between `min_id` and the stream something may be missing.
    checked : bool
        It was looked whether a list still goes back to `min_id`.
    """

    timeline: Timeline
    min_id: str | None = None
    at: datetime | None = None
    account_id: str = ""
    why: str = ""
    doubt: str = ""
    wants_login: bool = False
    due: float = 0.0
    sweep: Sweep | None = None
    cursor: str | None = None
    again: bool = False
    behind: bool = True
    checked: bool = False
    listener: Listener[Track] | None = None
    live: bool = False
    stream_why: str = ""
    failures: int = 0
    listen_at: float = 0.0
    listening_since: float = 0.0

    @property
    def state(self) -> dict[str, Any]:
        """What a snapshot keeps of it."""
        return {"min_id": self.min_id, "at": self.at.isoformat() if self.at else None}

    @property
    def climbs(self) -> bool:
        """Whether ids of this instance can be counted on to rise with time."""
        return self.min_id is not None and is_number(self.min_id)

    def saw(self, status_id: str) -> None:
        """Note that everything up to an id was read, if that can be told from it."""
        if is_number(status_id) and (self.min_id is None or self.climbs):
            self.min_id = str(max(int(status_id), int(self.min_id or 0)))

    def cover(self, until: datetime, community: str, reason: str = "") -> Covered | None:
        """Move `at` on, and return the stretch in between: a gap where it is closed."""
        since, self.at = self.at, max(until, self.at or until)
        if since is None or since >= until:
            return None
        why = reason or self.why or self.doubt
        return Covered(community=community, since=since, until=until, reason=why)


def track_of(timeline: Timeline, state: Any) -> Track:
    """Return the track of a timeline, as a snapshot knows it."""
    known = state if isinstance(state, dict) else {}
    at = known.get("at")
    return Track(
        timeline=timeline,
        min_id=known.get("min_id"),
        at=datetime.fromisoformat(at) if at else None,
    )


def is_number(status_id: str) -> bool:
    """Return whether an id is a number of 64 bits; servers may send any text.

    >>> is_number("117020593134559451"), is_number("²")
    (True, False)
    """
    return status_id.isascii() and status_id.isdigit() and len(status_id) <= _DIGITS


def rewound(status_id: str) -> str:
    """Return an id of two minutes before an id that carries its time; else the same.

    >>> rewound("117020593134559451")
    '117020585270239451'
    """
    number = int(status_id)
    if number >> _SHIFT < _EARLIEST.timestamp() * 1000:
        return status_id
    return str(number - (int(LATE.total_seconds() * 1000) << _SHIFT))


def places(page: list[Any]) -> list[tuple[str, datetime]]:
    """Return id and time of each entry of a page that has them; of a boost, its own."""
    found = []
    for one in page:
        try:
            found.append((str(one["id"]), moment(one["created_at"])))
        except (Unreadable, KeyError, TypeError):
            continue  # it is told of where it is read
    return found
