"""Strips of coverage under a chart: what of its time was read, sampled, not read, or unknown.

The geometry alone, in the units of `charts`: stretches in, places in a drawing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from auscult.web.listening.charts import WIDTH
from auscult.web.sources.coverage import Stretch

LINES = 6  # strips under a chart; more of them are folded away
MOST_FOLDED = 100  # of these, so many are drawn; the table and exports have all
THINNEST = 2.0  # units: a gap of a minute in a year must not vanish

Kind = Literal["read", "sampled", "gap"]
# What is drawn later lies above: a gap within a time that was read is to be seen.
ORDER: tuple[Kind, ...] = ("sampled", "read", "gap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch of a strip, as SVG attributes.

    Attributes
    ----------
    stretches : tuple of Stretch
        What it stands for; neighbours that are too near to be told apart share a mark.
    """

    kind: Kind
    x: str
    width: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The strip of a source, or of one of its communities.

    Attributes
    ----------
    community : str
        Empty: all of the source.
    communities : int
        How many communities lie over each other in it; 1: it is one, or the whole source.
    share : float
        Of the time, 0 to 1, in which it was read, in whole or sampled.
    least, most : float
        Between which shares of the posts the source gave, 0 to 1; 1 where nothing was read.
    gaps : tuple of Stretch
        When it was not read, with the reasons, oldest first.
    """

    source_id: int
    source: str
    community: str
    communities: int
    marks: tuple[Mark, ...]
    share: float
    least: float
    most: float
    gaps: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """All strips of a chart.

    Attributes
    ----------
    shown, folded : tuple of Lane
        Those beside the chart, and those that are opened on demand.
    left_out : int
        Strips that are not drawn at all.
    stretches : tuple of Stretch
        What they are drawn from, for the table.
    """

    since: datetime
    until: datetime
    shown: tuple[Lane, ...]
    folded: tuple[Lane, ...]
    left_out: int
    stretches: tuple[Stretch, ...]

    @property
    def kinds(self) -> frozenset[Kind]:
        """What stands in the strips, for their key."""
        lanes = (*self.shown, *self.folded)
        return frozenset(mark.kind for lane in lanes for mark in lane.marks)


def draw(stretches: Sequence[Stretch], *, since: datetime, until: datetime, now: datetime) -> Lanes:
    """Lay out what was covered from `since` to `until`.

    Up to six communities have a strip each. With more, each source has one strip, its
    communities laid over each other, and those of single communities are folded away.

    Parameters
    ----------
    stretches : sequence of Stretch
        By source, then community (`sources.coverage.coverage`).
    now : datetime
        What comes after it can't have been read, and counts in no share.
    """
    inside = [_cut(one, since, until) for one in stretches]
    kept = [one for one in inside if one.until > one.since]
    ends = max(min(until, now), since)
    single = [
        _lane(list(of), since, until, ends)
        for _, of in groupby(kept, key=lambda one: (one.source_id, one.community))
    ]
    if len(single) <= LINES:
        shown, folded = single, []
    else:
        whole = [
            _lane(list(of), since, until, ends)
            for _, of in groupby(kept, key=lambda one: one.source_id)
        ]
        several = {lane.source_id for lane in whole if lane.communities > 1}
        shown = whole[:LINES]
        folded = whole[LINES:] + [lane for lane in single if lane.source_id in several]
    return Lanes(
        since=since,
        until=until,
        shown=tuple(shown),
        folded=tuple(folded[:MOST_FOLDED]),
        left_out=max(0, len(folded) - MOST_FOLDED),
        stretches=tuple(kept),
    )


def _cut(one: Stretch, since: datetime, until: datetime) -> Stretch:
    return replace(one, since=max(one.since, since), until=min(one.until, until))


def _lane(of: list[Stretch], since: datetime, until: datetime, ends: datetime) -> Lane:
    names = {one.community for one in of}
    read = [one for one in of if not one.reason]
    known = covered_time((one.since, min(one.until, ends)) for one in read)
    return Lane(
        source_id=of[0].source_id,
        source=of[0].source,
        community=of[0].community if len(names) == 1 else "",
        communities=len(names),
        marks=tuple(mark for kind in ORDER for mark in _marks(kind, of, since, until)),
        share=min(1.0, known / (ends - since)) if ends > since else 0.0,
        least=min((one.sampled for one in read), default=1.0),
        most=max((one.sampled for one in read), default=1.0),
        gaps=tuple(sorted((one for one in of if one.reason), key=lambda one: one.since)),
    )


def kind_of(stretch: Stretch) -> Kind:
    """Return how a stretch is drawn."""
    if stretch.reason:
        return "gap"
    return "sampled" if stretch.sampled < 1 else "read"


def covered_time(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Return how much time lies in spans that may overlap, each moment once."""
    total = timedelta()
    reached: datetime | None = None
    for since, until in sorted(spans):
        begin = since if reached is None else max(since, reached)
        if until > begin:
            total += until - begin
        reached = until if reached is None else max(reached, until)
    return total


def _marks(kind: Kind, of: Iterable[Stretch], since: datetime, until: datetime) -> list[Mark]:
    """Return the marks of one kind; what would touch or overlap in the drawing is one mark."""
    unit = (until - since) / WIDTH
    chosen = sorted((one for one in of if kind_of(one) == kind), key=lambda one: one.since)
    runs: list[tuple[float, float, list[Stretch]]] = []
    for one in chosen:
        first = min((one.since - since) / unit, WIDTH - THINNEST)
        last = max((one.until - since) / unit, first + THINNEST)
        if runs and first <= runs[-1][1]:
            runs[-1][2].append(one)
            runs[-1] = (runs[-1][0], max(runs[-1][1], last), runs[-1][2])
        else:
            runs.append((first, last, [one]))
    return [
        Mark(kind=kind, x=f"{first:.1f}", width=f"{last - first:.1f}", stretches=tuple(stretches))
        for first, last, stretches in runs
    ]
