"""What a dashboard's panels show, as numbers; all of the actor's organisation alone.

Volume, share of voice, sources and rhythm come from the hourly counts, which are exact at any
moment. Languages, communities, authors, hashtags and links come from the figures by day; days
that are marked as changed are counted at once, as far as LIVE reaches, so they are exact too.
What is beyond that is counted by the runner within a minute, and `waiting` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.backends.utils import CursorWrapper

from auscult.web.accounts.models import Actor
from auscult.web.dashboards import rollup, tallies
from auscult.web.dashboards.days import DAY, Range
from auscult.web.dashboards.marking import PART_US
from auscult.web.dashboards.models import Kind
from auscult.web.dashboards.tallies import Packed, Sum
from auscult.web.listening.database import among, values
from auscult.web.listening.models import Watch
from auscult.web.listening.moments import HOUR_US

LIVE = 20_000  # mentions that are counted while somebody waits
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Mentions of each watch by day.

    Attributes
    ----------
    counts : ndarray of int64, (watches, days)
    hours : ndarray of int64, (7, 24)
        All watches together by weekday (Monday first) and hour in the range's time zone.
    """

    watches: tuple[Watch, ...]
    range: Range
    counts: Numbers
    hours: Numbers

    @property
    def total(self) -> int:
        """Mentions of all watches; one that two watches found counts twice."""
        return int(self.counts.sum())

    @property
    def by_day(self) -> Numbers:
        """Mentions of all watches by day."""
        return np.asarray(self.counts.sum(axis=0), np.int64)


