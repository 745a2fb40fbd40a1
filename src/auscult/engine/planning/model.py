"""The linear model behind a problem, in HiGHS: which scales and hours are possible at all.

Columns are scales (as shares of the largest), choices (1 where a bet is made) and hours of each
source over all its weeks. Hours and money are counted in units of the problem's largest, so that
the model is the same whatever they are written in. That hours fit into weeks is told by cuts,
which the timetable writes when they are broken.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.rows import INFINITE, Places, Rows, add_columns, quiet, set_rows
from auscult.engine.planning.shape import Shape
from auscult.engine.planning.timetable import Cut, Timetable


class Model:
    """A problem in HiGHS, without its value."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shape = Shape.of(problem)
        self.timetable = Timetable(self.shape, problem.free_hours)
        self.highs = quiet()
        bets = len(problem.bets)
        must = np.array([bet.must for bet in problem.bets], dtype=float)
        self.scale = add_columns(self.highs, np.zeros(bets), np.ones(bets))
        self.made = add_columns(self.highs, np.where(self.shape.chosen, must, 1.0), np.ones(bets))
        sources = self.shape.bet.size
        self.hours = add_columns(self.highs, np.zeros(sources), np.full(sources, INFINITE))
        rows = Rows()
        self._choices(rows)
        self._demands(rows)
        self._fairness(rows)
        rows.put(self.highs)
        self.cuts: list[Cut] = []
        self.cut_rows = np.zeros(0, dtype=np.int32)
        ones, every = np.ones(sources), np.ones(problem.weeks)
        self.add_cuts(
            [self.timetable.cut(skill, ones, every) for skill in range(len(problem.skills))]
        )
        self.money_row = self._money()

    def _choices(self, rows: Rows) -> None:
        places = {bet.key: at for at, bet in enumerate(self.problem.bets)}
        groups: dict[str, list[int]] = {}
        for at, bet in enumerate(self.problem.bets):
            x, y = int(self.scale[at]), int(self.made[at])
            if self.shape.chosen[at]:
                rows.add([x, y], [1.0, -1.0], upper=0.0)
            if self.shape.least[at] > 0:
                share = float(self.shape.least[at] / self.shape.most[at])
                rows.add([x, y], [1.0, -share], lower=0.0)
            for key in bet.after:
                rows.add([y, int(self.made[places[key]])], [1.0, -1.0], upper=0.0)
            if bet.rivals:
                groups.setdefault(bet.rivals, []).append(y)
        for members in groups.values():
            rows.add(members, [1.0] * len(members), upper=1.0)

    def _demands(self, rows: Rows) -> None:
        for number, (at, need) in enumerate(self.shape.needs):
            bet = self.problem.bets[at]
            length = self.problem.length(bet) / self.shape.unit_hours
            mine = self.hours[self.shape.need == number].tolist()
            rows.add(
                [*mine, int(self.scale[at]), int(self.made[at])],
                [*([1.0] * len(mine)), -need.hours * length * bet.most, -need.fixed * length],
                lower=0.0,
                upper=0.0,
            )

    def _fairness(self, rows: Rows) -> None:
        functions = np.array([bet.function for bet in self.problem.bets])[self.shape.bet]
        for function, share in self.problem.fair.items():
            rows.add(self.hours.tolist(), ((functions == function) - share).tolist(), lower=0.0)

    def _money(self) -> int:
        bets, unit = self.problem.bets, self.shape.unit_money
        rows = Rows()
        rows.add(
            [*self.scale.tolist(), *self.made.tolist()],
            [*(b.money * b.most / unit for b in bets), *(b.money_fixed / unit for b in bets)],
            upper=self.problem.free_money / unit,
        )
        return int(rows.put(self.highs)[0])

    def add_cuts(self, cuts: list[Cut]) -> None:
        """Keep limits that hours have to keep so that they fit into weeks."""
        rows = Rows()
        for cut in cuts:
            used = np.flatnonzero(cut.factor)
            rows.add(self.hours[used].tolist(), cut.factor[used].tolist(), upper=self._room(cut))
        self.cuts += cuts
        self.cut_rows = np.append(self.cut_rows, rows.put(self.highs))

    def _room(self, cut: Cut) -> float:
        return float(cut.weeks @ self.timetable.free[cut.skill] + cut.slack)

    def drop(self, rows: Places) -> Places:
        """Take rows out; give the new place of each old one, -1 for those that are gone."""
        left = np.ones(int(self.highs.getNumRow()), dtype=bool)
        left[rows] = False
        place = np.where(left, np.cumsum(left) - 1, -1).astype(np.int32)
        if rows.size:
            self.highs.deleteRows(rows.size, np.sort(rows))
        self.cut_rows = place[self.cut_rows]
        self.money_row = int(place[self.money_row])
        return place

    def limit(self, free_hours: Floats, free_money: float) -> None:
        """Set what may be given out: hours by skill and week, money."""
        self.timetable.free = free_hours / self.shape.unit_hours
        rows = np.append(self.cut_rows, self.money_row).astype(np.int32)
        money = free_money / self.shape.unit_money
        upper = np.array([*(self._room(cut) for cut in self.cuts), money])
        set_rows(self.highs, rows, np.full(rows.size, -INFINITE), upper)

    def fix(self, made: NDArray[np.bool_] | None) -> None:
        """Make just these bets; None leaves the choice open again, as shares."""
        chosen = np.flatnonzero(self.shape.chosen)
        if made is None:
            lower = np.array([float(self.problem.bets[at].must) for at in chosen])
            upper = np.ones(chosen.size)
        else:
            lower = upper = made[chosen].astype(float)
        self.highs.changeColsBounds(chosen.size, self.made[chosen], lower, upper)

    def whole(self, *, yes: bool) -> None:
        """Say whether a bet has to be made as a whole or not at all."""
        columns = self.made[self.shape.chosen]
        kind = highspy.HighsVarType.kInteger if yes else highspy.HighsVarType.kContinuous
        kinds = np.full(columns.size, int(kind), dtype=np.uint8)
        self.highs.changeColsIntegrality(columns.size, columns, kinds)
