"""The value of a plan in the linear model: tangents of its curves, added where they matter.

The value of a sample is a sum over objectives of `min(room, sum of gains)`, and the aim is its
mean under weights of the samples. For any weights `q`, and any part `r <= q` of them in which an
objective isn't full, `room * sum(q - r) + sum of (r . gains)` is never below the objective's
share: a layer is one such pair over all objectives, each of its curves held from above by
tangents. A tangent of a bet that may be left out is `slope * scale + intercept * made`, so that
a bet that isn't made brings nothing (the perspective of its curve).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
# Views of the samples that lie this part above the aim bear on nothing near the last answer.
FAR = 1e-4


@dataclass(frozen=True, slots=True)
class Layer:
    """One pair of weights, for some objectives and their bets.

    Attributes
    ----------
    view : int
        Number of the weights `q`.
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


@dataclass(frozen=True, slots=True)
class Told:
    """Rows that the model was told: of which view and layer, and whether they outlast both."""

    rows: Places
    view: int
    layer: Layer | None
    kept: bool


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
        self.views: dict[int, tuple[Floats, Places]] = {}
        self.told: list[Told] = []
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
        said = {view: float(weights @ values) for view, (weights, _) in self.views.items()}
        view = min(said, key=lambda each: said[each])
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
                said = np.minimum(said, self._says(layer, gains))
        return np.flatnonzero(said > true + near)

    def _says(self, layer: Layer, gains: Floats) -> Floats:
        """Give what a layer counts of each objective; without bound where it is of others."""
        worth = self.worth
        each = (layer.weights * gains[:, layer.bets]).sum(axis=0)
        sums = np.bincount(worth.objective[layer.bets], each, minlength=worth.weights.size)
        said = np.full(worth.weights.size, np.inf)
        at = layer.objectives
        said[at] = (layer.rooms + sums[at]) * worth.weights[at]
        return said

    def _view(self, shares: Floats, scale: Floats) -> None:
        """Look at the samples with these weights: the aim is never above their mean."""
        weights = self.worth.weights
        upper = np.where(np.isfinite(self.worth.rooms), self.worth.rooms * weights, INFINITE)
        columns = add_columns(self.model.highs, np.full(weights.size, -INFINITE), upper / self.unit)
        rows = Rows()
        rows.add([self.aim, *columns.tolist()], [1.0, *([-1.0] * weights.size)], upper=0.0)
        view = max(self.views, default=-1) + 1
        self.told.append(Told(rows=rows.put(self.model.highs), view=view, layer=None, kept=True))
        self.views[view] = (shares, columns)
        self._layer(view, scale, np.arange(weights.size))

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
        self.told.append(Told(rows=rows.put(self.model.highs), view=view, layer=layer, kept=True))
        everywhere = np.full(bets.size, np.inf)
        for share in LATER if len(self.layers) > 1 else FIRST:
            self._tangents(layer, share * self.most, above=everywhere, kept=not layer.view)
        self._tangents(layer, scale, above=everywhere)

    def _tangents(self, layer: Layer, scale: Floats, *, above: Floats, kept: bool = False) -> None:
        """Hold curves of a layer by tangents at a scale, where they lie below `above`."""
        at, curves = layer.bets, self.worth.curves.of(layer.bets)
        counts = self.counts[at] / self.unit
        gains = (layer.weights * curves.gains(scale[at])).sum(axis=0) * counts
        slopes = (layer.weights * curves.slopes(scale[at])).sum(axis=0) * counts
        intercepts = np.maximum(gains - slopes * scale[at], 0.0)
        wanted = above > gains
        values = np.stack([np.ones(at.size), -slopes * self.most[at], -intercepts], axis=1)[wanted]
        columns = np.stack([layer.columns, self.model.scale[at], self.model.made[at]], axis=1)
        bets, first = len(values), int(self.model.highs.getNumRow())
        if bets:
            rows = np.arange(first, first + bets, dtype=np.int32)
            self.told.append(Told(rows=rows, view=layer.view, layer=layer, kept=kept))
            self.model.highs.addRows(
                bets, np.full(bets, -INFINITE), np.zeros(bets), 3 * bets,
                np.arange(0, 3 * bets, 3, dtype=np.int32),
                columns[wanted].ravel().astype(np.int32), values.ravel(),
            )  # fmt: skip

    def forget(self, scale: Floats, *, since: int = 0) -> None:
        """Drop what bears on nothing near the last answer, of these scales.

        Those that were told before `since` (the length of `told` then) stay. What is left holds
        the value from above as before, only less closely far away. Without it, a model that
        answers one question after the other grows slower with each.
        """
        states = self.model.highs.getBasis().row_status
        idle = np.array([state == highspy.HighsBasisStatus.kBasic for state in states])
        old = self.told[:since]
        views = self._far_views(scale) - {told.view for told in old}
        layers = self._far_layers(scale) - {id(told.layer) for told in old}
        drop = [np.zeros(0, dtype=np.int32)]
        for told in self.told[since:]:
            gone = told.view in views or id(told.layer) in layers
            drop.append(told.rows if gone else told.rows[idle[told.rows] & (not told.kept)])
        place = self.model.drop(np.concatenate(drop))
        self.told = [
            replace(told, rows=left)
            for told in self.told
            if (left := place[told.rows][place[told.rows] >= 0]).size
        ]
        self.layers = [
            each for each in self.layers if each.view not in views and id(each) not in layers
        ]
        self.views = {view: each for view, each in self.views.items() if view not in views}

    def _far_views(self, scale: Floats) -> set[int]:
        """Give the views that say far more than others; the first one stays."""
        values = self.worth.values(scale)
        said = {view: float(weights @ values) for view, (weights, _) in self.views.items()}
        least = min(said.values())
        return {view for view, each in said.items() if view and each > least + FAR * abs(least)}

    def _far_layers(self, scale: Floats) -> set[int]:
        """Give the layers (their `id`) that say more than others; the first of a view stays."""
        gains = self.worth.curves.gains(scale)
        said = [self._says(layer, gains) for layer in self.layers]
        far = set()
        for view in self.views:
            mine = [at for at, layer in enumerate(self.layers) if layer.view == view]
            least = np.min([said[at] for at in mine], axis=0)
            near = least + FAR * float(least.sum()) / least.size
            far |= {id(self.layers[at]) for at in mine[1:] if (said[at] > near).all()}
        return far