def volume(actor: Actor, watches: Sequence[Watch], asked: Range) -> Volume:
    """Return how many mentions watches have by day and by hour of the week."""
    own = [one for one in watches if one.organisation_id == actor.organisation_id]
    place = {one.pk: row for row, one in enumerate(own)}
    begins = np.array(asked.begins_us, np.int64)
    table = _hourly(list(place), int(begins[0]) // HOUR_US * HOUR_US, int(begins[-1]))
    # An hour belongs to the day in which it begins: the first may begin before the range.
    table = table[table[:, 1] >= begins[0]]
    counts = np.zeros((len(own), asked.days), np.int64)
    day = np.searchsorted(begins, table[:, 1], "right") - 1
    row = np.array([place[number] for number in table[:, 0].tolist()], np.int64)
    np.add.at(counts, (row, day), table[:, 2])
    return Volume(
        watches=tuple(own), range=asked, counts=counts, hours=_by_hour(table, day, begins, asked)
    )


def _hourly(watches: list[int], since: int, until: int) -> Numbers:
    """Return rows of watch, hour and mentions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT watch_id, hour, CAST(sum(count) AS BIGINT) FROM listening_hourlycount "
            f"WHERE {among('watch_id')} AND hour >= %s AND hour < %s GROUP BY watch_id, hour",
            [values(watches), since, until],
        )
        # Ten thousands of rows: from one flat sequence they become numbers three times as fast.
        flat = chain.from_iterable(cursor.fetchall())
        return np.fromiter(flat, np.int64).reshape(-1, 3)


def _by_hour(table: Numbers, day: Numbers, begins: Numbers, asked: Range) -> Numbers:
    """Add up by weekday and hour; the hours of a day are counted from its midnight.

    On the two days a year on which clocks change, hours after the change stand one hour off.
    """
    hour = np.clip((table[:, 1] - begins[day]) // HOUR_US, 0, 23)
    weekday = (day + asked.first.weekday()) % 7
    hours = np.zeros((7, 24), np.int64)
    np.add.at(hours, (weekday, hour), table[:, 2])
    return hours


class Counted(NamedTuple):
    """A name, and how many mentions have it."""

    name: str
    number: int


def by_source(actor: Actor, watches: Sequence[Watch], asked: Range) -> list[Counted]:
    """Return how many mentions each source brought, the most first."""
    own = [one.pk for one in watches if one.organisation_id == actor.organisation_id]
    begins = asked.begins_us
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, h.number FROM sources_source s JOIN ("
            "SELECT source_id, CAST(sum(count) AS BIGINT) AS number FROM listening_hourlycount "
            f"WHERE {among('watch_id')} AND hour >= %s AND hour < %s GROUP BY source_id"
            ") h ON h.source_id = s.id",
            [values(own), begins[0], begins[-1]],
        )
        found = [Counted(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (-one.number, one.name))


class Cell(NamedTuple):
    """The figures of one kind, watch and day; `names` is read where it is needed."""

    watch_id: int
    day: int
    best: Packed
    words: Packed
    names: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The most frequent of a kind.

    Attributes
    ----------
    names : int
        How many different there are.
    counted : int
        All their counts together.
    """

    top: tuple[Counted, ...]
    names: int
    counted: int


class ByDay:
    """The figures by day of some watches, kinds and days, ready to be ranked.

    Attributes
    ----------
    waiting : int
        Days of watches that the runner still has to count: they are missing, or older than
        their mentions.
    """

    def __init__(self, cells: dict[Kind, list[Cell]], waiting: int) -> None:
        self._cells = cells
        self.waiting = waiting
        self._sums: dict[Kind, Sum] = {}

    def sum(self, kind: Kind) -> Sum:
        """Return a kind's tallies, added up."""
        if kind not in self._sums:
            self._sums[kind] = Sum(cell.words for cell in self._cells.get(kind, ()))
        return self._sums[kind]

    def ranking(self, kind: Kind, most: int) -> Ranking:
        """Return the most frequent of a kind."""
        summed = self.sum(kind)
        top = summed.top(most)
        names = self.names(kind, [mark for mark, _ in top])
        found = [Counted(names[mark], count) for mark, count in top if mark in names]
        return Ranking(
            top=tuple(sorted(found, key=lambda one: (-one.number, one.name))),
            names=len(summed),
            counted=summed.total,
        )

    def names(self, kind: Kind, marks: Iterable[int]) -> dict[int, str]:
        """Return the names of marks: first those among the best of a day, newest first."""
        left = set(marks)
        found: dict[int, str] = {}
        cells = sorted(self._cells.get(kind, ()), key=lambda cell: -cell.day)
        for whole in (False, True):
            for cell in cells:
                if not left:
                    return found
                here = _has(cell.words, left)
                if not here:
                    continue
                named = _all_names(cell, kind, here) if whole else _best_names(cell, here)
                found |= named
                left -= named.keys()
        return found


def _has(words: Packed, wanted: set[int]) -> set[int]:
    marks = np.frombuffer(words, "<u8") >> tallies.BITS
    asked = np.fromiter(wanted, np.uint64, len(wanted))
    places = np.searchsorted(marks, asked)
    places[places == len(marks)] = 0
    return set(asked[marks[places] == asked].tolist()) if len(marks) else set()


def _best_names(cell: Cell, wanted: set[int]) -> dict[int, str]:
    found = tallies.marked(tallies.unpacked(cell.best))
    return {mark: found[mark] for mark in wanted & found.keys()}


def _all_names(cell: Cell, kind: Kind, wanted: set[int]) -> dict[int, str]:
    names = cell.names
    if names is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT names FROM dashboards_dayfigures "
                "WHERE watch_id = %s AND kind = %s AND day = %s",
                [cell.watch_id, kind.value, cell.day],
            )
            row = cursor.fetchone()
            names = bytes(row[0]) if row else b""
    return tallies.names_at(cell.words, names, wanted) if names else {}


