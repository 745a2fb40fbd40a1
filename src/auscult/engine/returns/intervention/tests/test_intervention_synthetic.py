"""The synthetic control: published tables, an oracle for the weights, planted truths."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyarrow import csv
from scipy import optimize

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention import (
    Finding,
    Panel,
    Question,
    Verdict,
    Why,
    panel,
    say,
    synthetic_control,
)
from auscult.engine.returns.intervention.synthetic_weights import simplex_weights

Floats = NDArray[np.float64]
ROOT = Path(__file__).parents[6]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data")) / "marketing"
published = pytest.mark.skipif(not DATA.is_dir(), reason=f"no {DATA}; set AUSCULT_DATA")


def places(seed: int, *, effect: float = 0.0, known: int = 60, after: int = 20) -> Panel:
    """Thirteen places that share two moods and a week; the first has the campaign."""
    rng = np.random.default_rng(seed)
    count = known + after
    moods = np.cumsum(rng.normal(size=(count, 2)), axis=0)
    shares = np.abs(rng.normal(1, 0.4, size=(2, 13)))
    week = 2 * np.sin(np.arange(count) * 2 * np.pi / 7)
    noise = rng.normal(size=(count, 13))
    noise[1:] += 0.4 * noise[:-1]
    values = 60 + moods @ shares + week[:, None] + noise
    values[known:, 0] += effect
    return Panel(times=tuple(range(count)), names=tuple("abcdefghijklm"), values=values)


def asked(data: Panel, start: int = 60, question: Question | None = None) -> Finding:
    return synthetic_control(
        data,
        treated=["a"],
        start=start,
        rng=np.random.default_rng(1),
        question=question or Question(),
    )


@published
def test_the_walkthrough_of_geolift_comes_out_to_the_unit() -> None:
    data = panel(csv.read_csv(DATA / "geolift_test.csv"), time="date", place="location", value="Y")
    found = synthetic_control(
        data,
        treated=["chicago", "portland"],
        start=date(2021, 4, 1),
        rng=np.random.default_rng(1),
    )
    assert round(found.effect.mean, 3) == 155.556
    assert round(found.effect.total) == 4667
    assert found.effect.relative is not None
    assert round(100 * found.effect.relative, 1) == 5.4
    iid, block, _ = found.chances
    assert block.p == pytest.approx(5 / 105)
    assert 0.005 <= iid.p <= 0.02
    assert found.verdict is Verdict.WORKED
    assert sum(weight for _, weight in found.weights) == pytest.approx(1, abs=1e-4)


@published
def test_the_tobacco_law_of_california_is_that_of_the_papers() -> None:
    """-19.5 by levels, -11.1 by movements (Arkhangelsky and others, AER 111, 2021: -19.6, -11.1)."""
    data = panel(csv.read_csv(DATA / "california_prop99.csv"), time="Year")
    found = {
        levels: synthetic_control(
            data,
            treated=["California"],
            start=1989,
            rng=np.random.default_rng(1),
            levels=levels,
            question=Question(upward=False, level=0.1),
        )
        for levels in (False, True)
    }
    assert found[False].effect.mean == pytest.approx(-19.6, abs=0.1)
    assert found[True].effect.mean == pytest.approx(-11.1, abs=0.05)
    heavy = dict(found[False].weights)
    assert set(list(heavy)[:3]) == {"Utah", "Montana", "Nevada"}  # as in Abadie and others, 2010
    assert found[False].verdict is Verdict.WORKED
    assert found[False].chances[2].p == pytest.approx(3 / 39)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 8))
def test_weights_are_those_of_a_general_solver(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    others, treated = rng.normal(size=(30, count)), rng.normal(size=30)
    weights = simplex_weights(others, treated)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)

    def loss(given_weights: Floats) -> float:
        return float(((treated - others @ given_weights) ** 2).sum())

    oracle = optimize.minimize(
        loss,
        np.full(count, 1 / count),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda one: one.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert loss(weights) <= oracle.fun * (1 + 1e-6)


def test_weights_of_nothing_are_even() -> None:
    assert simplex_weights(np.zeros((5, 4)), np.ones(5)).tolist() == [0.25] * 4


def test_an_effect_is_found_and_told() -> None:
    found = asked(places(1, effect=9.0))
    assert found.verdict is Verdict.WORKED
    assert found.effect.low < 9 < found.effect.high
    assert [one.of for one in found.in_time] == ["40", "20"]
    assert len(found.in_space) == 12
    whys = {one.why for one in found.reasons}
    assert {Why.BOTH_P_VALUES, Why.PLACES_RANK, Why.NOTHING_ELSE} <= whys
    assert all(say(one) for one in found.reasons)
    data = found.as_data()
    assert data["chances"][1]["kind"] == "block"
    assert data["course"]["low"][0] is None


@settings(max_examples=6, deadline=None)
@given(scale=st.sampled_from([1e-6, 0.3, 1e8]), order=st.permutations(list(range(1, 13))))
def test_units_and_order_of_places_do_not_matter(scale: float, order: list[int]) -> None:
    data = places(2, effect=5.0)
    columns = [0, *order]
    moved = Panel(
        times=data.times,
        names=tuple(data.names[at] for at in columns),
        values=scale * data.values[:, columns],
    )
    plain, other = asked(data), asked(moved)
    assert other.effect.mean == pytest.approx(scale * plain.effect.mean, rel=1e-5)
    assert other.effect.low == pytest.approx(scale * plain.effect.low, rel=1e-4)
    assert other.verdict is plain.verdict


def rates(count: int) -> tuple[float, float, float]:
    """How often the interval holds no effect, and what is claimed without and with an effect."""
    held, false, true = [], [], []
    for seed in range(count):
        without, with_effect = asked(places(seed)), asked(places(seed, effect=9.0))
        held.append(without.effect.low <= 0 <= without.effect.high)
        false.append(without.verdict in {Verdict.WORKED, Verdict.BACKWARDS})
        true.append(with_effect.verdict is Verdict.WORKED)
    return float(np.mean(held)), float(np.mean(false)), float(np.mean(true))


def test_where_nothing_happened_little_is_claimed() -> None:
    held, false, _ = rates(20)
    assert held >= 0.75
    assert false <= 0.15


@pytest.mark.slow
def test_where_nothing_happened_little_is_claimed_in_hundreds_of_worlds() -> None:
    held, false, true = rates(200)
    assert held >= 0.86
    assert false <= 0.06
    assert true >= 0.5


def test_a_poor_double_is_told() -> None:
    data = places(3)
    values = data.values.copy()
    values[:, 0] = 60 + 20 * np.sin(np.arange(80) / 20)
    found = asked(Panel(times=data.times, names=data.names, values=values))
    assert Why.POOR_FIT in {one.why for one in found.reasons}
    assert found.verdict is not Verdict.WORKED


def test_what_cannot_be_asked_is_refused() -> None:
    data = places(4)
    with pytest.raises(Correctable, match="Only 8 times lie before the start"):
        asked(data, start=8)
    with pytest.raises(Correctable, match="There are 2 places without the campaign"):
        asked(data.without(list("defghijklm")))
