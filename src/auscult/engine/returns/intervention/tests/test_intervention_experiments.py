"""Experiments: power before and analysis after, on planted effects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention import (
    Panel,
    PlacesDesign,
    Question,
    Rhythm,
    Switchback,
    Verdict,
    Why,
    analyse_places,
    analyse_switchback,
    design_places,
    design_switchback,
    power_of_places,
    power_of_switchback,
    say,
)

DAYS = tuple(date(2026, 1, 5) + timedelta(days=at) for at in range(182))


def towns(seed: int, count: int = 18) -> Panel:
    """Towns of different size that share moods and a week; two next to each other are alike."""
    rng = np.random.default_rng(seed)
    moods = np.cumsum(0.03 * rng.normal(size=(len(DAYS), count // 2)), axis=0)
    week = 0.1 * np.sin(np.arange(len(DAYS)) * 2 * np.pi / 7)
    logs = np.repeat(moods, 2, axis=1) + week[:, None] + 0.08 * rng.normal(size=(len(DAYS), count))
    return Panel(
        times=DAYS,
        names=tuple(f"town {at}" for at in range(count)),
        values=np.exp(rng.normal(5, 0.6, count) + logs),
    )


def past(data: Panel) -> Panel:
    return Panel(times=data.times[:140], names=data.names, values=data.values[:140])


def with_effect(data: Panel, design: PlacesDesign, effect: float, start: int) -> Panel:
    values = data.values.copy()
    ours = [data.names.index(name) for name in design.treated]
    values[start:, ours] *= 1 + effect
    return replace(data, values=values)


def test_places_are_paired_with_their_likes() -> None:
    design = design_places(past(towns(1)), rng=np.random.default_rng(1))
    numbers = [sorted(int(name.split()[1]) for name in pair) for pair in design.pairs]
    assert sorted(numbers) == [[at, at + 1] for at in range(0, 18, 2)]
    again = design_places(past(towns(1)), rng=np.random.default_rng(1))
    assert again == design
    assert len(design_places(past(towns(1)), rng=np.random.default_rng(1), pairs=6).pairs) == 6


def test_pairs_do_not_depend_on_units() -> None:
    data = past(towns(1))
    small = replace(data, values=data.values * 1e-6)
    rng = np.random.default_rng(1)
    assert design_places(small, rng=rng) == design_places(data, rng=np.random.default_rng(1))


def test_power_grows_with_the_effect_and_false_alarms_stay_few() -> None:
    data = past(towns(2))
    design = design_places(data, rng=np.random.default_rng(1))
    power = power_of_places(data, design, lengths=[7, 28], rng=np.random.default_rng(2))
    assert (np.diff(power.found, axis=1) >= -0.01).all()
    assert (power.false <= 0.1).all()
    assert power.found[:, -1].min() > 0.95
    smallest = power.smallest[1]
    assert smallest is not None
    assert power.size_for(smallest) is not None
    assert power.size_for(0.001) is None


def test_the_analysis_finds_as_often_as_the_power_says() -> None:
    found, said = [], []
    for seed in range(25):
        data = towns(seed)
        design = design_places(past(data), rng=np.random.default_rng(seed))
        power = power_of_places(past(data), design, lengths=[42], rng=np.random.default_rng(1))
        said.append(float(power.found[0, 1]))  # of five in a hundred
        finding = analyse_places(
            with_effect(data, design, 0.05, 140),
            design,
            start=DAYS[140],
            rng=np.random.default_rng(1),
        )
        found.append(finding.verdict is Verdict.WORKED)
    assert np.mean(found) == pytest.approx(np.mean(said), abs=0.25)


def test_an_effect_on_places_is_found_and_told() -> None:
    data = towns(3)
    design = design_places(past(data), rng=np.random.default_rng(3))
    found = analyse_places(
        with_effect(data, design, 0.2, 154), design, start=DAYS[154], rng=np.random.default_rng(1)
    )
    assert found.verdict is Verdict.WORKED
    assert found.effect.relative == pytest.approx(0.2, abs=0.06)
    assert found.chances[0].arrangements == 512
    assert {Why.DRAWN, Why.SPILL_OVER} <= {one.why for one in found.reasons}
    assert all(say(one) for one in found.reasons)
    still = analyse_places(
        data,
        design,
        start=DAYS[154],
        rng=np.random.default_rng(1),
        question=Question(worthwhile=0.01),
    )
    assert still.verdict is Verdict.CANNOT_TELL
    assert still.needed is not None
    assert Why.NEEDED_PAIRS in {one.why for one in still.reasons}


def test_a_switchback_finds_what_was_planted() -> None:
    data = towns(4)
    rhythm = Rhythm(stretch=7, skip=1)
    design = design_switchback(DAYS, rhythm=rhythm, rng=np.random.default_rng(1))
    assert len(design.on) == 26
    values = data.values.copy()
    on = np.array([design.is_on(day) for day in design.times])
    values[: len(on), 0] *= np.where(on, 1.3, 1.0)
    found = analyse_switchback(
        replace(data, values=values), design, outcome="town 0", rng=np.random.default_rng(1)
    )
    assert found.verdict is Verdict.WORKED
    assert found.effect.relative_low is not None
    assert found.effect.relative_high is not None
    assert found.effect.relative_low < 0.3 < found.effect.relative_high
    carried = next(one for one in found.reasons if one.why is Why.CARRIED_OVER)
    assert carried.numbers == (("times", 1),)
    power = power_of_switchback(
        data, outcome="town 0", rhythm=rhythm, pairs=[6, 10], rng=np.random.default_rng(2)
    )
    assert (power.false <= 0.12).all()
    assert power.found[1, -1] > 0.9


def refused_switchback(**changed: object) -> Switchback:
    return design_switchback(
        changed.get("times", DAYS),  # type: ignore[arg-type]
        rhythm=Rhythm(stretch=7, skip=int(str(changed.get("skip", 0)))),
        rng=np.random.default_rng(1),
    )


def test_what_cannot_tell_is_refused_before_it_begins() -> None:
    rng = np.random.default_rng(1)
    few = past(towns(5)).without([f"town {at}" for at in range(8)])
    with pytest.raises(Correctable, match=r"5 pairs can be drawn in 32 ways.*6.25 of 100"):
        design_places(few, rng=rng)
    assert design_places(few, rng=rng, question=Question(level=0.1)).pairs
    with pytest.raises(Correctable, match="20 pairs are asked, and there are 18 places"):
        design_places(past(towns(5)), rng=rng, pairs=20)
    with pytest.raises(Correctable, match="4 pairs can be drawn in 16 ways"):
        refused_switchback(times=DAYS[:60])
    with pytest.raises(Correctable, match="of which 7 aren't counted"):
        refused_switchback(skip=7)
    data = past(towns(5))
    design = design_places(data, rng=rng)
    with pytest.raises(Correctable, match="of 80 times is asked, and the past has 140"):
        power_of_places(data, design, lengths=[80], rng=rng)
    with pytest.raises(Correctable, match="30 times lie before the start and 110 since"):
        analyse_places(data, design, start=DAYS[30], rng=rng)
    with pytest.raises(Correctable, match="take 280 times, and the past has 140"):
        power_of_switchback(data, outcome="town 0", rhythm=Rhythm(stretch=7), pairs=[20], rng=rng)
    with pytest.raises(Correctable, match="There is no data for 2026-05-25"):
        analyse_switchback(data, refused_switchback(), outcome="town 0", rng=rng)


def test_where_less_is_wanted_a_fall_is_planted() -> None:
    data = past(towns(6))
    design = design_places(data, rng=np.random.default_rng(1))
    down = power_of_places(
        data, design, lengths=[28], rng=np.random.default_rng(1), question=Question(upward=False)
    )
    assert down.found[0, -1] == 1
