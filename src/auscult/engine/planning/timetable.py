"""Weeks: whether hours can be laid so that nobody has too many, and which limits that breaks.

Hours of each source (a need and a skill) are given for all its weeks together. Whether they fit
is a flow from sources to weeks, solved as a linear programme that leaves as few hours over as it
can. If some are left over, its duals say for which sources and weeks: by weak duality, for all
`p` and `m` from 0 to 1,

    sum(p * hours) + sum(m * steady load) <= sum(m * capacity) + sum(peak * max(p - m, 0))

holds for whatever fits, so it is a row for the model that chooses the hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.rows import INFINITE, Rows, add_columns, quiet, set_rows
from auscult.engine.planning.shape import Shape


@dataclass(frozen=True, slots=True)
class Cut:
    """A limit that hours of a skill have to keep: `hours . factor <= capacity . weeks + slack`.

    Attributes
    ----------
    skill : int
    factor : array of float, shape (sources,)
    weeks : array of float, shape (weeks,)
    slack : float
    """

    skill: int
    factor: Floats
    weeks: Floats
    slack: float


class Timetable:
    """The flow from sources to weeks; hours in the unit of the shape."""

    def __init__(self, shape: Shape, free_hours: Floats) -> None:
        self.shape = shape
        self.free = free_hours / shape.unit_hours
        self.highs = quiet()
        self.source, self.week = np.nonzero(shape.window & ~shape.steady[:, None])
        peaks = shape.peak[self.source] / shape.unit_hours
        self.hours = add_columns(self.highs, np.zeros(peaks.size), peaks)
        sources, (skills, weeks) = shape.bet.size, self.free.shape
        self.left = add_columns(self.highs, np.zeros(sources), np.full(sources, INFINITE))
        over = np.zeros(skills * weeks)
        self.over = add_columns(self.highs, over, np.full(over.size, INFINITE))
        for column in (*self.left.tolist(), *self.over.tolist()):
            self.highs.changeColCost(column, 1.0)
        rows = Rows()
        for at in range(sources):
            mine = self.hours[self.source == at].tolist()
            rows.add([*mine, int(self.left[at])], [1.0] * (len(mine) + 1), lower=0.0)
        self.demand_rows = rows.put(self.highs)
        rows = Rows()
        cell = shape.skill[self.source] * weeks + self.week
        for at in range(skills * weeks):
            mine = self.hours[cell == at].tolist()
            rows.add(
                [*mine, int(self.over[at])], [*([1.0] * len(mine)), -1.0],
                upper=float(self.free.flat[at]),
            )  # fmt: skip
        self.week_rows = rows.put(self.highs)

    def load(self, hours: Floats) -> Floats:
        """Give hours of steady sources by skill and week."""
        shape = self.shape
        even = hours / np.maximum(shape.window.sum(axis=1), 1) * shape.steady
        load = np.zeros_like(self.free)
        np.add.at(load, shape.skill, even[:, None] * shape.window)
        return load

    def lay(self, hours: Floats) -> tuple[float, list[Cut]]:
        """Say how many hours are left over, and which limits that breaks."""
        if not hours.size:
            return 0.0, []
        movable = np.where(self.shape.steady, 0.0, hours)
        set_rows(self.highs, self.demand_rows, movable, np.full(movable.size, INFINITE))
        room = (self.free - self.load(hours)).ravel()
        set_rows(self.highs, self.week_rows, np.full(room.size, -INFINITE), room)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError("HiGHS found no timetable, although hours may be left over")
        over = float(self.highs.getInfo().objective_function_value)
        duals = np.array(self.highs.getSolution().row_dual)
        return over, self._cuts(
            np.clip(duals[self.demand_rows], 0.0, 1.0),
            np.clip(-duals[self.week_rows], 0.0, 1.0).reshape(self.free.shape),
            hours,
        )

    def _cuts(self, by_source: Floats, by_week: Floats, hours: Floats) -> list[Cut]:
        cuts = []
        for skill in range(self.free.shape[0]):
            cut = self.cut(skill, by_source, by_week[skill])
            if cut.factor @ hours > cut.weeks @ self.free[skill] + cut.slack + 1e-9:
                cuts.append(cut)
        return cuts

    def cut(self, skill: int, by_source: Floats, by_week: Floats) -> Cut:
        """Write the limit that a dual of sources and weeks gives."""
        shape = self.shape
        mine = shape.skill == skill
        above = np.maximum(by_source[:, None] - by_week, 0.0) * shape.window
        movable = mine & ~shape.steady
        even = (shape.window @ by_week) / np.maximum(shape.window.sum(axis=1), 1)
        return Cut(
            skill=skill,
            factor=np.where(shape.steady, even, by_source) * mine,
            weeks=by_week,
            slack=float((above.sum(axis=1) * shape.peak)[movable].sum() / shape.unit_hours),
        )

    def laid(self) -> Floats:
        """Give the hours of the last answer, shape (sources, weeks), without the steady ones."""
        values = np.array(self.highs.getSolution().col_value)
        laid = np.zeros(self.shape.window.shape)
        laid[self.source, self.week] = np.maximum(values[self.hours], 0.0)
        return laid
