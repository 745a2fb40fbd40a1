"""The evidence for a channel against sums over its contribution, and on planted truths."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.integrate import quad

from auscult.engine.returns.mix.design import tables
from auscult.engine.returns.mix.evidence import evidence
from auscult.engine.returns.mix.kernel import density
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.sampling import mode, parameters
from auscult.engine.returns.mix.series import Channel, Series

FIRST = date(2026, 3, 2)


def series(brought: float) -> Series:
    random = np.random.default_rng(3)
    rows = 90
    minutes = random.gamma(2, 10, rows) * (random.random(rows) < 0.4)
    other = random.gamma(2, 10, rows) * (random.random(rows) < 0.4)
    outcome = 20 + brought * -np.expm1(-minutes / 30) + random.normal(0, 1, rows)
    done = tuple(
        Channel(name=name, activity=active, answers=Answers(echo=(0.2, 3)))
        for name, active in (("posts", minutes), ("letters", other))
    )
    return Series(first=FIRST, step=1, outcome=outcome, channels=done)


@pytest.mark.parametrize("brought", [0.0, 0.5, 8.0])
def test_evidence_is_the_likelihood_averaged_over_the_prior(brought: float) -> None:
    """With all else given, the sum over contributions is what the ratio says."""
    given = tables(series(brought))
    x = mode(given)
    told = evidence(given, x[None])
    for channel, most in enumerate(given.most):

        def log_posterior(contribution: float, at: int = channel) -> float:
            moved = x.copy()
            moved[at] = np.log(contribution)
            # less the Jacobian
            return density(moved, given, np.empty(x.size)) - float(moved[at])

        nothing = log_posterior(1e-9)
        top = float(np.exp(x[channel]))
        peak = log_posterior(top)
        area = quad(
            lambda value, peak=peak: np.exp(log_posterior(value) - peak),
            1e-9,
            5 * most,
            points=[top],
            limit=500,
        )[0]
        # the half-normal's height at 0 belongs to the prior
        factor = np.log(area) + peak - nothing + np.log(2 / np.sqrt(2 * np.pi) / most)
        assert told[channel] == pytest.approx(factor, rel=1e-4, abs=1e-4)


def test_evidence_grows_with_what_was_brought() -> None:
    found = [
        float(evidence(tables(one), mode(tables(one))[None])[0]) for one in map(series, (0, 8))
    ]
    assert found[0] < 0
    assert found[1] > 10


def test_a_prior_that_knows_its_place_gives_one_factor_for_each_channel() -> None:
    given = tables(series(1.0))
    draws = np.random.default_rng(1).standard_normal((5, parameters(given))) * 0.1
    assert evidence(given, draws).shape == (2,)


def test_of_a_channel_that_never_changed_there_is_no_evidence() -> None:
    base = series(8.0)
    steady = replace(base.channels[1], activity=np.ones(base.rows))
    given = tables(replace(base, channels=(base.channels[0], steady)))
    assert abs(evidence(given, mode(given)[None])[1]) < 2
