"""PyMC-Marketing's fit of a series; run by the bench in the peer's own Python.

python returns_peer.py SERIES.csv SETTINGS.json: the file has `date`, `y`, channels and controls;
the settings are `channels`, `controls`, `sampler` (pymc: its default; nutpie), `echo` (rows that an
echo lasts at most) and `scales`. Prints one line of JSON: the least bulk effective sample size of
what is sampled, the largest R-hat, seconds (of processor, of a clock) with all compiling, quantiles
of what each channel brought, and the mean of what it would have brought at the scales.
"""

# mypy: ignore-errors
# (its imports are in that Python only)
import json
import os
import sys
import time
from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CHAINS, CORES, DRAWS = 4, 2, 400


def main() -> None:
    data = pd.read_csv(sys.argv[1], parse_dates=["date"])
    settings = json.loads(Path(sys.argv[2]).read_text())
    channels, controls = settings["channels"], settings["controls"]
    before, wall = os.times(), time.perf_counter()
    model = MMM(
        date_column="date",
        channel_columns=channels,
        control_columns=controls,
        adstock=GeometricAdstock(l_max=settings["echo"]),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    trace = model.fit(
        X=data[["date", *channels, *controls]],
        y=data["y"],
        chains=CHAINS,
        cores=CORES,
        random_seed=1,
        progressbar=False,
        nuts_sampler=settings["sampler"],
    )
    wall = time.perf_counter() - wall
    after = os.times()
    free = [one.name for one in model.model.free_RVs]
    ess, rhat = (how(trace, var_names=free) for how in (az.ess, az.rhat))
    brought = curves(trace.posterior, data, channels, settings)
    told = {
        "ess": min(float(ess[one].min()) for one in free),
        "rhat": max(float(rhat[one].max()) for one in free),
        "seconds": sum(after[:4]) - sum(before[:4]),
        "wall": wall,
        "said": np.quantile(brought[:, :, 0], QUANTILES, axis=0).tolist(),
        "curves": brought[:, :, 1:].mean(axis=0).tolist(),
    }
    print(json.dumps(told))


def curves(posterior, data, channels, settings) -> np.ndarray:
    """Draws of outcomes (draws, channels, 1 + scales) in all: at 1, then at each scale."""
    flat = posterior.stack(sample=("chain", "draw"))
    keep, bend, height = (
        flat[name].transpose("sample", ...).values
        for name in ("adstock_alpha", "saturation_lam", "saturation_beta")
    )
    at = np.linspace(0, len(keep) - 1, min(DRAWS, len(keep))).astype(int)
    done = data[channels].to_numpy() / data[channels].to_numpy().max(axis=0)
    days = np.arange(settings["echo"])
    found = np.empty((len(at), len(channels), 1 + len(settings["scales"])))
    for row, draw in enumerate(at):
        for channel in range(len(channels)):
            echo = keep[draw, channel] ** days
            carried = np.convolve(done[:, channel], echo / echo.sum())[: len(done)]
            for column, scale in enumerate((1.0, *settings["scales"])):
                z = np.tanh(bend[draw, channel] * scale * carried / 2)
                found[row, channel, column] = height[draw, channel] * z.sum()
    return found * data["y"].abs().max()


if __name__ == "__main__":
    main()
