"""Fits of planted truths: contributions, verdicts, curves, checks, and what is refused."""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.curves import Curves
from auscult.engine.returns.mix import sampling
from auscult.engine.returns.mix.design import tables
from auscult.engine.returns.mix.imagine import imagine
from auscult.engine.returns.mix.kernel import density
from auscult.engine.returns.mix.model import Fit, fit
from auscult.engine.returns.mix.predict import checks, holdout, naive, replications
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.response import response_curves
from auscult.engine.returns.mix.results import SURE, Code, result, total_draws
from auscult.engine.returns.mix.sampling import NotConverged, mode
from auscult.engine.returns.mix.series import Channel, Experiment, Series
from auscult.engine.returns.mix.twins import joined

ROOT = next(one for one in Path(__file__).resolve().parents if (one / "pyproject.toml").exists())
MARKETING = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data")) / "marketing"
FIRST = date(2026, 3, 2)
RADIO, TWINS = 400.0, 500.0


def planted(rows: int = 120, seed: int = 5) -> Series:
    """Radio brings 400, two twins 500 together, posters nothing; 20 a day come anyway."""
    random = np.random.default_rng(seed)
    radio = random.gamma(2, 1, rows) * (random.random(rows) < 0.3)
    twin = random.gamma(2, 1, rows) * (random.random(rows) < 0.4)
    posters = random.gamma(2, 1, rows) * (random.random(rows) < 0.3)
    carried = np.zeros(rows)
    for row in range(rows):
        carried[row] = radio[row] + 0.7 * (carried[row - 1] if row else 0.0)
    outcome = 20 + random.normal(0, 1.5, rows)
    for brought, total in ((1 - np.exp(-carried / 6), RADIO), (1 - np.exp(-twin / 3), TWINS)):
        outcome += brought / brought.sum() * total
    done = (
        Channel(name="radio", activity=radio, cost=800.0, answers=Answers(echo=(0.5, 7))),
        Channel(name="posts", activity=twin, cost=0.0, answers=Answers(echo=(0.1, 2))),
        Channel(name="stories", activity=3 * twin, answers=Answers(echo=(0.1, 2))),
        Channel(name="posters", activity=posters, cost=100.0),
    )
    return Series(first=FIRST, step=1, outcome=outcome, channels=done)


@pytest.fixture(scope="module")
def found() -> Fit:
    return fit(planted(), seed=1)


def test_planted_contributions_are_found(found: Fit) -> None:
    told = result(found)
    radio, posts, posters = told.contributions
    assert radio.verdict.code is Code.EFFECT
    assert radio.total.low90 < RADIO < radio.total.high90
    assert radio.per_cost is not None
    assert radio.per_cost.central == pytest.approx(radio.total.central / 800)
    assert radio.half_life.low90 < np.log(0.5) / np.log(0.7) < radio.half_life.high90
    assert 0.8 < radio.learned < 1
    assert radio.evidence > SURE > 0 > posters.evidence
    assert posters.verdict.code is Code.UP_TO
    assert posters.verdict.values == {"high": posters.total.high90}
    # where a cost isn't known or is 0, there is a contribution and no ratio
    assert posts.per_cost is None


def test_of_channels_that_moved_together_the_sum_is_known(found: Fit) -> None:
    told = result(found)
    (group,) = told.groups
    assert group.channels == ("posts", "stories")
    assert group.total.low90 < TWINS < group.total.high90
    both = told.contributions[1]
    assert both.channel == "posts + stories"
    assert both.verdict.code is Code.ONLY_TOGETHER
    assert both.verdict.values["channels"] == ("posts", "stories")
    assert both.total == group.total


def test_joining_keeps_what_an_experiment_tells_apart() -> None:
    series = planted(rows=60)
    together, members = joined(series)
    assert members == {"posts + stories": ("posts", "stories")}
    assert [one.cost for one in together.channels] == [800.0, None, 100.0]
    trial = Experiment(channel="posts", first=FIRST, last=FIRST, found=1, error=1)
    assert joined(replace(series, experiments=(trial,)))[1] == {}


def test_curves_pass_through_what_was_found_and_go_to_planning(found: Fit) -> None:
    curves = response_curves(found, draws=1000)
    once = curves.outcomes[:, :, list(curves.scales).index(1.0)]
    assert np.allclose(once, total_draws(found), rtol=1e-9)
    assert (curves.outcomes[:, :, 0] == 0).all()
    assert (np.diff(curves.outcomes, axis=2) > 0).all()
    taken = Curves(ceiling=curves.ceiling, pace=curves.pace, form="exponential")
    assert np.allclose(taken.gains(np.ones(3)), once)
    assert np.allclose(taken.gains(np.full(3, 1.01)) - once, curves.marginal(), rtol=1e-6)
    # posts of a day bend alone, so between 0 and 2 the curve is nearly that of a day
    assert curves.misfit.max() < 0.1


