"""What an experiment over pairs would see, by planting effects into the house's own past."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention.findings import Question
from auscult.engine.returns.intervention.panel import Floats
from auscult.engine.returns.intervention.randomisation import MOST
from auscult.engine.returns.intervention.verdicts import CHANCE

EFFECTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
DRAWS = 200  # experiments laid on the past, for each length


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How often an experiment would find an effect.

    Attributes
    ----------
    sizes : tuple of int
        Times that it runs (places), or pairs of stretches (switchback).
    effects : tuple of float
        As shares: 0.1 is a tenth more.
    found : array of float, shape (sizes, effects)
        Share of experiments that find it; right within some 0.07 (two standard errors of 200
        experiments), and no better than the past is like the future.
    false : array of float, shape (sizes,)
        The same where nothing was planted.
    smallest : tuple of float or None
        For each size the effect that four experiments in five find, between those asked by
        a straight line; None where even the largest isn't found so often.
    """

    sizes: tuple[int, ...]
    effects: tuple[float, ...]
    found: Floats
    false: Floats
    smallest: tuple[float | None, ...]

    def size_for(self, effect: float) -> int | None:
        """Give the smallest size that finds an effect four times in five, or None."""
        for size, smallest in zip(self.sizes, self.smallest, strict=True):
            if smallest is not None and smallest <= effect:
                return size
        return None


def fewest_pairs(question: Question) -> int:
    """Give how many pairs it takes so that chance alone can be ruled out at all."""
    return math.ceil(math.log2(2 / question.level) - 1e-9)


def check_pairs(pairs: int, question: Question) -> None:
    """Refuse a design that can't reach its level whatever happens.

    Raises
    ------
    Correctable
        There are too few pairs.
    """
    fewest = fewest_pairs(question)
    if pairs < fewest:
        raise Correctable(
            _(
                "{pairs} pairs can be drawn in {ways} ways, so chance alone does as much in at least"
                " {percent} of 100 cases."
            ).format(pairs=pairs, ways=2**pairs, percent=f"{100 * 2 / 2**pairs:.3g}"),
            field="pairs",
            code="too-few-pairs",
            hint=_("Draw at least {fewest} pairs, or ask at a higher level than {level}.").format(
                fewest=fewest, level=f"{question.level:g}"
            ),
        )


def table(
    past: Sequence[tuple[int, Floats]], question: Question, rng: np.random.Generator
) -> Power:
    """Plant effects.

    Parameters
    ----------
    past : sequence of (int, array of float of shape (experiments, pairs))
        For each size, differences of logarithms between the two of each pair where nothing
        happened.
    question : Question
    rng : Generator
        For the draws.
    """
    sign = 1 if question.upward else -1
    shifts = np.log1p(sign * np.array([0.0, *EFFECTS]))
    shares = np.array([_found(pairs, shifts, question.level, rng) for _, pairs in past])
    return Power(
        sizes=tuple(size for size, _ in past),
        effects=EFFECTS,
        found=shares[:, 1:],
        false=shares[:, 0],
        smallest=tuple(_smallest(one) for one in shares[:, 1:]),
    )


def chosen(count: int, rng: np.random.Generator) -> list[int]:
    """Choose windows of the past: all of them in turn, or 200 of them."""
    if count >= DRAWS:
        return sorted(rng.permutation(count)[:DRAWS].tolist())
    return [at % count for at in range(DRAWS)]


def signs_of(pairs: int, rng: np.random.Generator) -> Floats:
    """Give all draws of pairs, or 5,000 of them; the first has no sign turned."""
    if 2**pairs <= MOST:
        bits = np.arange(2**pairs)[:, None] >> np.arange(pairs)
        return np.asarray(1.0 - 2.0 * (bits & 1), np.float64)
    drawn = 1.0 - 2.0 * rng.integers(0, 2, (MOST, pairs))
    drawn[0] = 1.0
    return np.asarray(drawn)


def _found(past: Floats, shifts: Floats, level: float, rng: np.random.Generator) -> Floats:
    count, pairs = past.shape
    drawn = past * (1.0 - 2.0 * rng.integers(0, 2, (count, pairs)))
    signs = signs_of(pairs, rng) / pairs
    found = np.zeros(shifts.size)
    for one in drawn:
        # Each draw of one experiment at every planted effect at once: linear in the effect.
        shown = np.abs((signs @ one)[:, None] + signs.sum(axis=1)[:, None] * shifts)
        found += (shown >= shown[0] * (1 - 1e-9)).mean(axis=0) <= level
    return np.asarray(found / count)


def _smallest(shares: Floats) -> float | None:
    enough = np.flatnonzero(shares >= CHANCE)
    if not enough.size:
        return None
    at = int(enough[0])
    if at == 0:
        return EFFECTS[0]
    share = (CHANCE - shares[at - 1]) / (shares[at] - shares[at - 1])
    return float(EFFECTS[at - 1] + share * (EFFECTS[at] - EFFECTS[at - 1]))
