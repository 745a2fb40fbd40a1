"""Fits a mix in a process of its own: a question on the first line in, lines with progress out.

It needs neither Django nor a database, ends with the process that started it, and may use so much
memory and time and no more.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TextIO

import numpy as np
import orjson

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.model import Fit, fit
from auscult.engine.returns.mix.predict import checks, holdout, replications
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.response import Responses, response_curves
from auscult.engine.returns.mix.results import Interval, Result, result, total_draws
from auscult.engine.returns.mix.series import Channel, Experiment, Series

Plain = dict[str, Any]
MOST_MEMORY = 6 * 2**30  # bytes of address space; a mix of 1,000 days takes a tenth of it
MOST_SECONDS = 1_200  # of a core
CURVE_DRAWS = 400
SHOWN_DRAWS = 200  # of a prior and a posterior
DIGITS = 6  # of what is kept


def main(given: TextIO, told: TextIO) -> None:
    """Answer the question on the first line of `given`."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    asked = orjson.loads(given.readline())
    threading.Thread(target=_end_with, args=(given,), daemon=True).start()
    try:
        for line in answers(asked):
            _tell(told, line)
    except MemoryError:
        _tell(told, {"stopped": True})
    except Correctable as error:
        names = ("message", "code", "hint", "field")
        _tell(told, {"refused": {name: getattr(error, name) for name in names}})


def _tell(told: TextIO, line: Plain) -> None:
    told.write(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY).decode() + "\n")
    told.flush()


def _end_with(given: TextIO) -> None:
    """End when the process that asked does: its end of the pipe is closed then."""
    given.read()
    os._exit(1)


def answers(asked: Plain) -> Iterator[Plain]:
    """Work a mix out: `{"percent": ...}` as it goes on, and at last `{"answer": ...}`.

    Raises
    ------
    Correctable
        The data don't allow an answer.
    """
    series, seed = series_of(asked["series"]), asked["seed"]
    yield {"percent": 12}
    found = fit(series, seed=seed, cores=asked["cores"])
    yield {"percent": 60}
    told = answer(found, result(found), response_curves(found, draws=CURVE_DRAWS), seed=seed)
    yield {"percent": 75}
    told["holdout"] = _held_out(series, asked["holdout"], seed)
    yield {"percent": 99, "answer": told}


def series_of(plain: Plain) -> Series:
    """Return a series from values that JSON can hold."""
    return Series(
        first=date.fromisoformat(plain["first"]),
        step=plain["step"],
        outcome=np.array(plain["outcome"], float),
        channels=tuple(
            Channel(
                name=one["name"],
                activity=np.array(one["activity"], float),
                cost=one["cost"],
                answers=Answers(
                    echo=tuple(one["echo"]),
                    doubling=tuple(one["doubling"]),
                    at_most=one["at_most"],
                    follows_demand=one["follows_demand"],
                ),
            )
            for one in plain["channels"]
        ),
        count=plain["count"],
        controls=plain["controls"],
        experiments=tuple(
            Experiment(
                channel=one["channel"],
                first=date.fromisoformat(one["first"]),
                last=date.fromisoformat(one["last"]),
                found=one["found"],
                error=one["error"],
            )
            for one in plain["experiments"]
        ),
        places=tuple(plain["places"]),
    )


def answer(found: Fit, read: Result, curves: Responses, *, seed: int) -> Plain:
    """Return a fit in values that JSON can hold."""
    series = found.series
    draws = found.draws
    return {
        "first": series.days[0].isoformat(),
        "last": series.days[-1].isoformat(),
        "step": series.step,
        "rows": series.rows,
        "outcomes": float(np.nansum(series.outcome)),
        "contributions": [
            {
                "channel": one.channel,
                "members": list(found.members.get(one.channel, (one.channel,))),
                "total": _interval(one.total),
                "share": _interval(one.share),
                "per_cost": _interval(one.per_cost),
                "half_life": _interval(one.half_life),
                "learned": round(one.learned, 3),
                "evidence": round(one.evidence, 2),  # log of the odds of some effect over none
                "code": one.verdict.code.value,
                "with": list(_texts(one.verdict.values.get("channels", ()))),
            }
            for one in read.contributions
        ],
        "groups": [
            {"channels": list(one.channels), "total": _interval(one.total)} for one in read.groups
        ],
        "curves": [_curve(curves, at) for at in range(len(curves.channels))],
        "beliefs": _beliefs(found, seed),
        "checks": [
            {
                "code": one.code,
                "observed": one.observed,
                "low": one.low,
                "high": one.high,
                "strange": one.strange,
            }
            for one in checks(found, seed=seed)
        ],
        "course": _course(found, seed),
        "diagnostics": {
            "rhat": float(draws.rhat.max()),
            "ess": float(draws.ess.min()),
            "divergent": draws.divergent,
            "runs": draws.runs,
        },
    }


def _texts(values: object) -> tuple[str, ...]:
    return tuple(map(str, values)) if isinstance(values, list | tuple) else ()


def _interval(one: Interval | None) -> Mapping[str, float] | None:
    names = ("low90", "low50", "central", "high50", "high90")
    return None if one is None else {name: getattr(one, name) for name in names}


def _curve(curves: Responses, at: int) -> Plain:
    low, middle, high = np.quantile(curves.outcomes[:, at], (0.05, 0.5, 0.95), axis=0)
    more = np.quantile(curves.marginal()[:, at], (0.05, 0.5, 0.95))
    return {
        "channel": curves.channels[at],
        "scales": curves.scales.tolist(),
        "low": _short(low),
        "middle": _short(middle),
        "high": _short(high),
        "marginal": _short(more),  # of another 1 % of what was done
        "ceiling": _short(curves.ceiling[:, at]),
        "pace": _short(curves.pace[:, at]),
        "misfit": round(float(curves.misfit[at]), 3),
    }


def _short(values: Any) -> list[float]:
    return [float(f"{one:.{DIGITS}g}") for one in np.asarray(values, float)]


def _beliefs(found: Fit, seed: int) -> list[Plain]:
    """Return draws of what each channel brought, before the data and after."""
    random = np.random.default_rng(seed)
    whole = float(found.tables.size.sum() * found.series.rows)
    totals = total_draws(found)
    every = max(len(totals) // SHOWN_DRAWS, 1)
    return [
        {
            "channel": channel.name,
            "before": _short(
                whole * found.tables.most[at] * np.abs(random.standard_normal(SHOWN_DRAWS))
            ),
            "after": _short(totals[::every, at]),
        }
        for at, channel in enumerate(found.series.channels)
    ]


def _course(found: Fit, seed: int) -> Plain:
    """Return outcomes of all places by row, beside what the model would have them be."""
    drawn = replications(found, seed=seed).sum(axis=1)
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95), axis=0)
    read = found.series.outcome.sum(axis=0)
    return {
        "seen": [None if np.isnan(one) else float(one) for one in read],
        "low": _short(low),
        "middle": _short(middle),
        "high": _short(high),
    }


def _held_out(series: Series, rows: int, seed: int) -> Plain | None:
    """Return how well the last rows were foretold; with a reason where that couldn't be asked."""
    if not rows:
        return None
    try:
        held = holdout(series, rows=rows, seed=seed)
    except Correctable as error:
        return {"refused": str(error)}
    return {
        "rows": held.rows,
        "inside50": held.inside50,
        "inside90": held.inside90,
        "error": held.error,
        "naive": held.naive,
    }


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
