"""Experiments: on which days to do the one thing, and on which the other, is drawn.

A block is two weeks. Each weekday of a block has the one thing in one of its weeks and the
other in the other week; each week has both as often as the other, or once more. Which of these
patterns it is, is drawn for each block. So neither weekdays nor weeks, seasons or growth can
explain a difference, and nobody's choice can.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims.definitions import Claim, Feature

BLOCK = timedelta(days=14)
_LASTS = timedelta(minutes=15)
_MOST_BLOCKS = 130  # five years
_COLUMNS = ("slot", "block", "date", "weekday", "time", "zone", "side", "what")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Side(StrEnum):
    """Which of the claim's groups a day was drawn for."""

    ONE = "one"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What is to be drawn.

    Attributes
    ----------
    claim : Claim
        Of any feature but the weekday, which a draw by days can't change.
    source, author : str
        Who posts, as the archive names them.
    first : date
        First day of the first block, by the clock of the claim's zone.
    blocks : int
        Of two weeks each, 1 to 130.
    weekdays : tuple of int
        On which there is a post; Monday is 0.
    one, other : str
        What to do on a day of either side, in the words of those who do it.
    one_at, other_at : time
        When to post.

    Raises
    ------
    Correctable
        The claim is about weekdays, or there is no block, no weekday, or one twice.
    """

    claim: Claim
    source: str
    author: str
    first: date
    blocks: int
    weekdays: tuple[int, ...]
    one: str
    other: str
    one_at: time
    other_at: time

    def __post_init__(self) -> None:
        """Refuse what can't be drawn."""
        if Feature.WEEKDAY in self.claim.compared:
            raise _refused(
                "claim",
                "is about weekdays, which a draw by days can't change",
                "Hold it against the archive with `observe`.",
            )
        if not 1 <= self.blocks <= _MOST_BLOCKS:
            raise _refused("blocks", f"is {self.blocks}", f"Give 1 to {_MOST_BLOCKS}.")
        distinct = set(self.weekdays)
        if not distinct or distinct - set(range(7)) or len(distinct) < len(self.weekdays):
            raise _refused(
                "weekdays", f"are {self.weekdays}", "Give distinct numbers, 0 Monday to 6 Sunday."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One day of an experiment."""

    number: int
    block: int
    day: date
    side: Side
    at: datetime  # with its zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A slot as a calendar has it."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What was drawn."""

    experiment: Experiment
    slots: tuple[Slot, ...]

    def as_csv(self) -> str:
        """Give a line for each slot, with a heading, as spreadsheets read it."""
        file = io.StringIO()
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(_COLUMNS)
        for slot in self.slots:
            lines.writerow([
                slot.number, slot.block, slot.day.isoformat(), _WEEKDAYS[slot.day.weekday()],
                slot.at.strftime("%H:%M"), self.experiment.claim.zone, slot.side.value,
                _harmless(self.what(slot)),
            ])  # fmt: skip
        return file.getvalue()

    def appointments(self) -> tuple[Appointment, ...]:
        """Give the slots for a calendar; `uid` stays the same whenever they are exported."""
        own = self.experiment
        return tuple(
            Appointment(
                uid=f"{own.claim.key}-{own.author}-{slot.day.isoformat()}",
                start=slot.at,
                end=slot.at + _LASTS,
                summary=self.what(slot),
                description=f"{own.claim.key}: slot {slot.number} of {len(self.slots)}",
            )
            for slot in self.slots
        )

    def what(self, slot: Slot) -> str:
        """Say what to do in a slot."""
        return self.experiment.one if slot.side is Side.ONE else self.experiment.other

    def as_data(self) -> dict[str, Any]:
        """Give values that JSON can hold; `from_data` reads them back."""
        own = self.experiment
        return {
            "claim": own.claim.as_data(),
            "source": own.source,
            "author": own.author,
            "first": own.first.isoformat(),
            "blocks": own.blocks,
            "weekdays": list(own.weekdays),
            "one": own.one,
            "other": own.other,
            "one_at": own.one_at.isoformat(),
            "other_at": own.other_at.isoformat(),
            "sides": [slot.side.value for slot in self.slots],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Schedule:
        """Read what `as_data` gave."""
        experiment = Experiment(
            claim=Claim.from_data(data["claim"]),
            source=data["source"],
            author=data["author"],
            first=date.fromisoformat(data["first"]),
            blocks=data["blocks"],
            weekdays=tuple(data["weekdays"]),
            one=data["one"],
            other=data["other"],
            one_at=time.fromisoformat(data["one_at"]),
            other_at=time.fromisoformat(data["other_at"]),
        )
        return cls(experiment=experiment, slots=_slots(experiment, map(Side, data["sides"])))


def draw(experiment: Experiment, rng: np.random.Generator) -> Schedule:
    """Draw the days of both sides.

    Parameters
    ----------
    experiment : Experiment
    rng : Generator
        With a seed that is kept, anybody can draw again and see that nobody chose.
    """
    possible = patterns(len(experiment.weekdays))
    sides: list[Side] = []
    for drawn in rng.integers(len(possible), size=experiment.blocks):
        week = possible[int(drawn)]
        sides += [Side.ONE if turn > 0 else Side.OTHER for turn in (*week, *(-week))]
    return Schedule(experiment=experiment, slots=_slots(experiment, iter(sides)))


@cache
def patterns(weekdays: int) -> NDArray[np.int64]:
    """Give what the first week of a block may look like, shape (patterns, weekdays).

    1 is the one side, -1 the other; both as often, or one of them once more.
    """
    every = np.array(list(product((1, -1), repeat=weekdays)), np.int64)
    return np.asarray(every[np.abs(every.sum(axis=1)) <= 1])


def _slots(experiment: Experiment, sides: Iterator[Side]) -> tuple[Slot, ...]:
    zone = ZoneInfo(experiment.claim.zone)
    found: list[Slot] = []
    for block in range(experiment.blocks):
        start = experiment.first + block * BLOCK
        days = [start + timedelta(days=number) for number in range(BLOCK.days)]
        for day in days:
            if day.weekday() in experiment.weekdays:
                side = next(sides)
                at = experiment.one_at if side is Side.ONE else experiment.other_at
                moment = datetime.combine(day, at, zone)
                found.append(
                    Slot(number=len(found) + 1, block=block + 1, day=day, side=side, at=moment)
                )
    return tuple(found)


def utc(moment: datetime) -> int:
    """Give microseconds since 1970."""
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _refused(field: str, what: str, hint: str) -> Correctable:
    return Correctable(
        f"The experiment's '{field}' {what}.", field=field, code="bad-experiment", hint=hint
    )
