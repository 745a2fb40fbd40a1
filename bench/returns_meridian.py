"""Meridian's fit of a series (one place, its JAX backend); run by the bench in its own Python.

Takes and prints what `returns_peer.py` does, without quantiles and curves.
"""

# mypy: ignore-errors
# (its imports are in that Python only)
import json
import os
import sys
import time
from pathlib import Path

os.environ["MERIDIAN_BACKEND"] = "jax"

import arviz as az
import pandas as pd
from meridian.data.data_frame_input_data_builder import DataFrameInputDataBuilder
from meridian.model.model import Meridian
from meridian.model.spec import ModelSpec

CHAINS, ADAPT, BURN, KEEP = 4, 500, 500, 1000


def main() -> None:
    data = pd.read_csv(sys.argv[1])
    settings = json.loads(Path(sys.argv[2]).read_text())
    channels, controls = settings["channels"], settings["controls"]
    data["time"] = data["date"]
    data["kpi"] = data["y"]
    builder = (
        DataFrameInputDataBuilder(kpi_type="non_revenue")
        .with_kpi(data)
        .with_controls(data, control_cols=controls)
        .with_media(data, media_cols=channels, media_spend_cols=channels, media_channels=channels)
    )
    before, wall = os.times(), time.perf_counter()
    model = Meridian(input_data=builder.build(), model_spec=ModelSpec(max_lag=settings["echo"]))
    model.sample_posterior(CHAINS, ADAPT, BURN, KEEP, seed=1)
    wall = time.perf_counter() - wall
    after = os.times()
    posterior = model.inference_data.posterior
    sampled = [
        name
        for name in ("alpha_m", "ec_m", "slope_m", "roi_m", "gamma_c", "knot_values", "sigma")
        if name in posterior and float(posterior[name].std()) > 0
    ]
    sampled = [name for name in sampled if float(posterior[name].std(("chain", "draw")).min()) > 0]
    ess, rhat = (how(posterior, var_names=sampled) for how in (az.ess, az.rhat))
    told = {
        "ess": min(float(ess[name].min()) for name in sampled),
        "rhat": max(float(rhat[name].max()) for name in sampled),
        "seconds": sum(after[:4]) - sum(before[:4]),
        "wall": wall,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
