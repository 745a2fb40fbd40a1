"""Channels that always moved together are fitted as one: only their sum can be known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.series import Channel, Series

Floats = NDArray[np.float64]
# Activities that correlate by more are one to any model: a sampler would only walk along a ridge.
SAME = 0.98
BETWEEN = " + "


def joined(series: Series) -> tuple[Series, dict[str, tuple[str, ...]]]:
    """Join channels whose activity rose and fell together.

    A channel that an experiment was made with stays alone: the experiment tells it apart.

    Returns
    -------
    series : Series
        With one channel for each group; its activity is the mean of its members', each in units
        of its own mean, its cost their sum.
    members : dict of str to tuple of str
        The names that stand behind each joined channel.
    """
    tried = {one.channel for one in series.experiments}
    groups: list[list[Channel]] = []
    for channel in series.channels:
        home = next((own for own in groups if _same(own[0], channel, tried)), None)
        if home is None:
            groups.append([channel])
        else:
            home.append(channel)
    channels = tuple(own[0] if len(own) == 1 else _join(own) for own in groups)
    members = {
        BETWEEN.join(one.name for one in own): tuple(one.name for one in own)
        for own in groups
        if len(own) > 1
    }
    return (replace(series, channels=channels) if members else series), members


def _same(one: Channel, other: Channel, tried: set[str]) -> bool:
    if one.name in tried or other.name in tried:
        return False
    first, second = (channel.activity - channel.activity.mean() for channel in (one, other))
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return size > 0 and float((first * second).sum()) > SAME * size


def _join(own: list[Channel]) -> Channel:
    costs = [one.cost for one in own if one.cost is not None]
    answers = [one.answers for one in own]
    return Channel(
        name=BETWEEN.join(one.name for one in own),
        activity=np.mean([one.activity / one.activity.mean() for one in own], axis=0),
        cost=sum(costs) if len(costs) == len(own) else None,
        answers=Answers(
            echo=(min(one.echo[0] for one in answers), max(one.echo[1] for one in answers)),
            doubling=(
                min(one.doubling[0] for one in answers),
                max(one.doubling[1] for one in answers),
            ),
            at_most=min(sum(one.at_most for one in answers), 2.0),
            follows_demand=any(one.follows_demand for one in answers),
        ),
    )
