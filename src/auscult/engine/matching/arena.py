"""Arrays that grow at their end, for kernels to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


class Arena:
    """Rows of numbers; adding is cheap, room doubles when it runs out.

    Parameters
    ----------
    kind : numpy scalar type
    columns : int
        Numbers a row; 0 for an array of one dimension.
    """

    def __init__(self, kind: type[np.generic], columns: int = 0, room: int = 64) -> None:
        self._rows: npt.NDArray[Any] = np.zeros((room, columns) if columns else room, kind)
        self.size = 0

    def add(self, rows: Sequence[Any] | npt.NDArray[Any]) -> int:
        """Add rows; return the number of the first."""
        first, self.size = self.size, self.size + len(rows)
        if self.size > len(self._rows):
            bigger = np.zeros((2 * self.size, *self._rows.shape[1:]), self._rows.dtype)
            bigger[:first] = self._rows[:first]
            self._rows = bigger
        if len(rows):
            self._rows[first : self.size] = rows
        return first

    def rows(self) -> npt.NDArray[Any]:
        """Return the rows, without a copy: valid until the next `add`."""
        return self._rows[: self.size]
