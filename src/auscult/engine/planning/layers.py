"""The value of a plan in the linear model: tangents of its curves, added where they matter.

The value of a sample is a sum over objectives of `min(room, sum of gains)`, and the aim is its
mean under weights of the samples. For any weights `q`, and any part `r <= q` of them in which an
objective isn't full, `room * sum(q - r) + sum of (r . gains)` is never below the objective's
share: a layer is one such pair over all objectives, each of its curves held from above by
tangents. A tangent of a bet that may be left out is `slope * scale + intercept * made`, so that
a bet that isn't made brings nothing (the perspective of its curve).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.model import Model
from auscult.engine.planning.rows import INFINITE, Rows, add_columns
from auscult.engine.planning.worth import Worth

# Scales, as shares of the largest, at which a new layer gets tangents.
FIRST = (0.0, 0.05, 0.12, 0.25, 0.45, 0.7, 1.0)
FULL = 1e-9


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of the samples by bet, (samples, bets), and what full objectives count."""

    weights: Floats
    rooms: Floats
    view: int
    columns: NDArray[np.int32]


class Layers:
    """What the model knows of the value; bound from above, exact where it was asked."""

    def __init__(self, model: Model, worth: Worth) -> None:
        self.model = model
        self.worth = worth
        self.most = model.shape.most
        means = worth.curves.gains(self.most).mean(axis=0) * worth.weights[worth.objective]
        self.unit = float(means.sum()) or 1.0
        self.layers: list[Layer] = []
        self.views: list[tuple[Floats, NDArray[np.int32]]] = []
        highs = model.highs
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.aim = add_columns(highs, np.array([-INFINITE]), np.array([INFINITE]))
        highs.changeColCost(int(self.aim[0]), 1.0)
        samples = worth.curves.samples
        self._view(np.full(samples, 1 / samples), np.zeros(len(model.problem.bets)))

    def refine(self, scale: Floats) -> None:
        """Make the model exact at these scales."""
        shares = self.worth.shares(self.worth.values(scale))
        view = self._closest(shares, scale)
        values = np.array(self.model.highs.getSolution().col_value)
        for layer in self.layers:
            self._tangents(layer, scale, values[layer.columns])
        if view is None:
            self._view(shares, scale)
        elif self._lacks(view, scale):
            self._layer(view, scale)

    def _closest(self, shares: Floats, scale: Floats) -> int | None:
        """Give the view that already says these scales' aim, or None."""
        values = self.worth.values(scale)
        said = [float(weights @ values) for weights, _ in self.views]
        best = int(np.argmin(said))
        return best if said[best] <= float(shares @ values) + FULL * self.unit else None

    def _lacks(self, view: int, scale: Floats) -> bool:
        """Say whether an objective is counted above what is left of its room."""
        gains = self.worth.curves.gains(scale)
        weights = self.worth.weights
        true = self.views[view][0] @ self.worth.gains(scale) * weights
        said = np.full(weights.size, np.inf)
        for layer in self.layers:
            if layer.view == view:
                each = (layer.weights * gains).sum(axis=0)
                sums = np.bincount(self.worth.objective, each, minlength=weights.size)
                said = np.minimum(said, (layer.rooms + sums) * weights)
        return bool((said > true + FULL * self.unit).any())

    def _view(self, shares: Floats, scale: Floats) -> None:
        """Look at the samples with these weights: the aim is never above their mean."""
        weights = self.worth.weights
        upper = np.where(np.isfinite(self.worth.rooms), self.worth.rooms * weights, INFINITE)
        columns = add_columns(self.model.highs, np.full(weights.size, -INFINITE), upper / self.unit)
        rows = Rows()
        rows.add(
            [int(self.aim[0]), *columns.tolist()], [1.0, *([-1.0] * weights.size)],
            upper=0.0,
        )  # fmt: skip
        rows.put(self.model.highs)
        self.views.append((shares, columns))
        self._layer(len(self.views) - 1, scale)

    def _layer(self, view: int, scale: Floats) -> None:
        """Count in a view what isn't full at these scales; what is full counts as its room."""
        worth = self.worth
        shares, totals = self.views[view]
        counts = worth.raw(scale) < worth.rooms
        parts = shares[:, None] * counts
        full = np.where(np.isfinite(worth.rooms), worth.rooms, 0.0) * (shares @ ~counts)
        bets = len(self.most)
        layer = Layer(
            weights=parts[:, worth.objective],
            rooms=full,
            view=view,
            columns=add_columns(self.model.highs, np.zeros(bets), np.full(bets, INFINITE)),
        )
        self.layers.append(layer)
        rows = Rows()
        for at, column in enumerate(totals.tolist()):
            members = layer.columns[worth.objective == at]
            rows.add(
                [column, *members.tolist()], [1.0, *([-1.0] * members.size)],
                upper=float(full[at] * worth.weights[at] / self.unit),
            )  # fmt: skip
        rows.put(self.model.highs)
        for share in FIRST:
            self._tangents(layer, share * self.most)
        self._tangents(layer, scale)

    def _tangents(self, layer: Layer, scale: Floats, said: Floats | None = None) -> None:
        """Hold curves of a layer from above by tangents at a scale, where more is said now."""
        counts = self.worth.weights[self.worth.objective] / self.unit
        gains = (layer.weights * self.worth.curves.gains(scale)).sum(axis=0) * counts
        slopes = (layer.weights * self.worth.curves.slopes(scale)).sum(axis=0) * counts
        intercepts = np.maximum(gains - slopes * scale, 0.0)
        rows = np.stack([np.ones(scale.size), -slopes * self.most, -intercepts], axis=1)
        columns = np.stack([layer.columns, self.model.scale, self.model.made], axis=1)
        if said is not None:
            wanted = said > gains + FULL
            rows, columns = rows[wanted], columns[wanted]
        bets = len(rows)
        if not bets:
            return
        self.model.highs.addRows(
            bets, np.full(bets, -INFINITE), np.zeros(bets), 3 * bets,
            np.arange(0, 3 * bets, 3, dtype=np.int32), columns.ravel().astype(np.int32),
            rows.ravel(),
        )  # fmt: skip
