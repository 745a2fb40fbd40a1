"""Solves a problem: the best scales, and a proof of how far from the best they can be."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.layers import Layers
from auscult.engine.planning.model import Model
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.worth import Worth

# Two in a thousand are far below what any estimate can tell apart; once the bets are chosen,
# their scales are refined to a hundred-thousandth.
GAP = 2e-3
FINE = 1e-5
FITS = 1e-7
ROUNDS = 60
CHOICES = 24
LARGE = 3_000  # rows of the model
NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS answered to the model as it stands.

    Attributes
    ----------
    scale : array of float, shape (bets,)
    whole_scale : array of float, shape (bets,)
        The scale that a bet made in part stands for, were it made as a whole.
    made : array of bool, shape (bets,)
    hours : array of float, shape (sources,)
        Hours over all weeks.
    bound : float
        No plan is worth more, in the unit of the weights.
    """

    scale: Floats
    whole_scale: Floats
    made: NDArray[np.bool_]
    hours: Floats
    bound: float


@dataclass(frozen=True, slots=True)
class Solved:
    """The best scales, what they are worth, and what no plan can exceed."""

    answer: Answer
    aim: float
    bound: float

    @property
    def gap(self) -> float:
        """How far below the best this can be, as a share of its worth."""
        return max(self.bound - self.aim, 0.0) / max(abs(self.aim), np.finfo(float).tiny)


class Impossible(Exception):
    """Bets that must be made don't fit; `conflicts` says why."""


class TooLate(Exception):
    """The time that choices may take was over."""


class Solver:
    """A problem that stays in memory, so that a changed one is solved from where it was."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.worth = Worth.of(problem)
        self.model = Model(problem)
        self.layers = Layers(self.model, self.worth)

    def solve(
        self,
        *,
        gap: float = GAP,
        seconds: float = np.inf,
        stay: NDArray[np.bool_] | None = None,
    ) -> Solved:
        """Choose bets and scales.

        Parameters
        ----------
        gap : float
            How near to the best the answer is, as a share of it.
        seconds : float
            How long the solver may look for better choices of bets. After that, the best one so
            far is the answer, and its gap is as wide as it is. One that keeps all limits is
            looked for as long as it takes.
        stay : array of bool, shape (bets,), optional
            Bets that were made so far: others are chosen only if that brings more than the gap.

        Raises
        ------
        Impossible
            If bets that must be made don't fit.
        """
        if not self.model.shape.chosen.any():
            return self.refined(min(FINE, gap))
        until = self.model.highs.getRunTime() + seconds
        bound = self._relaxed(gap)
        first = None if stay is None else self._fixed(stay)
        best, bound = self._searched(first, bound, gap, until)
        if first is not None and best.aim <= _near(first, gap):
            best = first
        return Solved(best.answer, best.aim, max(bound, best.aim))

    def _searched(
        self, best: Solved | None, bound: float, gap: float, until: float
    ) -> tuple[Solved, float]:
        """Choose bets until the best choice is near the bound, or time is over."""
        for choice in range(ROUNDS):
            late = self.model.highs.getRunTime() >= until or choice > CHOICES
            if best is not None and (late or bound <= _near(best, gap)):
                break
            left = until - self.model.highs.getRunTime()
            chosen = self._whole(gap, np.inf if best is None else left)
            if chosen is None:
                break
            bound = min(bound, chosen.bound)
            fixed = self._fixed(chosen.made)
            if fixed is not None and (best is None or fixed.aim > best.aim):
                best = fixed
        if best is None:
            raise RuntimeError(f"none of {ROUNDS} choices of bets fits into weeks")
        return best, bound

    def _fixed(self, made: NDArray[np.bool_]) -> Solved | None:
        """Choose scales with these bets; None if their hours turn out not to fit into weeks."""
        self.model.fix(made)
        known = len(self.layers.told)
        try:
            found = self.refined(FINE)
        except Impossible:
            return None
        else:
            self._forget(found.answer.scale, since=known)
            return found
        finally:
            self.model.fix(None)

    def _relaxed(self, gap: float) -> float:
        """Bring tangents where the answer lies if a bet may be made in part; give the bound."""
        bound = np.inf
        for _ in range(ROUNDS):
            answer = self._run()
            fits = self._fits(answer)
            before, bound = bound, min(bound, answer.bound)
            near = gap / 4 * self.worth.aim(answer.scale)
            self.layers.refine(answer.whole_scale, near=near)
            self.layers.refine(answer.scale, near=near)
            if fits and before - bound <= gap / 10 * abs(bound):
                break
        self._forget(answer.scale)
        return bound

    def _forget(self, scale: Floats, *, since: int = 0) -> None:
        """Keep a large model small; a small one searches quicker with all that it was told."""
        if int(self.model.highs.getNumRow()) > LARGE:
            self.layers.forget(scale, since=since)

    def refined(self, gap: float) -> Solved:
        """Choose the scales of the bets that are made, until the bound is near."""
        best: Solved | None = None
        bound = np.inf
        for _ in range(ROUNDS):
            answer = self._run()
            bound = min(bound, answer.bound)
            fits = self._fits(answer)
            aim = self.worth.aim(answer.scale)
            if fits and (best is None or aim > best.aim):
                best = Solved(answer, aim, bound)
            if best is not None and bound - best.aim <= gap * max(best.aim, NOTHING):
                break
            if not self.layers.refine(answer.scale, near=gap / 4 * aim) and fits:
                break
        assert best is not None
        return Solved(best.answer, best.aim, max(bound, best.aim))

    def _fits(self, answer: Answer) -> bool:
        """Say whether the hours fit into weeks; if not, add the limits that they break."""
        over, cuts = self.model.timetable.lay(answer.hours / self.model.shape.unit_hours)
        if over > FITS:
            self.model.add_cuts(cuts)
        return over <= FITS

    def _whole(self, gap: float, seconds: float) -> Answer | None:
        """Choose bets as a whole; the bound is that of all choices. None: time was too short."""
        self.model.highs.setOptionValue("mip_rel_gap", gap / 2)
        self.model.whole(yes=True)
        self.model.highs.clearSolver()  # else it begins by completing the choices made in part
        self.model.highs.setOptionValue("time_limit", max(seconds, 0.0))
        try:
            answer = self._run()
            self.layers.refine(answer.scale, near=gap / 4 * self.worth.aim(answer.scale))
        except TooLate:
            return None
        finally:
            self.model.highs.setOptionValue("time_limit", np.inf)
            self.model.whole(yes=False)
        return answer

    def _run(self) -> Answer:
        highs = self.model.highs
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Impossible
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise TooLate
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS ended with {highs.modelStatusToString(status)}")
        values = np.array(highs.getSolution().col_value)
        shape = self.model.shape
        info = highs.getInfo()
        whole = info.mip_node_count >= 0
        bound = info.mip_dual_bound if whole else info.objective_function_value
        share = np.clip(values[self.model.scale], 0.0, 1.0) + 0.0
        made = np.clip(values[self.model.made], 0.0, 1.0)
        return Answer(
            scale=share * shape.most,
            whole_scale=np.clip(share / np.maximum(made, 1e-6), 0.0, 1.0) * shape.most,
            made=made > 0.5,
            hours=np.maximum(values[self.model.hours], 0.0) * shape.unit_hours,
            bound=float(bound) * self.layers.unit,
        )


def _near(solved: Solved, gap: float) -> float:
    """Give what is no better than this by more than a gap."""
    return solved.aim + gap * max(solved.aim, NOTHING)
