"""Bursts: planted storms are found, missing hours are silent, updates are exact."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.signals import Alarm, Bursts, Phase, State
from auscult.engine.signals.bursts import POSTS_AN_HOUR, TIMES_USUAL
from auscult.engine.signals.profile import learn

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
WEEKS = 6
LATER = MONDAY + timedelta(weeks=WEEKS)
DAY_SHAPE = np.array([0.2] * 7 + [1.0] * 10 + [2.0] * 5 + [0.6] * 2)


def past(rates: list[float], seed: int = 1, weeks: int = WEEKS) -> np.ndarray:
    mean = np.array(rates)[:, None] * np.tile(DAY_SHAPE / DAY_SHAPE.mean(), 7 * weeks)
    return np.asarray(np.random.default_rng(seed).negative_binomial(mean / 0.3, 1 / 1.3))


def fit(counts: np.ndarray, **more: object) -> Bursts:
    keys = [f"watch {row}" for row in range(len(counts))]
    return Bursts.fit(counts, start=MONDAY, step=HOUR, keys=keys, **more)  # type: ignore[arg-type]


def began(alarms: tuple[Alarm, ...]) -> list[str]:
    return [alarm.key for alarm in alarms if alarm.phase is Phase.BEGAN]


def test_a_storm_raises_one_alarm_that_says_why_and_ends() -> None:
    usual = past([2.0, 2.0])
    bursts = fit(usual, false_alarms=0.02)
    counts = past([2.0, 2.0], seed=2, weeks=2)
    counts[0, 40:64] += 12
    _, alarms = bursts.scan(counts, start=LATER)
    first, last = alarms
    assert (first.key, first.phase) == ("watch 0", Phase.BEGAN)
    assert LATER + 36 * HOUR <= first.since <= LATER + 41 * HOUR
    assert first.at <= LATER + 42 * HOUR
    assert first.observed > first.high >= first.expected >= first.low
    assert first.probability < 1e-4
    assert first.score > first.threshold
    assert (last.key, last.phase, last.since) == ("watch 0", Phase.ENDED, first.since)
    assert last.observed >= 24 * 12
    assert LATER + 64 * HOUR + timedelta(days=1) <= last.at <= LATER + timedelta(days=5)


def test_a_slow_storm_is_seen_though_no_hour_stands_out() -> None:
    bursts = fit(past([3.0]))
    counts = past([3.0 * 1.9], seed=3, weeks=1)
    assert counts.max() < past([3.0], seed=9, weeks=30).max() * 2
    _, alarms = bursts.scan(counts, start=LATER)
    assert alarms[0].at <= LATER + timedelta(days=2)


def test_a_watch_that_never_heard_anything_needs_three_mentions() -> None:
    bursts = fit(np.zeros((1, 168 * WEEKS)))
    state, none = bursts.update(bursts.begin(), [2], at=LATER)
    assert none == ()
    _, alarms = bursts.update(state, [1], at=LATER + HOUR)
    assert alarms[0].observed == 3
    assert alarms[0].since == LATER


def test_each_series_may_have_a_wish_of_its_own() -> None:
    both = fit(past([2.0, 2.0]), false_alarms=[1.0, 0.01])
    assert both.threshold[1] - both.threshold[0] == pytest.approx(np.log(100))
    assert both.threshold[0] == fit(past([2.0])).threshold[0]
    with pytest.raises(Correctable, match="one for each series"):
        fit(past([2.0, 2.0]), false_alarms=[1.0, 1.0, 1.0])


def test_a_watch_without_a_week_of_past_is_silent() -> None:
    bursts = fit(past([1.0])[:, :100])
    _, alarms = bursts.scan(np.full((1, 48), 50), start=LATER)
    assert alarms == ()


@pytest.mark.parametrize(("rate", "spread"), [(0.02, 1.2), (0.5, 2.0), (8.0, 1.5)])
def test_false_alarms_of_the_model_stay_below_the_wish(rate: float, spread: float) -> None:
    rows = 100
    bursts = Bursts.from_data(
        fit(past([1.0])).as_data()
        | {
            "keys": [str(row) for row in range(rows)],
            "rates": np.full((rows, 168), rate).tolist(),
            "dispersion": [spread] * rows,
            "learned": [1000.0] * rows,
        }
    )
    rng = np.random.default_rng(5)
    counts = rng.negative_binomial(rate / (spread - 1), 1 / spread, (rows, 15 * 24))
    _, alarms = bursts.scan(counts, start=LATER)
    months = rows / 2
    assert len(began(alarms)) <= 1.1 * months


@settings(max_examples=8, deadline=None)
@given(
    gap=st.lists(st.booleans(), min_size=72, max_size=72),
    what=st.sampled_from([0, 7, 100_000]),
    seed=st.integers(0, 1000),
)
def test_missing_hours_never_matter(gap: list[bool], what: int, seed: int) -> None:
    bursts = fit(past([0.5]))
    counts = past([0.5], seed=seed, weeks=1)[:, :72]
    counts[:, 30:] += 3
    read = np.array([gap], float)
    filled = np.where(read > 0, counts, what)
    nan = np.where(read > 0, counts, np.nan)
    _, first = bursts.scan(filled, start=LATER, covered=read)
    _, second = bursts.scan(nan, start=LATER, covered=read)
    assert first == second
    ends = {int((alarm.at - LATER) / HOUR) - 1 for alarm in first}
    assert all(read[0, hour] == 1 for hour in ends)
    silent, none = bursts.scan(filled, start=LATER, covered=np.zeros((1, 72)))
    assert none == ()
    assert not silent.evidence.any()


def test_an_outage_in_the_past_isnt_learned_as_silence() -> None:
    usual = past([2.0])
    read = np.ones(usual.shape)
    read[:, 300:700] = 0
    holed = np.where(read > 0, usual, 0)
    with_gap, whole = fit(holed, covered=read), fit(usual)
    assert with_gap.rates.mean() == pytest.approx(whole.rates.mean(), rel=0.1)
    assert with_gap.learned == pytest.approx([168 * WEEKS - 400])


def test_a_storm_in_the_past_isnt_learned_as_usual() -> None:
    usual = past([2.0])
    stormy = usual.copy()
    stormy[:, 600:660] += 25
    assert fit(stormy).rates.mean() == pytest.approx(fit(usual).rates.mean(), rel=0.08)


def test_a_sparse_watch_borrows_the_hours_of_the_others() -> None:
    counts = past([5.0, 4.0, 0.05])
    rates = fit(counts).rates[2].reshape(7, 24).mean(0)
    assert rates[17:22].mean() > 3 * rates[:7].mean()


def test_one_by_one_through_json_equals_all_at_once() -> None:
    counts = past([0.3, 2.0, 9.0], seed=4, weeks=1)
    counts[1, 100:110] += 20
    read = (np.random.default_rng(6).random(counts.shape) < 0.9).astype(float)
    bursts = fit(past([0.3, 2.0, 9.0]), false_alarms=0.02)
    whole, alarms = bursts.scan(counts, start=LATER, covered=read)
    state = bursts.begin()
    found: tuple[Alarm, ...] = ()
    for hour in range(counts.shape[1]):
        model = Bursts.from_data(json.loads(json.dumps(bursts.as_data())))
        state = State.from_data(json.loads(json.dumps(state.as_data())))
        state, more = model.update(
            state, counts[:, hour], at=LATER + hour * HOUR, covered=read[:, hour]
        )
        found += more
    assert found == alarms
    assert began(alarms) == ["watch 1"]
    assert state.as_data() == whole.as_data()


def test_the_evidence_is_that_of_the_formula() -> None:
    """Hold the arrays against plain numbers: Shiryaev-Roberts over negative binomials."""
    bursts = fit(past([0.7]))
    counts = past([0.7], seed=8, weeks=1)[:, :48]
    state = bursts.begin()
    evidence = [0.0] * (len(TIMES_USUAL) + len(POSTS_AN_HOUR))
    spread = float(bursts.dispersion[0])
    for hour in range(48):
        usual = float(bursts.rates[0, hour % 168])
        others = [usual * (1 + more) for more in TIMES_USUAL]
        others += [usual + more for more in POSTS_AN_HOUR]
        for size, other in enumerate(others):
            ratio = chance(counts[0, hour], other, spread) / chance(counts[0, hour], usual, spread)
            evidence[size] = (1 + evidence[size]) * ratio
        state, _ = bursts.update(state, counts[:, hour], at=LATER + hour * HOUR)
        assert state.evidence[0] == pytest.approx(evidence, rel=1e-6)


def chance(count: int, mean: float, spread: float) -> float:
    shape = mean / (spread - 1)
    return math.exp(
        math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1)
        - shape * math.log(spread) + count * math.log((spread - 1) / spread)
    )  # fmt: skip


def test_series_come_and_go_between_fits() -> None:
    two = fit(past([1.0, 1.0]))
    state, _ = two.update(two.begin(), [3, 0], at=LATER)
    other = Bursts.from_data(two.as_data() | {"keys": ["new", "watch 0"]})
    moved, _ = other.update(state, [0, 0], at=LATER + HOUR, covered=0.0)
    assert moved.evidence[0].sum() == 0
    assert moved.evidence[1] == pytest.approx(state.evidence[0])


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_parts_of_an_hour_see_the_same_storm(minutes: int) -> None:
    parts = 60 // minutes
    fine = np.zeros((1, 168 * WEEKS * parts))
    fine[:, ::parts] = past([2.0])
    step = timedelta(minutes=minutes)
    bursts = Bursts.fit(fine, start=MONDAY, step=step, keys=["a"])
    assert bursts.rates == pytest.approx(fit(past([2.0])).rates)
    _, alarms = bursts.scan(np.full((1, parts * 2), 12 / parts), start=LATER)
    assert began(alarms) == ["a"]
    assert alarms[0].at <= LATER + 2 * HOUR


def test_half_a_stream_is_held_against_half_of_the_usual() -> None:
    bursts = fit(past([8.0]))
    whole, _ = bursts.update(bursts.begin(), [8], at=LATER)
    half, _ = bursts.update(bursts.begin(), [4], at=LATER, covered=0.5)
    assert half.calm_usual[0] == pytest.approx(whole.calm_usual[0] / 2)


def test_the_hour_of_the_week_is_that_of_the_wall() -> None:
    """At nine in Berlin people write, in summer and, an hour of UTC later, in winter."""
    begin = datetime(2026, 9, 27, 22, tzinfo=UTC)  # Monday, midnight in Berlin
    nine = np.array(
        [
            [
                10 if hour.astimezone(ZoneInfo("Europe/Berlin")).hour == 9 else 0
                for hour in hours(begin, 5)
            ]
        ]
    )
    bursts = Bursts.fit(nine, start=begin, step=HOUR, keys=["a"], zone="Europe/Berlin")
    by_hour = bursts.rates[0].reshape(7, 24).mean(0)
    assert by_hour[9] > 20 * np.delete(by_hour, 9).max()
    winter = datetime(2026, 11, 2, 8, tzinfo=UTC)  # nine o'clock
    band = bursts.band(start=winter, size=2)
    assert band.expected[0, 0] > 20 * band.expected[0, 1]


def hours(begin: datetime, weeks: int) -> list[datetime]:
    return [begin + hour * HOUR for hour in range(weeks * 168 + 1)]


def test_the_band_holds_nineteen_of_twenty_hours() -> None:
    bursts = fit(past([3.0], weeks=12))
    counts = past([3.0], seed=11, weeks=8)
    band = bursts.band(start=LATER, size=counts.shape[1])
    inside = (counts >= band.low) & (counts <= band.high)
    assert 0.93 <= inside.mean() <= 1
    nothing = bursts.band(start=LATER, size=3, covered=[0, 0, 0])
    assert nothing.high.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"step": timedelta(minutes=7)}, "step is 0:07:00; it must be an hour or a whole part"),
        ({"start": MONDAY.replace(tzinfo=None)}, "it must be aware and on the full hour"),
        ({"start": MONDAY.replace(minute=30)}, "it must be aware and on the full hour"),
        ({"keys": ["a", "b"]}, "counts is of shape (1, 200); it must be of shape (2, intervals)"),
        ({"false_alarms": 0}, "false_alarms is 0; it must be a number above 0"),
        ({"zone": "Berlin"}, "There is no time zone 'Berlin'. Name it like Europe/Berlin"),
        ({"covered": np.full(200, 1.5)}, "covered is below 0, above 1"),
        ({"covered": np.ones(3)}, "covered is of shape (3,)"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], told: str) -> None:
    given_ = {"start": MONDAY, "step": HOUR, "keys": ["a"]} | changes
    with pytest.raises(Correctable) as refused:
        Bursts.fit(np.ones((1, 200)), **given_)  # type: ignore[arg-type]
    assert told in str(refused.value)


def test_an_interval_is_read_once() -> None:
    bursts = fit(past([1.0]))
    state, _ = bursts.update(bursts.begin(), [1], at=LATER)
    with pytest.raises(Correctable, match="it must be a start after that of the last interval"):
        bursts.update(state, [1], at=LATER)


def test_rates_scale_with_the_counts() -> None:
    counts = past([4.0])
    hours_, days = np.arange(counts.shape[1]) % 168, np.arange(counts.shape[1]) // 24
    one = learn(counts.astype(float), np.ones(counts.shape), hours_, days)
    ten = learn(counts * 10.0, np.ones(counts.shape), hours_, days)
    assert ten.rates.sum() == pytest.approx(10 * one.rates.sum(), rel=0.05)
