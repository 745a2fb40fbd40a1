"""The filter against covariances written out, and the mixture against its parts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from auscult.engine.planning import forecast_models as models
from auscult.engine.planning.forecast_measure import Measure
from auscult.engine.planning.forecast_mixture import above, quantiles
from auscult.engine.planning.forecast_models import Mixture, Shape, predict
from auscult.engine.planning.forecast_readings import season, series, spiked, unit_of

Floats = NDArray[np.float64]

VALUES = np.array([3.0, 4.5, np.nan, 4.0, 6.5, np.nan, np.nan, 7.0, 8.0, 7.5])
AHEAD = 6


def covariance(shape: Shape, gap: float, size: int) -> Floats:
    """Covariance of readings at steps 0, 1, ... as the model's words say it (slopes don't turn)."""
    at = np.arange(size, dtype=float)
    sooner, apart = np.minimum(at[:, None], at), np.abs(at[:, None] - at)
    found = models.VAGUE + (shape.slope / gap) ** 2 * at[:, None] * at
    if shape.memory == 1:
        found = found + shape.lasting / gap * sooner
    else:
        found = found + shape.lasting * shape.memory ** (apart / gap)
    return np.asarray(found + (1 - shape.lasting) * np.eye(size))


@pytest.mark.parametrize(
    "shape",
    [
        Shape(lasting=0.0),
        Shape(lasting=0.3, slope=0.3),
        Shape(lasting=1.0, slope=2.0),
        Shape(lasting=0.5, memory=0.7, slope=0.05),
    ],
    ids=["mean", "walk", "walk alone", "return"],
)
@pytest.mark.parametrize("gap", [1.0, 2.0])
@pytest.mark.parametrize("total", [False, True])
def test_one_model_is_a_regression_on_its_covariance(
    shape: Shape, gap: float, total: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SHAPES", (shape,))
    found = predict(VALUES, AHEAD, gap=gap, total=total, least=0.1)

    size = VALUES.size + AHEAD
    whole = covariance(shape, gap, size)
    values = VALUES - np.nanmean(VALUES)
    if total:
        # What a step adds is told as a level is, and the total is the sum of that.
        part = covariance(shape, gap, size - 1) - (1 - shape.lasting) * np.eye(size - 1)
        part = (part - models.VAGUE) / gap**2 + models.VAGUE
        sums = np.tril(np.ones((size - 1, size - 1)))
        whole = sums @ (part + (1 - shape.lasting) / gap * np.eye(size - 1)) @ sums.T
        slope = (VALUES[-1] - VALUES[0]) / (VALUES.size - 1)
        line = VALUES[0] + slope * np.arange(1, size)
        values = VALUES[1:] - line[: VALUES.size - 1]
    else:
        line = np.full(size, np.nanmean(VALUES))
    known = np.flatnonzero(~np.isnan(values))
    later = np.arange(values.size, whole.shape[0])
    gain = np.linalg.solve(whole[np.ix_(known, known)], whole[np.ix_(known, later)]).T
    mean = line[later] + gain @ values[known]
    spread = np.diag(whole[np.ix_(later, later)] - gain @ whole[np.ix_(known, later)])
    missed = values[known] @ np.linalg.solve(whole[np.ix_(known, known)], values[known])
    freedom = known.size - 1 + 1
    scale = (missed + 0.1**2) / freedom

    assert found.freedom == freedom
    np.testing.assert_allclose(found.centre[0, 1:], mean, atol=1e-3)
    np.testing.assert_allclose(found.spread[0, 1:], np.sqrt(spread * scale), rtol=1e-3)


def test_likelier_models_weigh_more() -> None:
    climb = predict(np.arange(30.0), 5, gap=1, total=False, least=0.01)
    noise = np.random.default_rng(1).normal(size=300)
    calm = predict(noise, 5, gap=1, total=False, least=0.01)
    assert climb.weights @ climb.centre[:, -1] == pytest.approx(34, abs=0.2)
    assert calm.weights @ calm.centre[:, -1] == pytest.approx(noise.mean(), abs=0.1)
    assert climb.weights.sum() == pytest.approx(1)


def test_quantiles_of_one_part_are_those_of_students_t() -> None:
    steps = np.arange(1.0, 31.0)
    alone = Mixture(
        weights=np.ones(1), centre=steps[None] * 0.5, spread=np.sqrt(steps)[None], freedom=6.0
    )
    found = quantiles(alone, (0.05, 0.5, 0.95))
    for row, level in zip(found, (0.05, 0.5, 0.95), strict=True):
        exact = stats.t.ppf(level, 6, steps * 0.5, np.sqrt(steps))
        np.testing.assert_allclose(row, exact, atol=0.05)
        assert row[-1] == pytest.approx(exact[-1], abs=1e-6)


def test_quantiles_and_tails_undo_each_other() -> None:
    random = np.random.default_rng(2)
    weights = random.dirichlet(np.ones(5))
    mixture = Mixture(
        weights=weights,
        centre=random.normal(0, 3, (5, 12)),
        spread=random.gamma(2, 1, (5, 12)),
        freedom=4.0,
    )
    for level in (0.05, 0.25, 0.5, 0.95):
        end = quantiles(mixture, (level,))[0, -1]
        assert above(mixture, end) == pytest.approx(1 - level, abs=1e-6)


def test_readings_lie_on_the_coarsest_grid_that_holds_them() -> None:
    first = np.datetime64("2026-01-05")
    days = [(first + np.timedelta64(14 * at, "D")).astype(object) for at in (0, 1, 2, 4, 7)]
    found = series(days, np.arange(5.0), total=False)
    assert (found.step, found.gap, found.seen.size) == (14, 1.5, 8)
    assert np.isnan(found.seen).tolist() == [False, False, False, True, False, True, True, False]


def test_weekdays_are_learned_from_days_and_not_from_chance() -> None:
    days = np.arange(739_000, 739_000 + 70)
    habit = np.array([2.0, 2, 2, 2, 2, -5, -5])
    random = np.random.default_rng(3)
    seen = habit[(days - 1) % 7] + random.normal(0, 0.5, days.size)
    np.testing.assert_allclose(season(days, seen), habit, atol=0.6)
    assert np.abs(season(days, random.normal(0, 0.5, days.size))).max() < 0.4
    assert not season(days[::7], seen[::7]).any()


def test_spikes_are_single() -> None:
    calm = np.random.default_rng(5).normal(0, 1, 20)
    assert not spiked(calm).any()
    assert not spiked(np.zeros(20)).any()
    calm[7] = 30
    assert np.flatnonzero(spiked(calm)).tolist() == [7]
    calm[8] = 31
    assert not spiked(calm).any()


@pytest.mark.parametrize(
    ("values", "unit"), [([1.0, 5.0], 1.0), ([1.5, 2.0], 0.1), ([0.25], 0.01), ([1 / 3], 1e-6)]
)
def test_the_unit_is_the_finest_digit_given(values: list[float], unit: float) -> None:
    assert unit_of(np.array(values)) == pytest.approx(unit)


def test_a_total_is_bound_by_what_it_has() -> None:
    assert Measure(lowest=0, highest=100, total=True).bounds(40) == (40, 100)
    assert Measure().bounds(40) == (-np.inf, np.inf)
