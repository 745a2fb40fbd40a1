"""A level that walks, controls, weekday habits and noise: the posterior, computed.

Outcome and controls are transformed once by the eigenvectors of a walk's covariance, which are
sines; then each ratio of walk to noise is a diagonal of weights. Every subset of the controls comes
by sweeping: the branch without a control, and the branch with it, doubled for each. The
size of all noise and the intercept are integrated; the effects of the controls have Zellner's
g-prior with the weight of one observation. See docs/explanation/intervention.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from auscult.engine.returns.intervention.mixture import Mixture
from auscult.engine.returns.intervention.panel import Floats

Flags = NDArray[np.bool_]

_SAME = 1e-9  # of a control's variance: what is left when others explain it
_LIGHTEST = 1e-3  # of all weight: what the parts left out have together


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is believed before the data.

    Attributes
    ----------
    ratios : array of float, shape (ratios,)
        Standard deviations of the level's step, in those of the noise.
    level : float or None
        The usual step, in standard deviations of the outcome; None: all ratios count the same.
    level_strength : float
        In observations.
    noise_share : float
        Share of the outcome's variance that is noise.
    noise_strength : float
        In observations; 0: nothing is known.
    controls : float or None
        How many controls are expected to belong; None: every number of them counts the same,
        and so do the subsets of each number (Scott and Berger, Annals of Statistics 38, 2010).
    """

    ratios: Floats
    level: float | None = None
    level_strength: float = 32.0
    noise_share: float = 0.2
    noise_strength: float = 0.0
    controls: float | None = None

    @classmethod
    def wide(cls) -> Prior:
        """Give ours: the level may walk as it likes."""
        return cls(ratios=np.concatenate([[0.0], np.geomspace(0.02, 4.0, 12)]))

    @classmethod
    def usual(cls) -> Prior:
        """Give CausalImpact's: the level moves by a hundredth of the outcome's spread."""
        return cls(
            ratios=np.geomspace(0.002, 4.0, 24), level=0.01, noise_strength=50.0, controls=3.0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What explains the outcome besides its level; the first `known` rows lie before the start.

    Attributes
    ----------
    outcome : array of float, shape (known,)
    columns : array of float, shape (times, columns)
    groups : tuple of tuple of int
        Columns that are in the model together or not at all; controls come last.
    controls : int
        How many of the groups are controls.
    candidates : int
        How many controls there were to choose from.
    """

    outcome: Floats
    columns: Floats
    groups: tuple[tuple[int, ...], ...]
    controls: int
    candidates: int

    @property
    def known(self) -> int:
        """How many times lie before the start."""
        return self.outcome.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What would have been, and of what it is made.

    Attributes
    ----------
    expected : Mixture
        For each time since the start, and last for their mean.
    fitted : array of float, shape (known,)
        Before the start: level, controls and habits together.
    included : array of float, shape (groups,)
        How probable it is that each group belongs.
    ratio : float
        Mean of the level's step in standard deviations of the noise.
    further : array of float, shape (parts, 3)
        Variances of the mean over h times: a constant part, what shrinks by h, and what
        grows with the walk, in the scale of each part.
    """

    expected: Mixture
    fitted: Floats
    included: Floats
    ratio: float
    further: Floats

    def rescaled(self, middle: float, spread: float) -> Posterior:
        """Give the same for an outcome that is `middle` plus so many `spread`."""
        mixture = self.expected
        return Posterior(
            expected=Mixture(
                weights=mixture.weights,
                means=middle + spread * mixture.means,
                scales=spread * mixture.scales,
                freedom=mixture.freedom,
            ),
            fitted=middle + spread * self.fitted,
            included=self.included,
            ratio=self.ratio,
            further=spread**2 * self.further,
        )

    def deviation_over(self, times: int) -> float:
        """Give the standard deviation of the mean over so many times since the start."""
        walk = (times + 1) * (2 * times + 1) / (6 * times)
        mixture = self.expected
        variances = self.further @ np.array([1.0, 1 / times, walk])
        inner = variances * mixture.freedom / (mixture.freedom - 2)
        away = (mixture.means[-1] - mixture.mean[-1]) ** 2
        return float(np.sqrt((inner + away) @ mixture.weights))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branches:
    """Normal equations of every ratio and subset, swept; shape (ratios, subsets, ...)."""

    swept: Floats  # (..., columns + 1, columns + 1)
    members: Flags  # (subsets, columns)
    groups: Flags  # (subsets, groups)
    sound: Flags  # (ratios, subsets): no control was explained by others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turned:
    """Data in the basis of sines, weighed for each ratio."""

    vectors: Floats  # (known, known)
    sizes: Floats  # (known,)
    data: Floats  # (known, 1 + columns + 1)
    grams: Floats  # (ratios, 1 + columns + 1, same)
    spreads: Floats  # (ratios,) logarithms of determinants


def posterior(design: Design, prior: Prior) -> Posterior:
    """Compute what would have been.

    Parameters
    ----------
    design : Design
        With at least two times since the start, and an outcome that varies before it.
    prior : Prior
    """
    turned = _turn(design, prior)
    centred = _centred(turned.grams)
    branches = _branches(centred, design)
    weights, scales = _weigh(design, prior, turned, branches)
    ratio_of, subset_of = _heaviest(weights)
    part = weights[ratio_of, subset_of]
    part = part / part.sum()
    swept = branches.swept[ratio_of, subset_of]
    inside = branches.members[subset_of]
    shrink = design.known / (1.0 + design.known)
    slopes = shrink * np.where(inside, swept[:, :-1, -1], 0.0)
    inverse = shrink * np.where(inside[:, :, None] & inside[:, None, :], -swept[:, :-1, :-1], 0.0)
    ahead = _ahead(design, prior, turned)
    means = ahead.base[ratio_of] + np.einsum("pmc,pc->pm", ahead.rows[ratio_of], slopes)
    rows = ahead.rows[ratio_of]
    unsure = np.einsum("pmc,pcd,pmd->pm", rows, inverse, rows)
    size = scales[ratio_of, subset_of]
    spread = np.sqrt((ahead.spread[ratio_of] + unsure) * size[:, None])
    steps = prior.ratios[ratio_of]
    constant = ahead.constant[ratio_of] + unsure[:, -1]
    further = np.stack([constant, np.ones_like(steps), steps**2], axis=1) * size[:, None]
    return Posterior(
        expected=Mixture(
            weights=part,
            means=means.T,
            scales=spread.T,
            freedom=design.known - 1 + prior.noise_strength,
        ),
        fitted=_fitted(turned, prior.ratios[ratio_of], part, slopes),
        included=weights.sum(axis=0) @ branches.groups,
        ratio=float(weights.sum(axis=1) @ prior.ratios),
        further=further,
    )


def walk(size: int) -> tuple[Floats, Floats]:
    """Give eigenvectors and eigenvalues of min(s, t), the covariance of a walk."""
    count = np.arange(1, size + 1)
    angles = (2 * count - 1) * np.pi / (2 * size + 1)
    vectors = 2 / np.sqrt(2 * size + 1) * np.sin(np.outer(count, angles))
    return vectors, 1 / (4 * np.sin(angles / 2) ** 2)


def _turn(design: Design, prior: Prior) -> _Turned:
    known = design.known
    vectors, sizes = walk(known)
    data = vectors.T @ np.column_stack([np.ones(known), design.columns[:known], design.outcome])
    weights = 1 / (1 + prior.ratios[:, None] ** 2 * sizes)
    return _Turned(
        vectors=vectors,
        sizes=sizes,
        data=data,
        grams=np.stack([(data * one[:, None]).T @ data for one in weights]),
        spreads=-np.log(weights).sum(axis=1),
    )


def _centred(grams: Floats) -> Floats:
    """Take the intercept out, whose prior is flat."""
    first = grams[:, 0, 1:]
    return np.asarray(grams[:, 1:, 1:] - first[:, :, None] * first[:, None, :] / grams[:, :1, :1])


def _branches(centred: Floats, design: Design) -> _Branches:
    width = centred.shape[-1] - 1
    swept = centred[:, None]
    members = np.zeros((1, width), bool)
    groups = np.zeros((1, len(design.groups)), bool)
    sound = np.ones(swept.shape[:2], bool)
    whole = np.einsum("rii->ri", centred)
    for at, columns in enumerate(design.groups):
        taken, fine = swept, sound
        for column in columns:
            left = taken[:, :, column, column] > _SAME * whole[:, None, column]
            fine = fine & left
            taken = _sweep(taken, column, np.where(left, taken[:, :, column, column], 1.0))
        swept = np.concatenate([swept, taken], axis=1)
        sound = np.concatenate([sound, fine], axis=1)
        members = np.tile(members, (2, 1))
        groups = np.tile(groups, (2, 1))
        half = len(groups) // 2
        members[half:, list(columns)] = True
        groups[half:, at] = True
    return _Branches(swept=swept, members=members, groups=groups, sound=sound)


def _sweep(matrices: Floats, column: int, pivots: Floats) -> Floats:
    """Take a control into the model (Goodnight, The American Statistician 33, 1979)."""
    row = matrices[:, :, column, :]
    scaled = row / pivots[:, :, None]
    swept = matrices - row[:, :, :, None] * scaled[:, :, None, :]
    swept[:, :, column, :] = scaled
    swept[:, :, :, column] = scaled
    swept[:, :, column, column] = -1 / pivots
    return swept


def _weigh(
    design: Design, prior: Prior, turned: _Turned, branches: _Branches
) -> tuple[Floats, Floats]:
    """Give each branch's weight, and its estimate of the noise's variance."""
    known = design.known
    variance = float(design.outcome.var(ddof=1))
    shrink = known / (1.0 + known)
    whole = branches.swept[:, :1, -1, -1]
    rest = whole - shrink * (whole - branches.swept[:, :, -1, -1])
    # A perfect fit leaves nothing to say how unsure one is: a millionth of a millionth stays.
    rest = np.maximum(rest, 1e-12 * variance * known)
    rest = rest + prior.noise_strength * prior.noise_share * variance
    freedom = known - 1 + prior.noise_strength
    size = rest / freedom
    count = branches.members.sum(axis=1)
    evidence = (
        -0.5 * (turned.spreads + np.log(turned.grams[:, 0, 0]))[:, None]
        - 0.5 * count * np.log1p(known)
        - 0.5 * freedom * np.log(rest)
        + _of_subset(design, prior, branches.groups)
    )
    if prior.level is not None:
        steps = prior.ratios[:, None] ** 2 * size
        half = prior.level_strength / 2
        # The grid is even in logarithms: hence the last term.
        evidence = (
            evidence
            + np.log(steps)
            + stats.invgamma.logpdf(steps, half, scale=half * prior.level**2 * variance)
        )
    evidence = np.where(branches.sound, evidence, -np.inf)
    weights = np.exp(evidence - evidence.max())
    return weights / weights.sum(), size


def _of_subset(design: Design, prior: Prior, groups: Flags) -> Floats:
    """Give the logarithm of each subset's prior, up to a constant.

    Controls that were passed over count as candidates too: who chooses eight of forty must
    believe them less than who had eight.
    """
    count = groups[:, groups.shape[1] - design.controls :].sum(axis=1)
    every = design.candidates
    if prior.controls is None:
        return np.asarray(special.betaln(count + 1, every - count + 1))
    chance = np.clip(prior.controls / max(every, 1), 1e-12, 1 - 1e-12)
    return np.asarray(count * np.log(chance) + (every - count) * np.log1p(-chance))


def _heaviest(weights: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Choose the parts that make up nearly all of the weight."""
    order = np.argsort(weights, axis=None)[::-1]
    total = np.cumsum(weights.ravel()[order])
    kept = order[: int(np.searchsorted(total, 1 - _LIGHTEST)) + 1]
    ratios, subsets = np.unravel_index(kept, weights.shape)
    return ratios, subsets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    """What each ratio says of the times since the start and their mean, before the controls."""

    base: Floats  # (ratios, targets)
    rows: Floats  # (ratios, targets, columns)
    spread: Floats  # (ratios, targets), in variances of the noise
    constant: Floats  # (ratios,) of the mean: what more times don't lessen


def _ahead(design: Design, prior: Prior, turned: _Turned) -> _Ahead:
    known = design.known
    after = np.column_stack([np.ones(len(design.columns) - known), design.columns[known:]])
    count = len(after)
    targets = np.vstack([np.eye(count), np.full(count, 1 / count)])
    since = np.arange(1, count + 1)
    noise = (targets**2).sum(axis=1)
    walked = np.einsum("mi,ij,mj->m", targets, np.minimum.outer(since, since), targets)
    last = turned.sizes * turned.vectors[-1]
    square = prior.ratios[:, None] ** 2
    pull = square * last / (1 + square * turned.sizes)
    level = pull @ turned.data  # what the last level knows of each column
    rows = (targets @ after)[None] - level[:, None, :-1]
    first = turned.grams[:, 0, 0]
    means = turned.grams[:, 0, 1:] / first[:, None]
    unsure = prior.ratios**2 * known - (pull * square * last).sum(axis=1)
    constant = unsure[:, None] + rows[:, :, 0] ** 2 / first[:, None]
    return _Ahead(
        base=rows[:, :, 0] * means[:, -1:] + level[:, -1:],
        rows=rows[:, :, 1:] - rows[:, :, :1] * means[:, None, :-1],
        spread=noise + square * walked + constant,
        constant=constant[:, -1],
    )


def _fitted(turned: _Turned, ratios: Floats, weights: Floats, slopes: Floats) -> Floats:
    """Give level, controls and habits before the start, averaged over the parts."""
    data = turned.data
    shares = 1 / (1 + ratios[:, None] ** 2 * turned.sizes)  # what the walk leaves to the noise
    rest = data[None, :, -1] - slopes @ data[:, 1:-1].T
    intercept = (shares * data[:, 0] * rest).sum(axis=1) / (shares * data[:, 0] ** 2).sum(axis=1)
    noise = shares * (rest - intercept[:, None] * data[:, 0])
    return np.asarray(turned.vectors @ (data[:, -1] - weights @ noise))
