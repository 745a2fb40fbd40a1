"""The density against brute force, its gradient against differences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from auscult.engine.returns.mix.design import columns, tables, walk_basis
from auscult.engine.returns.mix.kernel import density, effects, respond, responses
from auscult.engine.returns.mix.questions import FORMS, Form
from auscult.engine.returns.mix.sampling import parameters
from auscult.engine.returns.mix.series import Channel, Experiment, Series

FIRST = date(2026, 1, 1)


def town(places: int = 1, rows: int = 70, channels: int = 2, seed: int = 1) -> Series:
    random = np.random.default_rng(seed)
    outcome = 10 + 2 * random.standard_normal((places, rows)) + np.arange(places)[:, None]
    # holes: a stretch, and a day alone between two holes
    outcome[0, [5, 6, 7, 20, 22]] = np.nan
    done = tuple(
        Channel(
            name=f"channel {at}",
            activity=(random.random((places, rows)) < 0.5) * random.gamma(2, 1, (places, rows)),
        )
        for at in range(channels)
    )
    first, last = FIRST + timedelta(days=9), FIRST + timedelta(days=30)
    names = tuple("abcdef"[:places])
    trials = [Experiment(channel="channel 1", first=first, last=last, found=30, error=10)]
    if places > 1:
        trials.append(
            Experiment(channel="channel 0", first=first, last=last, found=9, error=3, place="b")
        )
    return Series(
        first=FIRST,
        step=1,
        outcome=outcome,
        channels=done,
        places=names,
        experiments=tuple(trials),
        holidays={"Epiphany": [date(2026, 1, 6)]},
        controls={"rain": random.random(rows)},
    )


def point(size: int, channels: int, seed: int = 3) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=size) * 0.5
    x[:channels] -= 2
    return x


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("places", [1, 2])
def test_the_gradient_is_that_of_differences(places: int, form: Form) -> None:
    series = town(places)
    weight = 1 + 0.3 * np.random.default_rng(0).random(series.outcome.shape)
    prepared = tables(series, weight=weight, form=form)
    x = point(parameters(prepared), 2)
    grad, scratch = np.empty(x.size), np.empty(x.size)
    density(x, prepared, grad)
    for at in range(x.size):
        step = np.zeros(x.size)
        step[at] = 1e-5
        rise = density(x + step, prepared, scratch) - density(x - step, prepared, scratch)
        assert grad[at] == pytest.approx(rise / 2e-5, rel=1e-6, abs=1e-5)


def dense(series: Series, x: np.ndarray, weight: np.ndarray) -> float:
    """The likelihood of one place as one Gaussian with its whole covariance, written anew."""
    prepared = tables(series, weight=weight)
    count = len(series.channels)
    drift, memory, noise = (
        np.exp(prepared.drift[0] + prepared.drift[1] * x[3 * count]),
        np.tanh(prepared.memory[0] + prepared.memory[1] * x[3 * count + 1]),
        np.exp(prepared.noise[0] + prepared.noise[1] * x[3 * count + 2]),
    )
    plain, variance, walk = columns(series)
    variance[walk:] *= drift**2
    read = np.flatnonzero(np.isfinite(series.outcome[0]))
    # what adstock, saturation and mean contribution mean, straight from their definitions
    brought = np.zeros(series.rows)
    for at, channel in enumerate(series.channels):
        usual = channel.activity[channel.activity > 0].mean()
        keep = 0.5 ** (1 / np.exp(prepared.echo[at, 0] + prepared.echo[at, 1] * x[2 * count + at]))
        lags = keep ** np.arange(series.rows) * (1 - keep)
        carried = np.convolve(channel.activity[0] / usual, lags)[: series.rows]
        pace = np.exp(prepared.bend[at, 0] + prepared.bend[at, 1] * x[count + at])
        response = 1 - np.exp(-carried / pace)
        brought += np.exp(x[at]) * response / response.mean()
    apart = np.abs(read[:, None] - read[None]).astype(float)
    gap = np.cumsum(np.concatenate([[0], np.diff(read) > 1]))
    same_run = gap[:, None] == gap[None]
    left = noise**2 / (1 - memory**2) * memory**apart * same_run
    w = weight[0, read]
    cover = (plain[:, read].T * variance) @ plain[:, read] * np.outer(w, w) + left
    outcome = series.outcome[0, read] / prepared.size[0]
    return float(multivariate_normal.logpdf(w * (outcome - brought[read]), cov=cover))


def test_integrating_out_equals_the_whole_covariance() -> None:
    series = replace(town(), experiments=())
    weight = 1 + 0.3 * np.random.default_rng(0).random(series.outcome.shape)
    prepared = tables(series, weight=weight)
    scratch = np.empty(parameters(prepared))
    differences = []
    for seed in range(4):
        x = point(parameters(prepared), 2, seed)
        square = np.exp(2 * x[:2]) / prepared.most**2
        prior = (x[:2] - 0.5 * square).sum() - 0.5 * (x[2:] ** 2).sum()
        differences.append(density(x, prepared, scratch) - prior - dense(series, x, weight))
    # constants are left out of the density: nothing else may differ
    constant = 0.5 * np.log(2 * np.pi) * prepared.seen[0]
    assert np.allclose(differences, constant, atol=1e-8)


def test_an_experiment_is_a_gaussian_about_the_contribution_of_its_window() -> None:
    series = town(2)
    prepared, without = tables(series), tables(replace(series, experiments=()))
    x = point(parameters(prepared), 2)
    scratch = np.empty(x.size)
    response, mean = responses(x, prepared)
    brought = (effects(x, prepared) / mean[:, 0] * prepared.size[:, None])[:, :, None]
    window = (brought * response[:, :, 0])[:, :, 9:31].sum(axis=2)
    expected = -0.5 * (((window[:, 1].sum() - 30) / 10) ** 2 + ((window[1, 0] - 9) / 3) ** 2)
    found = density(x, prepared, scratch) - density(x, without, scratch)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("outcome", "activity"), [(1024.0, 1.0), (1.0, 0.125), (4096.0, 64.0)])
def test_units_change_nothing(outcome: float, activity: float) -> None:
    """By powers of two, so that rounding is the same and equality exact."""
    series = town(2)
    scaled = replace(
        series,
        outcome=series.outcome * outcome,
        channels=tuple(replace(one, activity=one.activity * activity) for one in series.channels),
        experiments=tuple(
            replace(one, found=one.found * outcome, error=one.error * outcome)
            for one in series.experiments
        ),
    )
    here, there = tables(series), tables(scaled)
    x = point(parameters(here), 2)
    first, second = np.empty(x.size), np.empty(x.size)
    assert density(x, here, first) == density(x, there, second)
    assert np.array_equal(first, second)


def test_the_walk_is_one() -> None:
    """Thirty waves hold nearly all of a walk's variance, which after a year is 1."""
    waves, sizes = walk_basis(365, 1)
    covariance = (waves.T * sizes) @ waves
    days = (np.arange(365) + 0.5) / 365.25
    assert np.abs(covariance - np.minimum(days[:, None], days[None])).max() < 0.02


