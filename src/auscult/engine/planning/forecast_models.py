"""The models whose mixture is a forecast, and what each says of the days to come.

Every model is a structural one: a level that stays, walks or returns, a slope that is absent,
steady or drifting, and noise. Its shape (how much of the noise stays, how far it returns, how
steep a slope is likely) is a point of a grid; its size is integrated exactly, which makes each
prediction a Student t. The Kalman filter is that of statsmodels. See docs/explanation/forecast.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

VAGUE = 1e6  # prior variance of the level, in variances of the noise
LIGHTEST = 1e-3  # of all weight; models that weigh less are left out
PRIOR_FREEDOM = 1.0  # degrees of freedom of what is known about the noise beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One point of the grid; variances in those of all the noise, times in usual gaps.

    Attributes
    ----------
    lasting : float
        Share of the noise that stays in the level, or that returns only slowly.
    memory : float
        What is left of it a gap later; 1 for a level that walks.
    slope : float
        Standard deviation of the slope beforehand, for each gap.
    turning : float
        Variance by which the slope changes in a gap.
    prior : float
        Weight beforehand.
    """

    lasting: float
    memory: float = 1.0
    slope: float = 0.0
    turning: float = 0.0
    prior: float = 1.0


def _shapes() -> tuple[Shape, ...]:
    slopes = ((0.0, 0.65), (0.05, 0.2), (0.3, 0.12), (2.0, 0.03))
    walks = [(share, 1.0, 1.0) for share in (0.0, 0.02, 0.1, 0.3, 0.7, 1.0)]
    returns = [(share, memory, 0.5) for share in (0.5, 1.0) for memory in (0.4, 0.7, 0.9)]
    steady = [
        Shape(lasting=lasting, memory=memory, slope=slope, prior=prior * weight)
        for lasting, memory, prior in walks + returns
        for slope, weight in slopes
    ]
    turning = [
        Shape(lasting=lasting, slope=0.3, turning=change, prior=0.1)
        for lasting in (0.0, 0.1, 0.5)
        for change in (1e-4, 1e-3, 1e-2, 1e-1)
    ]
    return (*steady, *turning)


SHAPES = _shapes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Student t's with one number of degrees of freedom; arrays of (models, steps)."""

    weights: Floats  # (models,)
    centre: Floats
    spread: Floats
    freedom: float


def predict(seen: Floats, ahead: int, *, gap: float, total: bool, least: float) -> Mixture:
    """Say what the grid of models expects of the last step seen and of those after it.

    Step 0 is what another reading of the same moment would be: days before the first step lie
    between the two.

    Parameters
    ----------
    seen : array of float, shape (steps,)
        One value a step, NaN where there is none; the first and last are there.
    ahead : int
        Steps to look ahead.
    gap : float
        Usual steps from one reading to the next.
    total : bool
        True for a running total: the models then tell its growth.
    least : float
        Standard deviation that noise has at least, about: one reading's worth of evidence.
    """
    line = _line(seen, ahead, total=total)
    # A total starts with its first value; only its growth is to be told.
    rest = (seen - line[: seen.size])[1 if total else 0 :]
    read = np.flatnonzero(~np.isnan(rest))
    write = _total if total else _level
    matrices = [write(shape, gap) for shape in SHAPES]
    states = [_filtered(rest, read, each) for each in matrices]
    # The first reading fixes the level (of a total: the growth) and says nothing about the noise.
    freedom = read.size - 1 + PRIOR_FREEDOM
    size = PRIOR_FREEDOM * least**2 + np.array([state.missed for state in states])
    evidence = np.log([shape.prior for shape in SHAPES]) - 0.5 * (
        np.array([state.volume for state in states]) + freedom * np.log(size)
    )
    weights = np.exp(evidence - evidence.max())
    keep = np.flatnonzero(weights > LIGHTEST * weights.sum())
    centre, variance = _ahead([states[at] for at in keep], [matrices[at] for at in keep], ahead)
    return Mixture(
        weights=weights[keep] / weights[keep].sum(),
        centre=centre + line[-ahead - 1 :],
        spread=np.sqrt(variance * size[keep, None] / freedom),
        freedom=freedom,
    )


