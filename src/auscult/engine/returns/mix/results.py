"""What each channel contributed, how sure that is, and what can't be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.evidence import evidence
from auscult.engine.returns.mix.kernel import effects, responses
from auscult.engine.returns.mix.model import Fit

Floats = NDArray[np.float64]
# Posterior draws that results are made of: enough for intervals, quick for pages.
DRAWS = 1000
# An effect is claimed from a hundred to one on, as the log of a Bayes factor. In 360 channels that
# did nothing (`bench/returns_tuning.py`) none came so far.
SURE = float(np.log(100.0))
# Draws that evidence is taken from.
WEIGHED = 200
# Two channels move together if their responses correlate so, and only the sum is known if it
# is so much surer than either.
TOGETHER, SURER = 0.9, 0.5
# Standard deviation of a half-normal distribution of scale 1.
HALF_NORMAL = float(np.sqrt(1 - 2 / np.pi))


class Code(StrEnum):
    """What may be said about a channel; pages put it into words."""

    EFFECT = "effect"
    UP_TO = "up-to"
    ONLY_TOGETHER = "only-together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Median with the ranges that hold 50 and 90 of 100 cases."""

    low90: float
    low50: float
    central: float
    high50: float
    high90: float

    @classmethod
    def of(cls, draws: Floats) -> Interval:
        """Take the quantiles of draws."""
        at = np.quantile(draws, (0.05, 0.25, 0.5, 0.75, 0.95))
        low90, low50, central, high50, high90 = (float(one) for one in at)
        return cls(low90=low90, low50=low50, central=central, high50=high50, high90=high90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What may be said: a code, and the values that its sentence needs."""

    code: Code
    values: Mapping[str, float | str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One channel's part.

    Attributes
    ----------
    channel : str
        Channels that always moved together are one, `posts + stories`.
    total : Interval
        Outcomes over all rows and places that wouldn't have come without it. By construction
        above 0: read it with the verdict.
    share : Interval
        Of all outcomes that were counted; rows without a reading are counted at the mean.
    per_cost : Interval or None
        Outcomes for one unit of cost; None where cost isn't known or 0 (the ratio is undefined,
        the total is not).
    half_life : Interval
        Days after which half of the echo is over.
    learned : float
        By what share the data narrowed the contribution that the answers allowed, at most 1.
        Near 0 the answers decide, not the data: say so.
    evidence : float
        Natural log of the Bayes factor of some effect over none; see `mix.evidence`.
    verdict : Verdict
    """

    channel: str
    total: Interval
    share: Interval
    per_cost: Interval | None
    half_life: Interval
    learned: float
    evidence: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Channels that always moved together: only their sum is known."""

    channels: tuple[str, ...]
    total: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Contributions of all channels, and groups that can't be told apart."""

    contributions: tuple[Contribution, ...]
    groups: tuple[Group, ...]


def thinned(fit: Fit, draws: int = DRAWS) -> Floats:
    """Give evenly spaced draws of the parameters."""
    flat = fit.draws.flat
    return np.asarray(flat[np.linspace(0, len(flat) - 1, min(draws, len(flat))).astype(int)])


def contributions(fit: Fit, x: Floats) -> Floats:
    """Give outcomes that each channel brought, shape (places, channels, rows), for one draw."""
    response, mean = responses(x, fit.tables)
    scale = effects(x, fit.tables) / mean[:, 0] * fit.tables.size[:, None]
    brought = scale[:, :, None] * response[:, :, 0]
    return np.asarray(brought[:, : len(fit.series.channels)])  # what follows is demand


def total_draws(fit: Fit, *, first: date | None = None, last: date | None = None) -> Floats:
    """Give draws of what each channel brought in all places, shape (draws, channels).

    Only what came from `first` to `last` counts, both included; all rows if they are left out.
    """
    series = fit.series
    start = 0 if first is None else max(series.row_of(first), 0)
    end = series.rows if last is None else series.row_of(last) + 1
    return np.array([contributions(fit, x)[:, :, start:end].sum(axis=(0, 2)) for x in thinned(fit)])


def result(fit: Fit) -> Result:
    """Read contributions, returns and verdicts from a fit."""
    totals = total_draws(fit)
    series = fit.series
    outcome = float(fit.tables.size.sum() * series.rows)
    groups = _joined(fit, totals) + together(fit, totals)
    lives = np.exp(_shifted(fit)) * series.step
    weighed = evidence(fit.tables, thinned(fit, WEIGHED))
    found = []
    for at, channel in enumerate(series.channels):
        draws = totals[:, at]
        names = fit.members.get(channel.name, (channel.name,))
        group = next((one for one in groups if set(names) <= set(one.channels)), None)
        found.append(
            Contribution(
                channel=channel.name,
                total=Interval.of(draws),
                share=Interval.of(draws / outcome),
                per_cost=Interval.of(draws / channel.cost) if channel.cost else None,
                half_life=Interval.of(lives[:, at]),
                learned=1 - float(draws.std()) / (outcome * fit.tables.most[at] * HALF_NORMAL),
                evidence=float(weighed[at]),
                verdict=verdict(draws, float(weighed[at]), group),
            )
        )
    return Result(contributions=tuple(found), groups=groups)


def _joined(fit: Fit, totals: Floats) -> tuple[Group, ...]:
    """Give groups that were fitted as one channel."""
    names = [channel.name for channel in fit.series.channels]
    return tuple(
        Group(channels=own, total=Interval.of(totals[:, names.index(name)]))
        for name, own in fit.members.items()
    )


def _shifted(fit: Fit) -> Floats:
    """Draws of the log half-life in rows."""
    echo = fit.tables.echo
    channels = len(echo)
    x = thinned(fit)[:, 2 * channels : 3 * channels]
    return np.asarray(echo[:, 0] + echo[:, 1] * x)


def verdict(draws: Floats, evidence: float, group: Group | None = None) -> Verdict:
    """Say what draws of a contribution and the evidence that there is one allow to say.

    Draws are above 0 by construction, and so is their interval: whether there is anything at all
    is a question of its own.

    Examples
    --------
    >>> verdict(np.array([8.0, 9.0, 10.0, 11.0]), evidence=12.0).code.value
    'effect'
    >>> verdict(np.array([0.01, 0.1, 1.0, 4.0]), evidence=-0.5).code.value
    'up-to'
    """
    low, high = (float(one) for one in np.quantile(draws, (0.05, 0.95)))
    if group is not None:
        values: dict[str, float | str | tuple[str, ...]] = {
            "channels": group.channels,
            "low": group.total.low90,
            "high": group.total.high90,
        }
        return Verdict(code=Code.ONLY_TOGETHER, values=values)
    if evidence < SURE:
        return Verdict(code=Code.UP_TO, values={"high": high})
    return Verdict(code=Code.EFFECT, values={"low": low, "high": high})


def together(fit: Fit, totals: Floats) -> tuple[Group, ...]:
    """Find channels that were told apart badly: their sum is far surer than either.

    Those that moved together always were joined before; see `twins`.
    """
    names = [channel.name for channel in fit.series.channels]
    moved = alike(fit)
    deviation = totals.std(axis=0)
    group = list(range(len(names)))
    for one in range(len(names)):
        for other in range(one):
            both = (totals[:, one] + totals[:, other]).std()
            surer = both < SURER * np.hypot(deviation[one], deviation[other])
            if moved[one, other] > TOGETHER and surer:
                old, new = group[one], group[other]
                group = [new if at == old else at for at in group]
    found = []
    for root in sorted(set(group)):
        members = [at for at, own in enumerate(group) if own == root]
        if len(members) > 1:
            total = Interval.of(totals[:, members].sum(axis=1))
            found.append(Group(channels=tuple(names[at] for at in members), total=total))
    return tuple(found)


def alike(fit: Fit) -> Floats:
    """Give correlations of what channels brought by row, at the posterior mean."""
    moved = contributions(fit, fit.draws.flat.mean(axis=0)).transpose(1, 0, 2)
    centred = (moved - moved.mean(axis=2, keepdims=True)).reshape(len(moved), -1)
    size = np.linalg.norm(centred, axis=1)
    size[size == 0] = 1.0
    return np.asarray(centred @ centred.T / np.outer(size, size))
