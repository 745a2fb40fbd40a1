"""What the page Peers shows: small drawings side by side, on common scales.

The geometry of `charts`, for several accounts; templates draw it as SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auscult.web.accounts.models import Actor
from auscult.web.listening import charts, lanes
from auscult.web.listening.charts import HEIGHT, WIDTH
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.lanes import Lanes
from auscult.web.listening.models import Peer
from auscult.web.listening.peer_figures import COLUMNS, FORMATS, WEEK, Figures, figures
from auscult.web.listening.peers import peers
from auscult.web.sources.coverage import coverage

WEEKS = 13
LEVELS = 5  # shades of a heat map, from 1; 0 is none
GAP = 0.15  # of a bar's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in units of its drawing, as SVG attributes, and what it stands for."""

    x: str
    y: str
    width: str
    height: str
    value: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An hour of the week in a heat map: `level` 0 to 5, by the account's own busiest hour."""

    x: int
    y: int
    level: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The quartiles of engagement on the scale that all accounts share."""

    low: str
    width: str
    median: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One account, with its figures and drawings."""

    peer: Peer
    figures: Figures
    weeks: tuple[Box, ...]
    cells: tuple[Cell, ...]
    formats: tuple[Box, ...]
    engagement: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All peers of a time.

    Attributes
    ----------
    top_week : int
        The highest week of all: the end of the scale of volumes.
    top_engagement : int
        The end of the scale of engagement.
    lanes : Lanes
        What was read of the time.
    """

    since: datetime
    until: datetime
    columns: tuple[Column, ...]
    top_week: int
    top_engagement: int
    lanes: Lanes

    @property
    def week_starts(self) -> list[datetime]:
        """When each week began, oldest first."""
        return [self.since + number * WEEK for number in range(WEEKS)]


def comparison(actor: Actor) -> Comparison | None:
    """Return the peers of an organisation side by side; None where there is none."""
    rows = list(peers(actor).select_related("source"))
    if not rows:
        return None
    now = actor.clock.now()
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = until - WEEKS * WEEK
    sources = {row.source_id: row.source for row in rows}
    scanned = lake_of(actor).scan(
        sources=[lake_name(source) for source in sources.values()],
        since=since,
        until=until,
        columns=COLUMNS,
    )
    found = figures(scanned, [row.author for row in rows], until=until, weeks=WEEKS)
    top_week = charts.round_up(max(max(one.weeks) for one in found.values()))
    highest = max((one.engagement.high or 0 for one in found.values()), default=0)
    top_engagement = charts.round_up(max(1, int(-(-highest // 1))))
    covered = [one for one in coverage(actor, since=since, until=until) if one.source_id in sources]
    return Comparison(
        since=since,
        until=until,
        columns=tuple(_column(row, found[row.author], top_week, top_engagement) for row in rows),
        top_week=top_week,
        top_engagement=top_engagement,
        lanes=lanes.draw(covered, since=since, until=until, now=now),
    )


def _column(peer: Peer, of: Figures, top_week: int, top_engagement: int) -> Column:
    return Column(
        peer=peer,
        figures=of,
        weeks=_weeks(of.weeks, top_week),
        cells=_cells(of.hours),
        formats=_formats(of),
        engagement=_range(of, top_engagement),
    )


def _weeks(counts: Sequence[int], top: int) -> tuple[Box, ...]:
    slot = WIDTH / len(counts)
    heights = [max(count * HEIGHT / top, 2.0) for count in counts]
    return tuple(
        Box(
            x=f"{(number + GAP / 2) * slot:.1f}",
            y=f"{HEIGHT - height:.1f}",
            width=f"{slot * (1 - GAP):.1f}",
            height=f"{height:.1f}",
            value=count,
        )
        for number, (count, height) in enumerate(zip(counts, heights, strict=True))
        if count
    )


def _cells(hours: Sequence[Sequence[int]]) -> tuple[Cell, ...]:
    top = max(max(row) for row in hours)
    return tuple(
        Cell(x=hour, y=day, level=-(-count * LEVELS // top), value=count)
        for day, row in enumerate(hours)
        for hour, count in enumerate(row)
        if count
    )


def _formats(of: Figures) -> tuple[Box, ...]:
    boxes = []
    reached = 0.0
    for name in FORMATS:
        count = of.formats[name]
        if not count:
            continue
        width = count * WIDTH / of.posts
        boxes.append(
            Box(
                x=f"{reached:.1f}", y="0", width=f"{width:.1f}", height="10", value=count, name=name
            )
        )
        reached += width
    return tuple(boxes)


def _range(of: Figures, top: int) -> Range | None:
    told = of.engagement
    if told.low is None or told.high is None or told.median is None:
        return None
    unit = WIDTH / top
    return Range(
        low=f"{told.low * unit:.1f}",
        width=f"{max((told.high - told.low) * unit, 2.0):.1f}",
        median=f"{told.median * unit:.1f}",
    )
