"""How far an objective has come: the share of the way from its baseline to its target."""

from __future__ import annotations

import math

from auscult.engine.kernel.errors import Correctable


def attainment(value: float, *, baseline: float, target: float) -> float:
    """Give the share of the way from baseline to target that a value stands for.

    Parameters
    ----------
    value : float
        What was read, in the unit of the objective.
    baseline, target : float
        Where it began and where it should go; the target may lie below the baseline.

    Returns
    -------
    float
        0 at the baseline, 1 at the target; below 0 or above 1 beyond them.

    Raises
    ------
    Correctable
        If baseline and target are the same, or one of the three isn't a finite number.

    Examples
    --------
    Waiting time should fall from 40 minutes to 30; now it is 36:

    >>> attainment(36, baseline=40, target=30)
    0.4
    """
    for field, given in (("value", value), ("baseline", baseline), ("target", target)):
        if not math.isfinite(given):
            raise Correctable(
                f"The {field} {given!r} is not a finite number.",
                code="not-finite",
                field=field,
                hint="Give a number, in the unit of the objective.",
            )
    if baseline == target:
        raise Correctable(
            f"Baseline and target are both {target:g}, so there is no way between them.",
            code="no-way",
            field="target",
            hint="Give a target above or below the baseline.",
        )
    # Halved, so that the difference of two huge numbers of opposite sign stays finite.
    return (value / 2 - baseline / 2) / (target / 2 - baseline / 2)
