"""The structural series: against dense algebra, published answers, and planted truths."""

from __future__ import annotations

import math
import os
import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyarrow import csv
from scipy import special, stats

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention import (
    SENTENCES,
    Finding,
    Panel,
    Prior,
    Question,
    Verdict,
    Why,
    interrupted,
    panel,
    say,
)
from auscult.engine.returns.intervention.mixture import Mixture
from auscult.engine.returns.intervention.structural_model import Design, posterior, walk

Floats = NDArray[np.float64]
ROOT = Path(__file__).parents[6]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data")) / "marketing"
published = pytest.mark.skipif(not DATA.is_dir(), reason=f"no {DATA}; set AUSCULT_DATA")


def series(
    seed: int, *, drift: float = 0.0, effect: float = 0.0, known: int = 100, after: int = 30
) -> Panel:
    """An outcome that follows two of three controls, walks by itself, and may have an effect."""
    rng = np.random.default_rng(seed)
    count = known + after
    controls = np.cumsum(0.5 * rng.normal(size=(count, 3)), axis=0) + rng.normal(size=(count, 3))
    outcome = 50 + controls @ [1, 0.5, 0] + rng.normal(size=count)
    outcome += drift * np.cumsum(rng.normal(size=count))
    outcome[known:] += effect
    return Panel(
        times=tuple(range(count)),
        names=("y", "a", "b", "c"),
        values=np.column_stack([outcome, controls]),
    )


def design(controls: int = 2, known: int = 12, after: int = 4) -> Design:
    rng = np.random.default_rng(5)
    columns = rng.normal(size=(known + after, controls))
    outcome = columns[:known] @ rng.normal(size=controls) + rng.normal(size=known)
    return Design(
        outcome=outcome,
        columns=columns,
        groups=tuple((at,) for at in range(controls)),
        controls=controls,
        candidates=controls,
    )


def test_sines_are_the_eigenvectors_of_a_walk() -> None:
    vectors, sizes = walk(9)
    times = np.arange(1, 10)
    np.testing.assert_allclose(
        vectors @ np.diag(sizes) @ vectors.T, np.minimum.outer(times, times), atol=1e-12
    )


def dense(found: Design, ratio: float, subset: list[int]) -> tuple[float, float, float]:
    """Evidence, mean and scale of the mean after the start, by the textbook's formulas."""
    known, count = found.known, len(found.columns)
    times = np.arange(1, count + 1)
    cover = np.eye(count) + ratio**2 * np.minimum.outer(times, times)
    inverse = np.linalg.inv(cover[:known, :known])
    one = np.ones(known)
    sure = one @ inverse @ one
    # The flat intercept, integrated: what is left of the precision.
    free = inverse - np.outer(inverse @ one, one @ inverse) / sure
    columns, outcome = found.columns[:known, subset], found.outcome
    gram = columns.T @ free @ columns
    slopes = np.linalg.solve(gram, columns.T @ free @ outcome)
    shrink = known / (1 + known)
    rest = outcome @ free @ outcome - shrink * (columns.T @ free @ outcome) @ slopes
    _, log_size = np.linalg.slogdet(cover[:known, :known])
    evidence = -0.5 * (log_size + math.log(sure)) - 0.5 * len(subset) * math.log1p(known)
    evidence -= 0.5 * (known - 1) * math.log(rest)
    candidates = found.candidates
    evidence += special.betaln(len(subset) + 1, candidates - len(subset) + 1)
    weights = np.full(count - known, 1 / (count - known))
    pull = weights @ cover[known:, :known] @ inverse
    intercept = one @ inverse @ (outcome - shrink * columns @ slopes) / sure
    ahead = weights @ found.columns[known:, subset]
    fitted = intercept + shrink * columns @ slopes
    mean = intercept + shrink * ahead @ slopes + pull @ (outcome - fitted)
    spread = weights @ cover[known:, known:] @ weights - pull @ cover[:known, known:] @ weights
    first = 1 - pull @ one
    row = ahead - pull @ columns - first * (one @ inverse @ columns) / sure
    spread += first**2 / sure + shrink * row @ np.linalg.solve(gram, row)
    return evidence, float(mean), math.sqrt(rest / (known - 1) * spread)