def test_contributions_of_a_window_are_part_of_the_whole(found: Fit) -> None:
    middle = FIRST + timedelta(days=59)
    early = total_draws(found, last=middle)
    late = total_draws(found, first=middle + timedelta(days=1))
    assert np.allclose(early + late, total_draws(found))


def test_the_data_look_like_their_replications(found: Fit) -> None:
    told = {one.code: one for one in checks(found, seed=2)}
    assert set(told) == {"spread", "largest", "smallest", "memory"}
    assert not any(one.strange for one in told.values())
    drawn = replications(found, seed=2)
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    observed = found.series.outcome
    assert 0.8 < ((low <= observed) & (observed <= high)).mean() < 0.99


def test_chains_that_disagree_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "LADDER", ((20, 10), (20, 15)))
    with pytest.raises(NotConverged, match="The four chains disagree") as caught:
        fit(planted(rows=60), seed=1)
    assert caught.value.code == "not-converged"
    assert "add days" in caught.value.hint


def test_a_missing_sampler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nutpie", None)
    with pytest.raises(Correctable, match=r"pip install 'auscult\[mix\]'") as caught:
        fit(planted(rows=60), seed=1)
    assert caught.value.code == "sampler-missing"


def test_the_naive_foretelling_repeats_the_week() -> None:
    week = np.arange(7.0)
    past = np.concatenate([np.tile(week, 10), np.full(10, np.nan)])[None]
    assert naive(past, 10, 28).tolist() == [[*week, 0, 1, 2]]


def mmm_example() -> Series:
    with (MARKETING / "mmm_example.csv").open() as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date_week"]) for row in rows]
    events = {
        name: [day for day, row in zip(days, rows, strict=True) if float(row[name])]
        for name in ("event_1", "event_2")
    }
    done = []
    for name in ("x1", "x2"):
        spent = np.array([float(row[name]) for row in rows])
        echo = Answers(echo=(1, 14))
        done.append(Channel(name=name, activity=spent, cost=float(spent.sum()), answers=echo))
    outcome = np.array([float(row["y"]) for row in rows])
    return Series(first=days[0], step=7, outcome=outcome, channels=tuple(done), holidays=events)


@pytest.mark.skipif(not MARKETING.is_dir(), reason=f"no data at {MARKETING}; set AUSCULT_DATA")
def test_the_example_of_pymc_marketing_has_its_true_returns() -> None:
    told = result(fit(mmm_example(), seed=3, form="logistic"))
    truth = (4967.8, 2274.9)
    agreed = ((4411, 5464), (2149, 2499))
    for one, true, (low, high) in zip(told.contributions, truth, agreed, strict=True):
        assert one.per_cost is not None
        assert one.verdict.code is Code.EFFECT
        assert one.per_cost.low90 < true < one.per_cost.high90
        assert one.per_cost.central == pytest.approx(true, rel=0.03)
        assert one.per_cost.low90 == pytest.approx(low, rel=0.04)
        assert one.per_cost.high90 == pytest.approx(high, rel=0.04)


