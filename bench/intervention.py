"""Whether a campaign worked: how often intervals hold, published answers, and time.

Run: python -m bench.intervention [--small]. The rows go to bench/results/intervention.json.

The peer is the usual default: a local level by statsmodels' UnobservedComponents with the controls
as regressors, whose level moves by a hundredth of the outcome's spread, as CausalImpact and its
followers have it.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyarrow import csv
from scipy import stats
from statsmodels.tsa.statespace.structural import UnobservedComponents

from auscult.engine.returns.intervention import (
    Finding,
    Panel,
    Prior,
    Question,
    Scale,
    Verdict,
    difference,
    interrupted,
    panel,
    synthetic_control,
)
from auscult.engine.returns.intervention.structural_model import Design, posterior
from bench.report import write

Floats = NDArray[np.float64]
Row = dict[str, object]

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[2] / "shared" / "data"))
KNOWN, AFTER = 100, 30
PEER = "usual default"
WORLDS = (
    "100 days before and 30 since, three controls that walk, noise of 1, and a level that no control"
    " knows and that walks by so much a day; nothing happens; intervals of 95 %"
)


def world(seed: int, drift: float) -> tuple[Floats, Floats]:
    """An outcome and three controls of which it follows two; nothing happens."""
    rng = np.random.default_rng(seed)
    count = KNOWN + AFTER
    controls = np.cumsum(0.5 * rng.normal(size=(count, 3)), axis=0) + rng.normal(size=(count, 3))
    outcome = 50 + controls @ [1, 0.5, 0] + rng.normal(size=count)
    return outcome + drift * np.cumsum(rng.normal(size=count)), controls


def ours(outcome: Floats, controls: Floats) -> tuple[float, float]:
    """The interval of what would have been, on average."""
    design = Design(
        outcome=outcome[:KNOWN],
        columns=controls,
        groups=((0,), (1,), (2,)),
        controls=3,
        candidates=3,
    )
    found = posterior(design, Prior.wide()).expected.last()
    return float(found.quantile(0.025)[0]), float(found.quantile(0.975)[0])


def usual(outcome: Floats, controls: Floats) -> tuple[float, float]:
    """The same by a local level of fixed, small steps, fitted by maximum likelihood."""
    middle, spread = outcome[:KNOWN].mean(), outcome[:KNOWN].std()
    scaled = (controls - controls[:KNOWN].mean(axis=0)) / controls[:KNOWN].std(axis=0)
    model = UnobservedComponents(
        (outcome[:KNOWN] - middle) / spread, level="llevel", exog=scaled[:KNOWN]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with model.fix_params({"sigma2.level": 0.01**2}):
            fitted = model.fit(disp=False)
        mean = fitted.get_forecast(AFTER, exog=scaled[KNOWN:]).predicted_mean.mean()
    noise = fitted.params[list(model.param_names).index("sigma2.irregular")]
    # The level's variance a day after the start, and what it walks from there on.
    walked = 0.01**2 * (AFTER - 1) * (2 * AFTER - 1) / (6 * AFTER)
    variance = fitted.predicted_state_cov[0, 0, -1] + walked + noise / AFTER
    reach = stats.norm.ppf(0.975) * np.sqrt(variance)
    return float(middle + spread * (mean - reach)), float(middle + spread * (mean + reach))


def coverage(count: int) -> list[Row]:
    """How often the interval of the mean holds, and the time of one fit."""
    rows = []
    spent = np.zeros((2, 3, count))
    for at, drift in enumerate((0.0, 0.3, 0.8)):
        held = np.zeros((2, count))
        for seed in range(count):
            outcome, controls = world(seed, drift)
            for who, method in enumerate((ours, usual)):
                begun = time.process_time()
                low, high = method(outcome, controls)
                spent[who, at, seed] = time.process_time() - begun
                held[who, seed] = low <= outcome[KNOWN:].mean() <= high
        we, they = held.mean(axis=1)
        rows.append(
            row(
                f"structural series, drift {drift:g}: share of {count} in the 95 % interval",
                float(we),
                peer=PEER,
                peer_value=round(float(they), 4),
                goal=0.85,
                met=bool(we >= 0.85),
                note=WORLDS,
            )
        )
    fast, slow = (float(np.median(one)) * 1000 for one in spent)
    rows.append(
        row(
            "structural series: a core for one fit, 130 days, 3 controls",
            fast,
            unit="ms",
            peer=PEER,
            peer_value=round(slow, 2),
            ratio=round(slow / fast, 1),
            goal=50,
            met=fast <= 50,
        )
    )
    return rows


def false_claims(count: int) -> Row:
    """Verdicts where nothing happened, placebos and all."""
    claimed = []
    for seed in range(count):
        outcome, controls = world(seed, (0.0, 0.3, 0.8)[seed % 3])
        data = Panel(
            times=tuple(range(KNOWN + AFTER)),
            names=("y", "a", "b", "c"),
            values=np.column_stack([outcome, controls]),
        )
        claimed.append(interrupted(data, outcome="y", start=KNOWN).verdict is Verdict.WORKED)
    return row(
        f"structural series: share of {count} with 'it worked' where nothing happened",
        float(np.mean(claimed)),
        goal=0.05,
        met=bool(np.mean(claimed) <= 0.05),
        note=WORLDS,
    )


def published() -> list[Row]:
    """Answers that others published for the same data; the peer is the publication."""
    folder = DATA / "marketing"
    if not folder.is_dir():
        print(f"no published cases at {folder}; set AUSCULT_DATA")
        return []
    towns = panel(
        csv.read_csv(folder / "geolift_test.csv"), time="date", place="location", value="Y"
    )
    lift = synthetic_control(
        towns,
        treated=["chicago", "portland"],
        start=date(2021, 4, 1),
        rng=np.random.default_rng(1),
    )
    states = panel(csv.read_csv(folder / "california_prop99.csv"), time="Year")
    less = Question(upward=False)
    movements, heights = (
        synthetic_control(
            states,
            treated=["California"],
            start=1989,
            rng=np.random.default_rng(1),
            levels=levels,
            question=less,
        )
        for levels in (True, False)
    )
    plain = difference(
        states,
        treated=["California"],
        start=1989,
        rng=np.random.default_rng(1),
        scale=Scale.DIFFERENCE,
        question=less,
    )
    table = csv.read_csv(folder / "arma_data.csv").to_pydict()
    table["y"] = [value + (5 if at >= 70 else 0) for at, value in enumerate(table["y"])]
    series = panel({"at": range(100), **table}, time="at")
    usually = interrupted(series, outcome="y", start=70, prior=Prior.usual())
    arkhangelsky = "Arkhangelsky and others, 2021"
    return [
        answer("GeoLift's walkthrough: units", lift.effect.total, "GeoLift", 4667, 0.5),
        answer("GeoLift's walkthrough: effect", lift.effect.mean, "GeoLift", 155.556, 0.0005),
        answer("tobacco law, synthetic control", heights.effect.mean, arkhangelsky, -19.6, 0.1),
        answer("the same with fixed effects", movements.effect.mean, arkhangelsky, -11.1, 0.05),
        answer("the same by differences", plain.effect.mean, arkhangelsky, -27.3, 0.05),
        answer("ARMA, the usual prior", usually.effect.mean, "tfcausalimpact", 4.89, 0.031),
        took(lift, towns),
    ]


def took(lift: Finding, towns: Panel) -> Row:
    """The time of a whole finding with its 42 placebos."""
    begun = time.process_time()
    synthetic_control(
        towns,
        treated=["chicago", "portland"],
        start=date(2021, 4, 1),
        rng=np.random.default_rng(1),
    )
    spent = time.process_time() - begun
    placebos = len(lift.in_time) + len(lift.in_space)
    return row(f"synthetic control of 40 places with {placebos} placebos: a core", spent, unit="s")


def answer(figure: str, value: float, peer: str, said: float, within: float) -> Row:
    return row(
        figure,
        round(value, 3),
        peer=peer,
        peer_value=said,
        goal=f"within {within:g}",
        met=bool(abs(value - said) <= within),
    )


def row(figure: str, value: float, **more: object) -> Row:
    """A row of which only what is given says something."""
    unsaid = dict.fromkeys(("peer", "peer_value", "ratio", "goal", "met"))
    return {"figure": figure, "ours": round(value, 4), "unit": "", **unsaid, "note": "", **more}


def measure(*, small: bool) -> list[Row]:
    count = 30 if small else 200
    return [*coverage(count), false_claims(count), *published()]


if __name__ == "__main__":
    write("intervention", measure(small="--small" in sys.argv))