def test_the_posterior_is_that_of_dense_algebra() -> None:
    given_design = design()
    ratios = np.array([0.0, 0.1, 0.7])
    found = posterior(given_design, Prior(ratios=ratios)).expected.last()
    subsets = [[], [0], [1], [0, 1]]
    parts = [dense(given_design, r, s) for r, s in product(ratios.tolist(), subsets)]
    evidence = np.array([part[0] for part in parts])
    weights = np.exp(evidence - evidence.max())
    oracle = Mixture(
        weights=weights / weights.sum(),
        means=np.array([[part[1] for part in parts]]),
        scales=np.array([[part[2] for part in parts]]),
        freedom=given_design.known - 1,
    )
    # Parts of less than a thousandth of the weight together are left out.
    np.testing.assert_allclose(found.mean, oracle.mean, atol=2e-3)
    np.testing.assert_allclose(found.deviation, oracle.deviation, rtol=5e-3)
    assert found.quantile(0.1) == pytest.approx(oracle.quantile(0.1), abs=5e-3)


def test_a_mixture_of_one_part_is_students_t() -> None:
    one = Mixture(weights=np.ones(1), means=np.array([[3.0]]), scales=np.array([[2.0]]), freedom=7)
    oracle = stats.t(7, loc=3, scale=2)
    for share in (0.025, 0.5, 0.9):
        assert one.quantile(share)[0] == pytest.approx(oracle.ppf(share), abs=1e-6)
    assert one.deviation[0] == pytest.approx(oracle.std())


def test_further_times_are_foretold_as_if_they_were_there() -> None:
    short, long = design(0, 40, 5), design(0, 40, 20)
    foretold = posterior(short, Prior.wide()).deviation_over(20)
    assert foretold == pytest.approx(posterior(long, Prior.wide()).expected.deviation[-1], rel=1e-9)


@published
def test_with_the_usual_prior_the_published_answers_come_out() -> None:
    """Those of tfcausalimpact's own page: 4.89 (0.31), and -657 and -708 (727 to 736)."""
    table = csv.read_csv(DATA / "arma_data.csv").to_pydict()
    table["y"] = [value + (5 if at >= 70 else 0) for at, value in enumerate(table["y"])]
    data = panel({"at": range(100), **table}, time="at")
    usual = interrupted(data, outcome="y", start=70, prior=Prior.usual())
    assert usual.effect.mean == pytest.approx(4.89, abs=0.031)
    assert (usual.effect.low, usual.effect.high) == pytest.approx((4.26, 5.47), abs=0.1)
    assert interrupted(data, outcome="y", start=70).verdict is Verdict.WORKED
    sales = panel(csv.read_csv(DATA / "comparison_data.csv"), time="DATE")
    # Without weekday habits, as there.
    counted = Panel(times=tuple(range(108)), names=sales.names, values=sales.values)
    changed = interrupted(counted, outcome="CHANGED", start=90, prior=Prior.usual())
    assert changed.effect.mean == pytest.approx(-657, abs=73)
    assert changed.effect.mean == pytest.approx(-708, abs=73)
    wide = interrupted(counted, outcome="CHANGED", start=90)
    assert wide.effect.high - wide.effect.low > changed.effect.high - changed.effect.low
    assert wide.verdict is not Verdict.WORKED


def covered(drift: float, count: int, prior: Prior) -> float:
    held = []
    for seed in range(count):
        data = series(seed, drift=drift)
        found = quick(data, prior)
        held.append(
            found.quantile(0.025)[0] <= data.values[100:, 0].mean() <= found.quantile(0.975)[0]
        )
    return float(np.mean(held))