def by_day(actor: Actor, found: Volume, kinds: Sequence[Kind], *, live: int = LIVE) -> ByDay:
    """Return the figures by day of a volume's watches and range.

    Parameters
    ----------
    found : Volume
        Says which days have mentions, so that no other is looked at.
    live : int
        Mentions of marked days that may be counted now; the newest days come first.
    """
    asked = found.range
    place = {one.pk: row for row, one in enumerate(found.watches)}
    settled = rollup.is_counted(actor, asked.zone)
    stale = _stale(found, place) if settled else _every_day(found)
    fresh, waiting = _choose(found, place, stale, live)
    cells: dict[Kind, list[Cell]] = {kind: [] for kind in kinds}
    if settled:
        for kind, cell in _cells(list(place), kinds, asked):
            if (cell.watch_id, cell.day) not in fresh:
                cells[kind].append(cell)
    with connection.cursor() as cursor:
        for watch_id, number in fresh:
            _count_now(cursor, actor, (watch_id, number), asked, cells)
    return ByDay(cells, waiting)


def _cells(watches: list[int], kinds: Sequence[Kind], asked: Range) -> list[tuple[Kind, Cell]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, watch_id, day, best, words FROM dashboards_dayfigures "
            f"WHERE {among('watch_id')} AND {among('kind')} AND day >= %s AND day <= %s",
            [
                values(watches),
                values([kind.value for kind in kinds]),
                asked.first.toordinal(),
                asked.last.toordinal(),
            ],
        )
        # Calling an enumeration for each of thousands of rows would take as long as all else.
        by_value = {kind.value: kind for kind in kinds}
        return [
            (by_value[kind], Cell(watch_id, day, best, words, None))
            for kind, watch_id, day, best, words in cursor.fetchall()
        ]


def _stale(found: Volume, place: dict[int, int]) -> set[tuple[int, int]]:
    """Return the (watch, day) that are marked as changed."""
    begins = np.array(found.range.begins_us, np.int64)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT watch_id, part FROM dashboards_changed "
            f"WHERE {among('watch_id')} AND part >= %s AND part < %s",
            [values(list(place)), int(begins[0]) // PART_US, -(-int(begins[-1]) // PART_US)],
        )
        marks = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
    first = np.searchsorted(begins, marks[:, 1] * PART_US, "right") - 1
    last = np.searchsorted(begins, (marks[:, 1] + 1) * PART_US - 1, "right") - 1
    base = found.range.first.toordinal()
    return {
        (watch_id, base + day)
        for days in (first, last)
        for watch_id, day in zip(marks[:, 0].tolist(), days.tolist(), strict=True)
        if 0 <= day < found.range.days
    }


def _every_day(found: Volume) -> set[tuple[int, int]]:
    base = found.range.first.toordinal()
    rows, days = np.nonzero(found.counts)
    return {
        (found.watches[row].pk, base + day)
        for row, day in zip(rows.tolist(), days.tolist(), strict=True)
    }


def _choose(
    found: Volume, place: dict[int, int], stale: set[tuple[int, int]], live: int
) -> tuple[set[tuple[int, int]], int]:
    """Return the marked days to count now, and how many are left to the runner."""
    base = found.range.first.toordinal()
    chosen: set[tuple[int, int]] = set()
    waiting = 0
    for watch_id, day in sorted(stale, key=lambda one: (-one[1], one[0])):
        mentions = int(found.counts[place[watch_id], day - base])
        if mentions <= live:
            live -= mentions
            chosen.add((watch_id, day))
        else:
            waiting += 1
    return chosen, waiting


def _count_now(
    cursor: CursorWrapper,
    actor: Actor,
    cell: tuple[int, int],
    asked: Range,
    cells: dict[Kind, list[Cell]],
) -> None:
    watch_id, number = cell
    keys = rollup.span(date.fromordinal(number), asked.zone)
    counts = rollup.count(cursor, actor.organisation_id, watch_id, keys)
    for kind, tally in rollup.packed(counts).items():
        if kind in cells:
            cells[kind].append(Cell(watch_id, number, tally.best, tally.words, tally.names))


def days_of(asked: Range) -> list[date]:
    """Return the days of a range, oldest first."""
    return [asked.first + number * DAY for number in range(asked.days)]
