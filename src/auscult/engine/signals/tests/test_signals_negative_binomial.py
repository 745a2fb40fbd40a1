"""The negative binomial against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from auscult.engine.signals.negative_binomial import (
    log_chance,
    log_gamma,
    log_ratio,
    quantile,
    tail,
)


@pytest.fixture
def cases() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mean = 10 ** rng.uniform(-4, 4, 800)
    spread = 1.01 + 10 ** rng.uniform(-2, 1.3, 800)
    counts = np.floor(mean * 10 ** rng.uniform(-1, 1, 800) + rng.integers(0, 4, 800))
    return counts, mean, spread


def test_log_gamma() -> None:
    x = np.geomspace(1e-8, 1e8, 2000)
    assert log_gamma(x) == pytest.approx(special.gammaln(x), rel=1e-12, abs=1e-11)


def test_tails(cases: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    counts, mean, spread = cases
    known = stats.nbinom.sf(counts - 1, mean / (spread - 1), 1 / spread)
    found = tail(counts, mean, spread)
    worth = known > 1e-250
    assert found[worth] == pytest.approx(known[worth], rel=1e-7)
    assert (found[~worth] <= 1e-240).all()


def test_chances(cases: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    counts, mean, spread = cases
    known = stats.nbinom.logpmf(counts, mean / (spread - 1), 1 / spread)
    assert log_chance(counts, mean, spread) == pytest.approx(known, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("share", [0.025, 0.5, 0.975, 0.999])
def test_quantiles(cases: tuple[np.ndarray, np.ndarray, np.ndarray], share: float) -> None:
    _, mean, spread = cases
    known = stats.nbinom.ppf(share, mean / (spread - 1), 1 / spread)
    assert (quantile(share, mean, spread) == known).all()


def test_ratios() -> None:
    rng = np.random.default_rng(1)
    counts, mean = rng.poisson(1.0, (50, 1)).astype(float), rng.uniform(0.01, 3, (50, 1))
    other, spread = mean + rng.uniform(0.1, 9, (50, 4)), np.full((50, 1), 1.4)
    known = stats.nbinom.logpmf(counts, other / 0.4, 1 / 1.4) - stats.nbinom.logpmf(
        counts, mean / 0.4, 1 / 1.4
    )
    assert log_ratio(counts, mean, other, spread) == pytest.approx(known, abs=1e-9)


def test_nothing_expected_and_one_seen() -> None:
    assert tail(0, 0.0, 1.0) == 1
    assert tail(1, 0.0, 1.0) < 1e-9
    assert quantile(0.975, 0.0, 1.0) == 0