def quick(data: Panel, prior: Prior) -> Mixture:
    """What would have been, without placebos."""
    return posterior(
        Design(
            outcome=data.values[:100, 0],
            columns=data.values[:, 1:],
            groups=((0,), (1,), (2,)),
            controls=3,
            candidates=3,
        ),
        prior,
    ).expected.last()


@pytest.mark.parametrize("drift", [0.0, 0.3, 0.8])
def test_intervals_hold_whatever_the_level_does(drift: float) -> None:
    assert covered(drift, 60, Prior.wide()) >= 0.85


@pytest.mark.slow
def test_intervals_hold_in_hundreds_of_worlds_and_the_usual_ones_do_not() -> None:
    wide = [covered(drift, 400, Prior.wide()) for drift in (0.0, 0.3, 0.8)]
    assert min(wide) >= 0.88, wide
    usual = [covered(drift, 200, Prior.usual()) for drift in (0.3, 0.8)]
    assert max(usual) < 0.8, usual


def test_a_fit_takes_a_few_hundredths_of_a_second() -> None:
    data = series(1)
    quick(data, Prior.wide())
    spent = []
    for _ in range(5):
        begun = time.process_time()
        quick(data, Prior.wide())
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.05


def test_an_effect_is_found_and_told_with_its_conditions() -> None:
    found = interrupted(series(3, effect=8.0), outcome="y", start=100)
    assert found.verdict is Verdict.WORKED
    assert found.effect.low < 8 < found.effect.high
    assert found.effect.total == pytest.approx(30 * found.effect.mean)
    assert found.effect.probability is not None
    assert found.effect.probability > 0.999
    assert [one.of for one in found.in_time] == ["70", "40"]
    assert {one.of for one in found.in_space} == {"a", "b", "c"}
    assert dict(found.weights)["a"] > 0.99
    whys = [one.why for one in found.reasons]
    assert {Why.NOTHING_ELSE, Why.CONTROLS_UNTOUCHED, Why.PLACEBOS_QUIET} <= set(whys)
    assert all(say(one) for one in found.reasons)
    assert found.as_data()["verdict"] == "it worked"
    assert found.course is not None
    assert found.course.expected.shape == (130,)


def test_less_is_a_success_where_less_is_wanted() -> None:
    data = series(3, effect=-8.0)
    assert interrupted(data, outcome="y", start=100).verdict is Verdict.BACKWARDS
    wish = Question(upward=False)
    assert interrupted(data, outcome="y", start=100, question=wish).verdict is Verdict.WORKED


def test_nothing_is_no_sign_or_open_and_says_how_long_it_would_take() -> None:
    data = series(4)
    assert interrupted(data, outcome="y", start=100).verdict is Verdict.NO_SIGN
    fine = interrupted(data, outcome="y", start=100, question=Question(worthwhile=0.012))
    assert fine.verdict is Verdict.CANNOT_TELL
    why = [one.why for one in fine.reasons]
    assert (Why.NEEDED_TIMES in why) == (fine.needed is not None)
    assert (Why.OUT_OF_REACH in why) == (fine.needed is None)


def test_shocks_to_the_controls_silence_the_verdict() -> None:
    data = series(5)
    values = data.values.copy()
    values[100:, 1] += 12.0
    values[100:, 2] -= 12.0
    moved = Panel(times=data.times, names=data.names, values=values)
    found = interrupted(moved, outcome="y", start=100)
    assert found.effect.high < 0  # it would have looked like one
    assert found.verdict is Verdict.CANNOT_TELL
    assert Why.PLACES_LOUD in {one.why for one in found.reasons}


def test_without_controls_it_says_so() -> None:
    found = interrupted(series(6, effect=40.0), outcome="y", start=100, controls=[])
    assert found.verdict is Verdict.WORKED
    assert Why.NO_CONTROLS in [one.why for one in found.reasons]
    assert found.in_space == ()