def _line(seen: Floats, ahead: int, *, total: bool) -> Floats:
    """Take away what the vague level would have to learn, so that nothing is lost in rounding."""
    steps = np.arange(seen.size + ahead, dtype=np.float64)
    if total:
        return np.asarray(seen[0] + (seen[-1] - seen[0]) / max(seen.size - 1, 1) * steps)
    return np.full(steps.size, np.nanmean(seen))


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the filter leaves: the state of the last step, and how well all readings fitted.

    `missed` is the sum of squared misses over their variances, `volume` that of the variances'
    logarithms; both in variances of the noise.
    """

    mean: Floats
    cov: Floats
    missed: float
    volume: float


def _filtered(rest: Floats, read: NDArray[np.int64], matrices: dict[str, Floats]) -> _State:
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter  # noqa: PLC0415 - 150 MB

    size = len(matrices["start"])
    model: Any = KalmanFilter(k_endog=1, k_states=size, k_posdef=size)
    model.bind(rest.copy())
    model["selection"] = np.eye(size)
    for name in ("design", "transition", "state_cov", "obs_cov"):
        model[name] = matrices[name]
    model.initialize_known(np.zeros(size), matrices["start"])
    found = model.filter()
    variance = found.forecasts_error_cov[0, 0][read]
    missed = found.forecasts_error[0][read]
    return _State(
        mean=found.filtered_state[:, -1].copy(),
        cov=found.filtered_state_cov[:, :, -1].copy(),
        missed=float((missed[1:] ** 2 / variance[1:]).sum()),
        volume=float(np.log(variance).sum()),
    )


def _ahead(
    states: list[_State], matrices: list[dict[str, Floats]], steps: int
) -> tuple[Floats, Floats]:
    """Carry states on: mean and variance of each step's reading, shape (models, steps + 1)."""
    design, noise, move, change = (
        np.stack([each[name] for each in matrices])
        for name in ("design", "obs_cov", "transition", "state_cov")
    )
    mean = np.stack([state.mean for state in states])[..., None]
    cov = np.stack([state.cov for state in states])
    centre, variance = np.empty((2, len(states), steps + 1))
    for step in range(steps + 1):
        centre[:, step] = (design @ mean)[:, 0, 0]
        variance[:, step] = (design @ cov @ design.mT + noise)[:, 0, 0]
        mean, cov = move @ mean, move @ cov @ move.mT + change
    # What is known exactly (a total that was read) may come out a rounding below nothing.
    return centre, np.maximum(variance, 0.0)


def _level(shape: Shape, gap: float) -> dict[str, Floats]:
    """Write the model of a level: states are level, slope, and what returns."""
    memory = shape.memory ** (1 / gap)
    walks = shape.memory == 1
    returning = 0.0 if walks else shape.lasting
    return {
        "design": np.array([[1.0, 0.0, 1.0]]),
        "obs_cov": np.array([[1 - shape.lasting]]),
        "transition": np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, memory]]),
        "state_cov": np.diag(
            [
                shape.lasting / gap if walks else 0.0,
                shape.turning / gap**3,
                returning * (1 - memory**2),
            ]
        ),
        "start": np.diag([VAGUE, (shape.slope / gap) ** 2, returning]),
    }


def _total(shape: Shape, gap: float) -> dict[str, Floats]:
    """Write the model of a total whose growth in a step follows `_level`."""
    growth = _level(shape, gap)
    transition = np.zeros((4, 4))
    transition[0, 0] = 1.0
    transition[0, 1:] = growth["design"][0]
    transition[1:, 1:] = growth["transition"]
    # A growth is told for each step, the shape for each gap.
    noise = np.zeros((4, 4))
    noise[0, 0] = (1 - shape.lasting) / gap
    noise[1:, 1:] = growth["state_cov"] / gap**2
    start = np.zeros((4, 4))
    start[1:, 1:] = growth["start"] / gap**2
    # The filter begins before the first step that is seen, the total with nothing.
    begun = transition @ start @ transition.T + noise
    return {
        "design": np.array([[1.0, 0.0, 0.0, 0.0]]),
        "obs_cov": np.zeros((1, 1)),
        "transition": transition,
        "state_cov": noise,
        "start": begun,
    }
