"""The code that fits a mix again, in a notebook."""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from typing import Any

from auscult.web.returns.study_models import Study

CODE = """\
from datetime import date

import numpy as np
import pyarrow.parquet as pq

from auscult.engine.returns.mix.model import fit
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.results import result
from auscult.engine.returns.mix.series import Channel, Experiment, Series

rows = pq.read_table("{file}").to_pydict()
place = rows.get("place") or [""] * len(rows["time"])
places = tuple(dict.fromkeys(place))
days = sorted(set(rows["time"]))


def column(name):
    known = dict(zip(zip(place, rows["time"]), rows[name]))
    return np.array([[known[one, day] for day in days] for one in places], float)


channels = {channels}
experiments = {experiments}
series = Series(
    first=days[0],
    step=(days[1] - days[0]).days,
    outcome=column({outcome!r}),
    count={count!r},
    places=places,
    channels=tuple(
        Channel(
            name=one["name"],
            activity=column(one["name"]),
            cost=one["cost"],
            answers=Answers(
                echo=tuple(one["echo"]),
                doubling=tuple(one["doubling"]),
                at_most=one["at_most"],
                follows_demand=one["follows_demand"],
            ),
        )
        for one in channels
    ),
    controls={{name: column(name)[0] for name in {controls!r}}},
    experiments=tuple(Experiment(**one) for one in experiments),
)
found = result(fit(series, seed={seed}))
for one in found.contributions:
    print(one.channel, one.verdict.code.value, one.total)
"""
PARTS = ("name", "cost", "echo", "doubling", "at_most")


def code(study: Study, file: str) -> str:
    """Return the code that fits the mix of a study again that is done."""
    said: Mapping[str, Any] = study.question
    channels = [
        {name: one[name] for name in PARTS} | {"follows_demand": one.get("follows_demand", False)}
        for one in said["channels"]
    ]
    return CODE.format(
        file=file,
        channels=pprint.pformat(channels, sort_dicts=False),
        experiments=_experiments(said["experiments"]),
        outcome=said["outcome"],
        count=said["count"],
        controls=said["controls"],
        seed=study.seed % 2**32,
    )


def _experiments(rows: list[Mapping[str, Any]]) -> str:
    if not rows:
        return "[]"
    lines = [
        f"    dict(channel={one['channel']!r}, first=date.fromisoformat({one['first']!r}),"
        f" last=date.fromisoformat({one['last']!r}), found={one['found']!r},"
        f" error={one['error']!r}),"
        for one in rows
    ]
    return "\n".join(["[", *lines, "]"])