def test_weekday_habits_are_known() -> None:
    rng = np.random.default_rng(2)
    days = tuple(date(2026, 1, 5) + timedelta(days=at) for at in range(100))
    week = np.array([5, 3, 3, 2, 0, -6, -7.0])
    values = 60 + week[np.arange(100) % 7] + rng.normal(size=100)
    data = Panel(times=days, names=("calls",), values=values[:, None])
    found = interrupted(data, outcome="calls", start=days[86])
    assert found.course is not None
    width = (found.course.high - found.course.low)[86:]
    assert width.mean() < 7  # of the noise alone: 3.9
    ten = interrupted(
        Panel(times=tuple(range(100)), names=("calls",), values=values[:, None]),
        outcome="calls",
        start=86,
    )
    assert ten.course is not None
    assert (ten.course.high - ten.course.low)[86:].mean() > 10


def test_of_many_controls_those_that_explain_are_kept() -> None:
    data = series(7)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(130, 12))
    many = Panel(
        times=data.times,
        names=(*data.names, *(f"n{at}" for at in range(12))),
        values=np.hstack([data.values, noise]),
    )
    found = interrupted(many, outcome="y", start=100)
    assert found.weights[0][0] == "a"
    left = next(one for one in found.reasons if one.why is Why.CONTROLS_LEFT_OUT)
    assert left.numbers == (("left", 7), ("kept", 8))


def test_a_control_that_explains_all_leaves_finite_numbers() -> None:
    data = series(10)
    values = data.values.copy()
    values[:, 0] = 2 * values[:, 1] + 5
    values[100:, 0] += 4
    found = interrupted(replace(data, values=values), outcome="y", start=100)
    assert found.effect.mean == pytest.approx(4, abs=0.1)
    assert found.effect.low < found.effect.high


def test_a_control_twice_counts_once() -> None:
    data = series(8)
    twice = Panel(
        times=data.times,
        names=(*data.names, "a again"),
        values=np.column_stack([data.values, 3 * data.values[:, 1] + 7]),
    )
    found = interrupted(twice, outcome="y", start=100)
    assert np.isfinite(found.effect.mean)
    inside = dict(found.weights)
    assert inside["a"] + inside["a again"] == pytest.approx(1, abs=1e-3)


@settings(max_examples=8, deadline=None)
@given(
    scale=st.sampled_from([1e-6, 0.01, 7.0, 1e9]),
    shift=st.sampled_from([0.0, 1e3, -40.0]),
    order=st.permutations(["a", "b", "c"]),
)
def test_units_and_order_of_controls_do_not_matter(
    scale: float, shift: float, order: list[str]
) -> None:
    data = series(9, effect=3.0)
    plain = interrupted(data, outcome="y", start=100)
    values = data.values[:, [0, *(data.names.index(name) for name in order)]].copy()
    values[:, 0] *= scale
    values[:, 1:] = values[:, 1:] * 13 + shift
    moved = Panel(times=data.times, names=("y", *order), values=values)
    other = interrupted(moved, outcome="y", start=100)
    assert same(other, plain, scale)


def same(other: Finding, plain: Finding, scale: float) -> bool:
    ours = np.array([plain.effect.mean, plain.effect.low, plain.effect.high]) * scale
    theirs = [other.effect.mean, other.effect.low, other.effect.high]
    return bool(np.allclose(theirs, ours, rtol=1e-5)) and other.verdict is plain.verdict


@pytest.mark.parametrize(
    ("data", "start", "message"),
    [
        (series(1), 15, "Only 15 times lie before the start"),
        (
            Panel(times=tuple(range(30)), names=("y",), values=np.ones((30, 1))),
            25,
            "'y' is 1 at every time before the start",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(data: Panel, start: int, message: str) -> None:
    with pytest.raises(Correctable, match=message):
        interrupted(data, outcome="y", start=start)


def test_an_outcome_is_no_control_of_itself() -> None:
    with pytest.raises(Correctable, match="'y' is both outcome and control"):
        interrupted(series(1), outcome="y", controls=["y"], start=100)


def test_each_code_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Why)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(Correctable, match="smallest change that matters is 0"):
        Question(worthwhile=0)
    with pytest.raises(Correctable, match=r"level is 0\.6"):
        Question(level=0.6)
