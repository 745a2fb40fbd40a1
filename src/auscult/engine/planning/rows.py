"""Rows and columns for HiGHS, gathered and then added at once."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats

INFINITE = highspy.kHighsInf
Places = NDArray[np.int32]
GUESSES = (
    "mip_allow_restart",
    "mip_heuristic_run_feasibility_jump",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_rins",
    "mip_heuristic_run_root_reduced_cost",
    "mip_heuristic_run_zi_round",
)


class Rows:
    """Rows that are gathered and then added at once."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []

    def add(
        self,
        columns: Sequence[int],
        values: Sequence[float],
        *,
        lower: float = -INFINITE,
        upper: float = INFINITE,
    ) -> None:
        """Add one."""
        self.starts.append(len(self.columns))
        self.columns += columns
        self.values += values
        self.lower.append(lower)
        self.upper.append(upper)

    def put(self, highs: highspy.Highs) -> Places:
        """Hand them to the solver; give their places."""
        first, count = int(highs.getNumRow()), len(self.lower)
        if count:
            highs.addRows(
                count, np.array(self.lower), np.array(self.upper), len(self.columns),
                np.array(self.starts, dtype=np.int32), np.array(self.columns, dtype=np.int32),
                np.array(self.values, dtype=float),
            )  # fmt: skip
        return np.arange(first, first + count, dtype=np.int32)


def add_columns(highs: highspy.Highs, lower: Floats, upper: Floats) -> Places:
    """Add columns without entries; give their places."""
    first, count = int(highs.getNumCol()), lower.size
    none: Places = np.zeros(0, dtype=np.int32)
    highs.addCols(
        count, np.zeros(count), lower, upper, 0, np.zeros(count, np.int32), none, np.zeros(0)
    )
    return np.arange(first, first + count, dtype=np.int32)


def set_rows(highs: highspy.Highs, rows: Places, lower: Floats, upper: Floats) -> None:
    """Change what some rows may be."""
    # HiGHS has it, its stubs don't say so.
    highs.changeRowsBounds(rows.size, rows, lower, upper)  # type: ignore[attr-defined]


def quiet() -> highspy.Highs:
    """Give a solver that prints nothing and gives the same answer every time."""
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own way
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
    highs.setOptionValue("dual_feasibility_tolerance", 1e-9)
    # The relaxation is near whole numbers already: searching it is five times as quick as guessing.
    for option in GUESSES:
        highs.setOptionValue(option, False)  # noqa: FBT003
    highs.setOptionValue("mip_heuristic_effort", 0.0)
    return highs
