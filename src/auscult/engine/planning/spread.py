"""Lays hours into weeks as evenly as people's time allows."""

from __future__ import annotations

import highspy
import numpy as np

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.rows import INFINITE, Rows, add_columns
from auscult.engine.planning.shape import Shape
from auscult.engine.planning.timetable import Timetable


def spread(shape: Shape, hours: Floats, problem: Problem) -> Floats:
    """Give hours by bet, skill and week.

    Of all ways how the hours of the sources fit into weeks, one that moves the fewest hours
    away from an even spread.

    Parameters
    ----------
    shape : Shape
    hours : array of float, shape (sources,)
        Hours of each source over all its weeks.
    problem : Problem
    """
    weeks = shape.window.sum(axis=1)
    even = (hours / np.maximum(weeks, 1))[:, None] * shape.window
    loads = np.zeros_like(problem.capacity)
    np.add.at(loads, shape.skill, even)
    if (loads <= problem.free_hours + 1e-9 * shape.unit_hours).all():
        laid = even
    else:
        laid = _moved(Timetable(shape, problem.free_hours), hours, even)
    given = np.zeros((len(problem.bets), *problem.capacity.shape))
    np.add.at(given, (shape.bet, shape.skill), laid)
    return given


def _moved(timetable: Timetable, hours: Floats, even: Floats) -> Floats:
    """Move as few hours as possible: those above the even share count."""
    shape, highs = timetable.shape, timetable.highs
    unit = shape.unit_hours
    extra = add_columns(
        highs, np.zeros(timetable.hours.size), np.full(timetable.hours.size, INFINITE)
    )
    rows = Rows()
    shares = even[timetable.source, timetable.week] / unit
    for hour, above, share in zip(timetable.hours, extra, shares, strict=True):
        rows.add([int(hour), int(above)], [1.0, -1.0], upper=float(share))
    rows.put(highs)
    # Hours left over cost far more than moved ones, so the second aim never spoils the first.
    cost = np.append(timetable.left, timetable.over).astype(np.int32)
    highs.changeColsCost(cost.size, cost, np.full(cost.size, 1e3))
    highs.changeColsCost(extra.size, extra, np.ones(extra.size))
    timetable.lay(hours / unit)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError("HiGHS found no even timetable")
    return np.where(shape.steady[:, None], even, timetable.laid() * unit)