@settings(max_examples=60, deadline=None)
@given(
    activity=st.lists(st.floats(0, 50), min_size=2, max_size=60),
    pace=st.floats(0.05, 50),
    life=st.floats(0.05, 60),
    form=st.sampled_from(sorted(FORMS.values())),
    more=st.floats(1.0, 3.0),
)
def test_responses_rise_with_activity_and_ever_more_slowly(
    activity: list[float], pace: float, life: float, form: int, more: float
) -> None:
    done = np.array(activity)
    found = [np.empty((3, done.size)) for _ in range(3)]
    for times, room in zip((1.0, more, 2 * more - 1), found, strict=True):
        respond(done * times, pace, life, form, room)
    once, later, last = (room[0] for room in found)
    assert ((once >= 0) & (once <= 1)).all()
    assert (later >= once - 1e-12).all()
    assert (later - once >= last - later - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(height=st.floats(0.01, 5), life=st.floats(0.1, 20), pace=st.floats(0.2, 10))
def test_steady_activity_keeps_its_height_and_an_echo_halves(
    height: float, life: float, pace: float
) -> None:
    room = np.empty((3, 2000))
    respond(np.full(2000, height), pace, life, FORMS["hyperbolic"], room)
    assert room[0, -1] == pytest.approx(height / pace / (1 + height / pace), rel=1e-9)
    once = np.zeros(2000)
    once[0] = height
    respond(once, pace, life, FORMS["hyperbolic"], room)
    carried = room[0] / (1 - room[0])
    days = 7
    assert carried[days] / carried[0] == pytest.approx(0.5 ** (days / life), rel=1e-6)
