"""What is true of a simulated town, as values: planted events, copies, later changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.plan import FIRST, HOUR, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was planted.

    Attributes
    ----------
    key, kind, about : str
        Kinds are crisis, rumour, story, campaign, background, copies and quiet.
    onset, peak, end : datetime
        When it starts, the middle of its fullest hour, and when 95 in 100 of its posts have
        been written. Of a quiet week: its first moment, its middle, its last.
    posts : int
        How many posts belong to it, answers included; of a quiet week, those written in it.
    communities : tuple of str
        Keys of the communities in which it is told, the busiest first.
    origin : str
        uri of the post that starts it; empty where none does.
    """

    key: str
    kind: str
    about: str
    onset: datetime
    peak: datetime
    end: datetime
    posts: int
    communities: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All that is known: events, and tables of posts, people and later changes.

    `posts` has the schema `columns.TRUTH` and a row for each post, in order of time;
    `people` one for each account; `changes` the edits and deletions that came later.
    """

    events: tuple[Event, ...]
    posts: pa.Table
    people: pa.Table
    changes: pa.Table

    def event(self, key: str) -> Event:
        """Give an event by its key."""
        return next(event for event in self.events if event.key == key)


def moment(micros: int) -> datetime:
    """Give a moment in UTC for microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _busiest(numbers: NDArray[np.int16]) -> tuple[str, ...]:
    counts = np.bincount(numbers, minlength=len(COMMUNITIES))
    order = np.argsort(-counts, kind="stable")
    return tuple(COMMUNITIES[number].key for number in order if counts[number])


def planted_events(plan: Plan, uris: dict[int, str]) -> tuple[Event, ...]:
    """Measure each planted event on the plan; `uris` are those of `origin_rows`."""
    events: list[Event] = []
    origins = origin_rows(plan)
    for number, drawn in enumerate(plan.events):
        rows = np.flatnonzero(plan.event == number)
        if rows.size == 0:
            continue
        micros = plan.micros[rows]
        hours = (micros - micros[0]) // HOUR
        peak = int(np.argmax(np.bincount(hours)))
        events.append(
            Event(
                key=drawn.key,
                kind=drawn.planted.kind,
                about=drawn.planted.about,
                onset=moment(int(micros[0])),
                peak=moment(int(micros[0] + peak * HOUR + HOUR // 2)),
                end=moment(int(np.quantile(micros, 0.95))),
                posts=int(rows.size),
                communities=_busiest(plan.community[rows]),
                origin=uris.get(origins.get(number, -1), ""),
            )
        )
    events += [_quiet(plan, begin, end, n) for n, (begin, end) in enumerate(plan.quiet)]
    return tuple(sorted(events, key=lambda event: event.onset))


def _quiet(plan: Plan, begin: float, end: float, number: int) -> Event:
    first, last = (plan.start + timedelta(hours=hours) for hours in (begin, end))
    low, high = (int(edge.timestamp() * 1_000_000) for edge in (first, last))
    inside = (plan.micros >= low) & (plan.micros < high)
    return Event(
        key="quiet-week" if number == 0 else f"quiet-week-{number + 1}",
        kind="quiet",
        about="People talk less, and of other things than the hospital.",
        onset=first,
        peak=first + (last - first) / 2,
        end=last,
        posts=int(inside.sum()),
        communities=_busiest(plan.community[inside]),
        origin="",
    )


def origin_rows(plan: Plan) -> dict[int, int]:
    """Give the row of the post that starts each event which one post starts."""
    found: dict[int, int] = {}
    for number, drawn in enumerate(plan.events):
        if drawn.planted.origin[0]:
            rows = np.flatnonzero((plan.event == number) & (plan.link == FIRST))
            found[number] = int(rows[0])
    return found
