"""What is known: outcomes by day or week, what each channel did, and what experiments found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.questions import Answers

Floats = NDArray[np.float64]
LEAST = {1: 60, 7: 52}
LONGEST, MOST_PLACES, MOST_CHANNELS = 1000, 40, 20
FEWEST_OUTCOMES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What was done in one channel.

    Attributes
    ----------
    name : str
        How people call it.
    activity : array of float, shape (rows,) or (places, rows)
        What the audience met: posts, minutes, impressions, copies, or the money itself. 0 where
        nothing was done. Work that cost nothing is a channel like any other.
    cost : float or None
        What all of this activity cost, in whatever the return shall be counted in (money or
        hours), 0 or more; None where it isn't known.
    answers : Answers
        What is believed beforehand, in answers to plain questions.
    """

    name: str
    activity: Floats
    cost: float | None = None
    answers: Answers = field(default_factory=Answers)

    def __post_init__(self) -> None:
        """Refuse activity below zero or missing, and costs that are none."""
        values = np.atleast_2d(np.asarray(self.activity, dtype=float))
        object.__setattr__(self, "activity", values)
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            place, row = np.argwhere(wrong)[0]
            raise Correctable(
                f"The activity of {self.name!r} in row {row + 1} is {values[place, row]}.",
                code="activity",
                field=self.name,
                hint="Give a number of 0 or more for each row; 0 where nothing was done.",
            )
        if self.cost is not None and not (np.isfinite(self.cost) and self.cost >= 0):
            raise Correctable(
                f"The cost of {self.name!r} is {self.cost}.",
                code="cost",
                field=self.name,
                hint="Give a number of 0 or more, or leave it out where it isn't known.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What an experiment found: the outcomes that a channel brought between two days.

    Attributes
    ----------
    channel : str
        Its name.
    first, last : date
        Both included. What comes after `last` of an echo doesn't count.
    found, error : float
        Outcomes that wouldn't have come without the channel, and their standard error, above 0.
    place : str or None
        Where; None means in all places together.
    """

    channel: str
    first: date
    last: date
    found: float
    error: float
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Outcomes by day or week, and all that may have moved them.

    Attributes
    ----------
    first : date
        The day of the first row, or the first day of its week.
    step : 1 or 7
        Days that a row stands for.
    outcome : array of float, shape (rows,) or (places, rows)
        Outcomes; NaN where they weren't counted. Rows before counting began let an echo of
        earlier activity be known.
    channels : tuple of Channel
    count : bool
        Whether outcomes are counted things: their spread then grows with their mean.
    holidays : mapping of str to dates
        Days that differ, by name; those of one name are taken to differ alike.
    controls : mapping of str to arrays of shape (rows,)
        What else moves outcomes and isn't moved by the channels: weather, a rival's advertising.
    experiments : tuple of Experiment
    places : tuple of str
        Names of the places; empty means one.

    Raises
    ------
    Correctable
        If rows, places or names don't fit together, or there is too little to learn from.
    """

    first: date
    step: Literal[1, 7]
    outcome: Floats
    channels: tuple[Channel, ...]
    count: bool = False
    holidays: Mapping[str, Sequence[date]] = field(default_factory=dict)
    controls: Mapping[str, ArrayLike] = field(default_factory=dict)
    experiments: tuple[Experiment, ...] = ()
    places: tuple[str, ...] = ("",)

    def __post_init__(self) -> None:
        """Take outcomes for what they are and look at all parts."""
        object.__setattr__(self, "outcome", np.atleast_2d(np.asarray(self.outcome, dtype=float)))
        _look_at_outcomes(self)
        _look_at_names(self)
        _look_at_rows(self)
        for one in self.experiments:
            _look_at_experiment(self, one)

    @property
    def rows(self) -> int:
        """How many days or weeks."""
        return int(self.outcome.shape[1])

    @property
    def days(self) -> list[date]:
        """The (first) day of each row."""
        return [self.first + timedelta(days=self.step * at) for at in range(self.rows)]

    def row_of(self, day: date) -> int:
        """Give the row that a day belongs to; it may lie outside."""
        return (day - self.first).days // self.step


def refuse(message: str, code: str, place: str, hint: str) -> None:
    """Raise what its giver can mend."""
    raise Correctable(message, code=code, field=place, hint=hint)


def _look_at_outcomes(series: Series) -> None:
    values = series.outcome
    if series.step not in LEAST:
        refuse(f"A row stands for {series.step} days.", "step", "step", "Give 1 or 7.")
    if np.isinf(values).any():
        refuse("An outcome is infinite.", "outcome", "outcome", "Give numbers, or NaN for none.")
    read = np.isfinite(values).sum(axis=1)
    least = LEAST[series.step]
    if read.min() < least or series.rows > LONGEST:
        unit = "days" if series.step == 1 else "weeks"
        refuse(
            f"There are {read.min()} readings in {series.rows} rows.",
            "length",
            "outcome",
            f"From {least} to {LONGEST} {unit} can be taken: wait, or leave out the oldest.",
        )
    total = np.nansum(np.abs(values), axis=1)
    if series.count and (np.nanmin(values) < 0 or total.min() < FEWEST_OUTCOMES):
        refuse(
            f"The counts sum to {total.min():g}, the least of them is {np.nanmin(values):g}.",
            "counts",
            "outcome",
            f"Give counts of 0 or more that sum to {FEWEST_OUTCOMES} or more in each place.",
        )
    if total.min() <= 0:
        refuse("All outcomes are 0.", "nothing", "outcome", "Choose an outcome that happened.")


def _look_at_names(series: Series) -> None:
    names = [channel.name for channel in series.channels]
    if not 1 <= len(names) <= MOST_CHANNELS or len(set(names)) < len(names):
        refuse(
            f"The channels are {', '.join(names) or 'none'}.",
            "channels",
            "channels",
            f"Give 1 to {MOST_CHANNELS} channels with a name each.",
        )
    places = series.places
    if len(places) != series.outcome.shape[0] or len(set(places)) < len(places):
        refuse(
            f"There are {series.outcome.shape[0]} rows of outcomes and {len(places)} places.",
            "places",
            "places",
            "Give a name for each row of outcomes, all different.",
        )
    if len(places) > MOST_PLACES:
        refuse(f"There are {len(places)} places.", "places", "places", f"Give {MOST_PLACES}.")


def _look_at_rows(series: Series) -> None:
    for channel in series.channels:
        if channel.activity.shape != series.outcome.shape:
            refuse(
                f"The activity of {channel.name!r} has the shape {channel.activity.shape}, the"
                f" outcomes have {series.outcome.shape}.",
                "shapes",
                channel.name,
                "Give a value for each place and row.",
            )
        if not channel.activity.any():
            refuse(
                f"{channel.name!r} was never active in these {series.rows} rows.",
                "inactive",
                channel.name,
                "Leave it out: nothing can be said about it.",
            )
    for name, values in series.controls.items():
        column = np.asarray(values, dtype=float)
        if column.shape != (series.rows,) or not np.isfinite(column).all():
            refuse(
                f"The control {name!r} has the shape {column.shape} or holes.",
                "control",
                name,
                f"Give {series.rows} numbers.",
            )


def _look_at_experiment(series: Series, one: Experiment) -> None:
    names = [channel.name for channel in series.channels]
    if one.channel not in names or (one.place is not None and one.place not in series.places):
        refuse(
            f"An experiment was made with {one.channel!r} in {one.place or 'all places'}.",
            "experiment",
            "experiments",
            f"Channels are {', '.join(names)}; places are {', '.join(series.places)}.",
        )
    first, last = series.row_of(one.first), series.row_of(one.last)
    if not 0 <= first <= last < series.rows:
        refuse(
            f"An experiment went from {one.first} to {one.last}.",
            "experiment",
            "experiments",
            f"Give days from {series.first} to {series.days[-1]}.",
        )
    if not (np.isfinite(one.found) and np.isfinite(one.error) and one.error > 0):
        refuse(
            f"An experiment found {one.found} with an error of {one.error}.",
            "experiment",
            "experiments",
            "Give what it found, and a standard error above 0.",
        )
