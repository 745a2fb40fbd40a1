"""The town as a source: what `auscult up` reads first, through the way that every post takes."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
from pydantic import Field

from auscult.engine.connectors.base import (
    Batch,
    Capabilities,
    Covered,
    Progress,
    Reader,
    Resume,
    Settings,
    Snapshot,
)
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.simulate.town import START, Simulation, Town
from auscult.engine.simulate.truth import moment

AT_ONCE = 4_000  # posts a batch: several a second, so that a reader sees it grow


class LakesideConfig(Settings):
    """Which town, and which of its days.

    Attributes
    ----------
    days : int
        How many days are made up.
    posts : int or None
        How many posts are made up; empty: as many as such a town would write.
    seed : int
        Another number makes another town; the same one makes the same again.
    start : date
        The first of the days.
    """

    days: int = Field(default=100, ge=1, le=3_660)
    posts: int | None = Field(default=None, ge=1_000)
    seed: int = Field(default=1, ge=0, lt=2**31)
    start: date = START


class Lakeside:
    """The simulated town of Lakeside, as a connector."""

    name = "lakeside"
    title = "Lakeside, a simulated town"
    capabilities = Capabilities(live=False, resume=Resume.EXACT, engagement=True)
    Config: type[Settings] = LakesideConfig

    def about(self, config: LakesideConfig) -> About:
        """Say what the town is to a person."""
        return About(
            reads=f"{config.days} days of a town that doesn't exist, to try things on.",
            how_often="Once.",
            costs="Nothing.",
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise nothing: the town has no address."""
        del address, network
        return ()

    def open(
        self,
        config: LakesideConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network | None = None,
    ) -> Reader:
        """Plan the town's days, and stand where the snapshot says."""
        del clock, network  # its days are those of the configuration, whatever day it is
        plan = Town(config.seed).simulate(config.days, config.posts, config.start)
        return LakesideReader(plan, row=0 if snapshot is None else int(snapshot["row"]))


class LakesideReader:
    """Hands out the town's posts in order of time."""

    next_awake: datetime | None = None

    def __init__(self, simulation: Simulation, *, row: int) -> None:
        self._simulation = simulation
        self._row = row

    @property
    def finished(self) -> bool:
        """Whether the last post was handed out."""
        return self._row >= len(self._simulation)

    @property
    def progress(self) -> Progress:
        """Posts handed out, of all."""
        return Progress(done=self._row, total=len(self._simulation))

    def next_batch(self) -> Batch | None:
        """Return the next posts; None after the last."""
        if self.finished:
            return None
        stop = min(self._row + AT_ONCE, len(self._simulation))
        posts, _ = self._simulation.columns.posts(np.arange(self._row, stop))
        micros = self._simulation.plan.micros
        # From the last post before, so that the stretches of two batches are one.
        covered = Covered(
            community="",
            since=moment(int(micros[max(self._row - 1, 0)])),
            until=moment(int(micros[stop - 1])),
        )
        self._row = stop
        return Batch(
            posts=posts, snapshot=self.snapshot(), coverage=(covered,), records=posts.num_rows
        )

    def snapshot(self) -> Snapshot:
        """Return the row of the next post."""
        return {"row": self._row}

    def close(self) -> None:
        """Nothing is held open."""
