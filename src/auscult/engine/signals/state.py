"""What a detector of bursts remembers between two updates: small, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.engine.signals.negative_binomial import Floats

Moments = NDArray[np.int64]  # seconds since 1970; NONE where there is none
NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The memory of all series; rows are series, columns the sizes of bursts looked for.

    Attributes
    ----------
    keys : tuple of str
        The series.
    at : int
        Start of the last interval that was read, seconds since 1970.
    evidence : array of float, shape (series, sizes)
        Shiryaev-Roberts statistic of each size, 0 or more.
    run, seen, usual : array of float, shape (series, sizes)
        CUSUM of each size, and mentions, observed and expected, since it last stood at 0.
    begun : array of int, shape (series, sizes)
        When it last left 0.
    storm : array of int, shape (series,)
        Since when an alarm is on.
    storm_seen, storm_usual : array of float, shape (series,)
        Mentions of the storm up to the last unlikely interval.
    calm, calm_seen, calm_usual : array of float, shape (series,)
        Covered seconds since then, and the mentions in them.
    """

    keys: tuple[str, ...]
    at: int
    evidence: Floats
    run: Floats
    seen: Floats
    usual: Floats
    begun: Moments
    storm: Moments
    storm_seen: Floats
    storm_usual: Floats
    calm: Floats
    calm_seen: Floats
    calm_usual: Floats

    @classmethod
    def empty(cls, keys: Sequence[str], sizes: int) -> State:
        """Give the memory of one that has seen nothing."""
        wide, high = (len(keys), sizes), len(keys)
        arrays: dict[str, Any] = {
            name: np.zeros(wide) for name in ("evidence", "run", "seen", "usual")
        } | {
            name: np.zeros(high)
            for name in ("storm_seen", "storm_usual", "calm", "calm_seen", "calm_usual")
        }
        return cls(
            keys=tuple(keys),
            at=NONE,
            begun=np.full(wide, NONE, np.int64),
            storm=np.full(high, NONE, np.int64),
            **arrays,
        )

    def only(self, keys: Sequence[str]) -> State:
        """Give the memory of other series: those known keep theirs, new ones begin empty."""
        if tuple(keys) == self.keys:
            return self
        place = {key: row for row, key in enumerate(self.keys)}
        rows = np.array([place.get(key, -1) for key in keys], np.int64)
        known = np.flatnonzero(rows >= 0)
        fresh = State.empty(keys, self.evidence.shape[1])
        for field in fields(self)[2:]:
            getattr(fresh, field.name)[known] = getattr(self, field.name)[rows[known]]
        return State(**{**_values(fresh), "at": self.at})

    def as_data(self) -> dict[str, Any]:
        """Give values that JSON can hold; `from_data` reads them back exactly."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in _values(self).items()
        } | {"keys": list(self.keys)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> State:
        """Read what `as_data` gave."""
        wide = np.array(data["evidence"], np.float64).reshape(len(data["keys"]), -1).shape
        arrays: dict[str, Any] = {}
        for field in fields(cls)[2:]:
            whole = field.name in ("begun", "storm")
            values = np.array(data[field.name], np.int64 if whole else np.float64)
            in_sizes = field.name in ("evidence", "run", "seen", "usual", "begun")
            arrays[field.name] = values.reshape(wide if in_sizes else wide[:1])
        return cls(keys=tuple(data["keys"]), at=int(data["at"]), **arrays)


def _values(state: State) -> dict[str, Any]:
    return {field.name: getattr(state, field.name) for field in fields(state)}
