"""PyMC-Marketing's default fit of its own example; run by bench.returns in its own Python.

Prints the least bulk effective sample size of the sampled parameters, and processor seconds.
"""

# mypy: ignore-errors
# (its imports are in that Python only)
import json
import os
import sys

import arviz as az
import pandas as pd
from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation


def main() -> None:
    data = pd.read_csv(sys.argv[1], parse_dates=["date_week"])
    model = MMM(
        date_column="date_week",
        channel_columns=["x1", "x2"],
        control_columns=["event_1", "event_2", "t"],
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    columns = ["date_week", "x1", "x2", "event_1", "event_2", "t"]
    before = os.times()
    trace = model.fit(
        X=data[columns], y=data["y"], chains=4, cores=1, random_seed=1, progressbar=False
    )
    after = os.times()
    seconds = sum(after[:4]) - sum(before[:4])
    sampled = [one for one in trace.posterior.data_vars if "contribution" not in str(one)]
    free = [one.name for one in model.model.free_RVs]
    ess = az.ess(trace, var_names=[one for one in sampled if one in free], method="bulk")
    least = min(float(ess[one].min()) for one in ess.data_vars)
    print(json.dumps({"ess": least, "seconds": seconds}))


if __name__ == "__main__":
    main()
