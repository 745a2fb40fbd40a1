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
from auscult.engine.planning.rows import INFINITE, Places, Rows, add_columns
from auscult.engine.planning.worth import Worth

# Scales, as shares of the largest, at which the first layer and later ones get tangents.
FIRST = (0.0, 0.02, 0.05, 0.09, 0.14, 0.2, 0.28, 0.37, 0.48, 0.6, 0.73, 0.87, 1.0)
LATER = (0.0, 0.12, 0.4, 1.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """One pair of weights, for some objectives and their bets.

    Attributes
    ----------
    view : int
        Place of the weights `q`.
    objectives, bets : array of int
    weights : array of float, shape (samples, bets of it)
        The part `r` that counts, by bet.
    rooms : array of float, shape (objectives of it,)
        What full objectives count.
    columns : array of int, shape (bets of it,)
    """

    view: int
    objectives: NDArray[np.intp]
    bets: NDArray[np.intp]
    weights: Floats
    rooms: Floats
    columns: Places


class Layers:
    """What the model knows of the value; bound from above, exact where it was asked."""

    def __init__(self, model: Model, worth: Worth) -> None:
        self.model = model
        self.worth = worth
        self.most = model.shape.most
        self.counts = worth.weights[worth.objective]
        means = worth.curves.gains(self.most).mean(axis=0) * self.counts
        self.unit = float(means.sum()) or 1.0
        self.layers: list[Layer] = []
        self.views: list[tuple[Floats, Places]] = []
        highs = model.highs
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.aim = int(add_columns(highs, np.array([-INFINITE]), np.array([INFINITE]))[0])
        highs.changeColCost(self.aim, 1.0)
        samples = worth.curves.samples
        self._view(np.full(samples, 1 / samples), np.zeros(self.most.size))

    def refine(self, scale: Floats, *, near: float) -> bool:
        """Make the model right at these scales, but for `near`, in the unit of the weights.

        Says whether anything was to be added.
        """
        before = self.model.highs.getNumRow()
        values = self.worth.values(scale)
        shares = self.worth.shares(values)
        said = [float(weights @ values) for weights, _ in self.views]
        view = int(np.argmin(said))
        answer = np.array(self.model.highs.getSolution().col_value)
        for layer in self.layers:
            self._tangents(
                layer, scale, above=answer[layer.columns] - near / self.unit / scale.size
            )
        if said[view] > float(shares @ values) + near:
            self._view(shares, scale)
        else:
            lacking = self._lacking(view, scale, near / self.worth.weights.size)
            if lacking.size:
                self._layer(view, scale, lacking)
        return bool(self.model.highs.getNumRow() > before)

    def _lacking(self, view: int, scale: Floats, near: float) -> NDArray[np.intp]:
        """Give the objectives that are counted above what is left of their rooms."""
        gains = self.worth.curves.gains(scale)
        weights = self.worth.weights
        true = self.views[view][0] @ self.worth.gains(scale) * weights
        said = np.full(weights.size, np.inf)
        for layer in self.layers:
            if layer.view == view:
                each = (layer.weights * gains[:, layer.bets]).sum(axis=0)
                mine = self.worth.objective[layer.bets]
                sums = np.bincount(mine, each, minlength=weights.size)[layer.objectives]
                at = layer.objectives
                said[at] = np.minimum(said[at], (layer.rooms + sums) * weights[at])
        return np.flatnonzero(said > true + near)

    def _view(self, shares: Floats, scale: Floats) -> None:
        """Look at the samples with these weights: the aim is never above their mean."""
        weights = self.worth.weights
        upper = np.where(np.isfinite(self.worth.rooms), self.worth.rooms * weights, INFINITE)
        columns = add_columns(self.model.highs, np.full(weights.size, -INFINITE), upper / self.unit)
        rows = Rows()
        rows.add([self.aim, *columns.tolist()], [1.0, *([-1.0] * weights.size)], upper=0.0)
        rows.put(self.model.highs)
        self.views.append((shares, columns))
        self._layer(len(self.views) - 1, scale, np.arange(weights.size))

    def _layer(self, view: int, scale: Floats, objectives: NDArray[np.intp]) -> None:
        """Count in a view what isn't full at these scales; what is full counts as its room."""
        worth = self.worth
        shares, totals = self.views[view]
        bets = np.flatnonzero(np.isin(worth.objective, objectives))
        counts = worth.raw(scale) < worth.rooms
        full = np.where(np.isfinite(worth.rooms), worth.rooms, 0.0) * (shares @ ~counts)
        layer = Layer(
            view=view,
            objectives=objectives,
            bets=bets,
            weights=(shares[:, None] * counts)[:, worth.objective[bets]],
            rooms=full[objectives],
            columns=add_columns(
                self.model.highs, np.zeros(bets.size), np.full(bets.size, INFINITE)
            ),
        )
        self.layers.append(layer)
        rows = Rows()
        for at in objectives.tolist():
            members = layer.columns[worth.objective[bets] == at]
            rows.add(
                [int(totals[at]), *members.tolist()],
                [1.0, *([-1.0] * members.size)],
                upper=float(full[at] * worth.weights[at] / self.unit),
            )
        rows.put(self.model.highs)
        everywhere = np.full(bets.size, np.inf)
        for share in LATER if len(self.layers) > 1 else FIRST:
            self._tangents(layer, share * self.most, above=everywhere)
        self._tangents(layer, scale, above=everywhere)

    def _tangents(self, layer: Layer, scale: Floats, *, above: Floats) -> None:
        """Hold curves of a layer by tangents at a scale, where they lie below `above`."""
        at, curves = layer.bets, self.worth.curves.of(layer.bets)
        counts = self.counts[at] / self.unit
        gains = (layer.weights * curves.gains(scale[at])).sum(axis=0) * counts
        slopes = (layer.weights * curves.slopes(scale[at])).sum(axis=0) * counts
        intercepts = np.maximum(gains - slopes * scale[at], 0.0)
        wanted = above > gains
        values = np.stack([np.ones(at.size), -slopes * self.most[at], -intercepts], axis=1)[wanted]
        columns = np.stack([layer.columns, self.model.scale[at], self.model.made[at]], axis=1)
        bets = len(values)
        if bets:
            self.model.highs.addRows(
                bets, np.full(bets, -INFINITE), np.zeros(bets), 3 * bets,
                np.arange(0, 3 * bets, 3, dtype=np.int32),
                columns[wanted].ravel().astype(np.int32), values.ravel(),
            )  # fmt: skip