def test_what_never_changes_is_known_from_the_answers_only(found: Fit) -> None:
    """As if the prior itself had been drawn: nothing was learned."""
    given = found.tables
    drawn = np.abs(np.random.default_rng(1).standard_normal((4, 5000))) * given.most[0]
    values = np.tile(found.draws.flat.mean(axis=0), (4, 5000, 1))
    values[..., 0] = np.log(drawn)
    untaught = replace(found, draws=replace(found.draws, values=values))
    radio = result(untaught).contributions[0]
    assert radio.learned == pytest.approx(0, abs=0.1)
    assert radio.share.high90 == pytest.approx(1.96 * given.most[0], rel=0.1)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = (fit(planted(rows=60), seed=4).draws.values for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.slow
def test_an_experiment_decides_between_twins() -> None:
    series = planted()
    trial = Experiment(
        channel="posts", first=FIRST, last=FIRST + timedelta(days=119), found=100, error=20
    )
    told = result(fit(replace(series, experiments=(trial,)), seed=1))
    _, posts, stories, _ = told.contributions
    assert posts.total.low90 < 100 < posts.total.high90
    assert stories.total.low90 < TWINS - 100 < stories.total.high90
    assert told.groups == ()


def demanded(rows: int = 120) -> tuple[Series, float]:
    """Demand moves calls, and search twice as much; search itself brings 200 of 5,000."""
    random = np.random.default_rng(2)
    demand = lfilter([1.0], [1.0, -0.6], random.normal(0, 0.1, rows))
    search = np.maximum(1 + 2 * demand + random.normal(0, 0.1, rows), 0.05)
    brought = 1 - np.exp(-search)
    brought *= 200 / brought.sum()
    calls = 40 * (1 + demand) + brought + random.normal(0, 2, rows)
    done = Channel(name="search", activity=search, answers=Answers(echo=(0.1, 1.5), at_most=0.4))
    return Series(first=FIRST, step=1, outcome=calls, channels=(done,)), 200.0


def following(series: Series) -> Series:
    """Answer of each channel that it follows demand."""
    done = (
        replace(one, answers=replace(one.answers, follows_demand=True)) for one in series.channels
    )
    return replace(series, channels=tuple(done))


def test_demand_stands_behind_the_channels_that_follow_it() -> None:
    series = planted(rows=60)
    channels = (series.channels[0], *following(series).channels[1:3], series.channels[3])
    mixed, _ = joined(replace(series, channels=channels))
    assert [one.answers.follows_demand for one in mixed.channels] == [False, True, False]
    given = tables(mixed)
    assert given.activity.shape == (1, 4, 60)
    assert np.array_equal(given.activity[0, 3], given.activity[0, 1])
    assert np.array_equal(given.activity[:, :3], tables(joined(series)[0]).activity)
    # the worlds that this means tell of the channels only
    assert imagine(mixed, seed=1).contributions.shape == (1, 3, 60)


@pytest.mark.slow
def test_a_channel_that_follows_demand_claims_nothing_of_it() -> None:
    series, truth = demanded()
    (believed,) = result(fit(series, seed=1)).contributions
    assert believed.verdict.code is Code.EFFECT
    assert believed.total.low90 > 3 * truth
    asked = fit(following(series), seed=1)
    (search,) = result(asked).contributions
    assert search.verdict.code is Code.UP_TO
    assert search.total.low90 < truth < search.total.high90
    assert response_curves(asked).outcomes.shape[1] == 1
    low, high = np.quantile(replications(asked, seed=2), (0.05, 0.95), axis=0)
    assert 0.8 < ((low <= series.outcome) & (series.outcome <= high)).mean() < 0.99
    end = FIRST + timedelta(days=series.rows - 1)
    trial = Experiment(channel="search", first=FIRST, last=end, found=210, error=30)
    (tried,) = result(fit(replace(asked.series, experiments=(trial,)), seed=1)).contributions
    assert tried.verdict.code is Code.EFFECT
    assert truth / 2 < tried.total.low90 < truth < tried.total.high90 < 1.5 * truth


@pytest.mark.slow
def test_unseen_days_lie_where_they_were_foretold() -> None:
    told = holdout(planted(), rows=28, seed=1)
    assert told.inside90 >= 0.75
    assert told.error < told.naive


@pytest.mark.slow
def test_counts_of_three_places_share_what_they_know() -> None:
    random = np.random.default_rng(8)
    rows = 100
    size = np.array([1.0, 2.0, 4.0])[:, None]
    done = random.gamma(2, 1, (3, rows)) * (random.random((3, rows)) < 0.4) * size
    brought = size * 4 * -np.expm1(-done / size / 3)
    outcome = random.poisson(8 * size + brought).astype(float)
    outcome[1, 40:50] = np.nan
    series = Series(
        first=FIRST,
        step=1,
        outcome=outcome,
        channels=(Channel(name="posts", activity=done, answers=Answers(echo=(0.1, 2))),),
        places=("north", "south", "west"),
        count=True,
    )
    found = fit(series, seed=2)
    (posts,) = result(found).contributions
    assert posts.verdict.code is Code.EFFECT
    assert posts.total.low90 < brought.sum() < posts.total.high90
    drawn = replications(found, seed=1, draws=50)
    assert drawn.shape == (50, 3, rows)
    assert (drawn >= 0).all()
    assert (drawn == np.rint(drawn)).all()


@pytest.mark.slow
def test_intervals_hold_as_often_as_they_say() -> None:
    """Worlds drawn from the priors; 20 with 2 channels, so chance allows three deviations."""
    inside90, inside50, total = 0, 0, 20
    base = planted(rows=80)
    base = replace(base, channels=(base.channels[0], base.channels[3]))
    for seed in range(total):
        world = imagine(base, seed=seed)
        truth = world.contributions.sum(axis=(0, 2))
        low90, low50, high50, high90 = np.quantile(
            total_draws(fit(world.series, seed=seed)), (0.05, 0.25, 0.75, 0.95), axis=0
        )
        inside90 += int(((low90 <= truth) & (truth <= high90)).sum())
        inside50 += int(((low50 <= truth) & (truth <= high50)).sum())
    assert abs(inside90 / (2 * total) - 0.9) < 3 * (0.9 * 0.1 / (2 * total)) ** 0.5
    assert abs(inside50 / (2 * total) - 0.5) < 3 * (0.5 * 0.5 / (2 * total)) ** 0.5


def test_the_mode_is_higher_than_where_the_climb_began() -> None:
    given = tables(planted(rows=60))
    top = mode(given)
    grad = np.empty(top.size)
    assert density(top, given, grad) > density(np.zeros(top.size) - 1, given, grad)
    density(top, given, grad)
    assert np.abs(grad).max() < 0.1
