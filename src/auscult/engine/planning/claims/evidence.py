"""Evidence that may be looked at every day, from differences whose sign is a coin's.

If an effect (a difference of logarithms) is exactly `effect`, then ``x = difference - effect``
is as likely to be ``-x``: the two posts of a pair might have changed places. So

    e(bet) = exp(bet * x) / cosh(bet * x)

is worth 1 on average, whatever the distribution of `x`, and so is the product over pairs, and
so is the mean of such products over several bets. By Ville's inequality such a product exceeds
1/level at any time at all with a probability of at most `level` (Ramdas, Grunwald, Vovk and
Shafer, *Game-theoretic statistics and safe anytime-valid inference*, Statistical Science 38,
2023; for signs: Efron, *Student's t-test under symmetry conditions*, JASA 64, 1969). The
effects for which it doesn't are a confidence sequence.

A `Units` value is a sum of such differences with a weight: ``x = value - weight * effect``.

In an experiment the signs of a block are drawn together, from a list of balanced patterns; then
the mean over those patterns stands in the place of the cosh. A single difference is a block
with the patterns + and -, and weight 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from auscult.engine.planning.claims.features import Floats

# Bets per unit of the logarithm: the best one for an effect d with spread s is about d/s**2, and
# one within a factor of two of it loses little.
BETS: Floats = 0.02 * 2.0 ** np.arange(8, dtype=np.float64)
# What is further from the effect than a ratio of 55 counts as that: one post that went round the
# world mustn't decide. Both signs are cut alike, so evidence stays worth 1 on average.
WILD = 4.0
_FURTHEST = 12.0  # a ratio of e**12 is taken as without bound
_STEPS = 22  # halvings: to 6e-6 of a logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Pieces of evidence that owe nothing to one another.

    Attributes
    ----------
    values : array of float, shape (units,)
        In the order in which they became known.
    weights : array of float, shape (units,)
        How much an effect of 1 moves each value, above 0.
    """

    values: Floats
    weights: Floats

    @property
    def size(self) -> int:
        """How many there are."""
        return self.values.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Differences with the signs that might have been drawn.

    Attributes
    ----------
    differences : array of float, shape (blocks, size)
        One minus other, as it was drawn; 0 with `present` false where a pair is missing.
    present : array of bool, shape (blocks, size)
    turns : array of float, shape (blocks, patterns, size)
        Each pattern that might have been drawn, relative to the one that was: 1 where a
        pair would stay as it is, -1 where it would be turned.
    """

    differences: Floats
    present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    turns: Floats

    @property
    def size(self) -> int:
        """How many differences there are."""
        return int(self.present.sum())


def running(drawn: Units | Blocks, effect: float = 0.0, *, above: bool = True) -> Floats:
    """Give the logarithm of the evidence after each unit or block.

    Parameters
    ----------
    drawn : Units or Blocks
        In the order in which they became known.
    effect : float
        The effect that is doubted, as a logarithm of a ratio.
    above : bool
        Evidence that the effect is more than that; else that it is less.
    """
    gains = np.cumsum(_gains(drawn, effect, above=above), axis=-1)
    most = gains.max(axis=0)
    return np.asarray(most + np.log(np.exp(gains - most).mean(axis=0)))


def final(drawn: Units | Blocks, effect: float = 0.0, *, above: bool = True) -> float:
    """Give the logarithm of the evidence of all of them; 0 where there is none."""
    total = _gains(drawn, effect, above=above).sum(axis=-1)
    most = float(total.max())
    return most + math.log(float(np.exp(total - most).mean()))


def interval(drawn: Units | Blocks, level: float) -> tuple[float, float]:
    """Give the effects that can't be ruled out, minus or plus infinity where there is no bound.

    Parameters
    ----------
    level : float
        How often the interval may ever miss a constant effect, between 0 and 1.
    """
    doubt = math.log(2 / level)
    return _edge(drawn, doubt, above=True), _edge(drawn, doubt, above=False)


def balance(drawn: Units | Blocks) -> float:
    """Give the effect for and against which there is as much evidence.

    It lies within every interval; with many it is the middle of their distribution, and
    single wild counts move it little.
    """
    low, high = -_FURTHEST, _FURTHEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if final(drawn, middle) >= final(drawn, middle, above=False):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _edge(drawn: Units | Blocks, doubt: float, *, above: bool) -> float:
    """Find where the evidence passes `doubt`; it falls (above) or rises with the effect."""
    outer, inner = (-_FURTHEST, _FURTHEST) if above else (_FURTHEST, -_FURTHEST)
    if final(drawn, outer, above=above) < doubt:
        return -math.inf if above else math.inf
    for _ in range(_STEPS):
        middle = (outer + inner) / 2
        if final(drawn, middle, above=above) >= doubt:
            outer = middle
        else:
            inner = middle
    return outer


def _gains(drawn: Units | Blocks, effect: float, *, above: bool) -> Floats:
    """Give the logarithm of each unit's or block's evidence for each bet, shape (bets, units)."""
    bets = (BETS if above else -BETS)[:, None]
    if isinstance(drawn, Blocks):
        return _block_gains(drawn, effect, bets)
    return gain(bets, drawn.values - drawn.weights * effect)


def gain(bets: Floats, rest: Floats) -> Floats:
    """Give the logarithm of the evidence of single differences, less the effect that is doubted.

    Parameters
    ----------
    bets : array of float, shape (bets, 1)
    rest : array of float, shape (units,)

    Returns
    -------
    array of float, shape (bets, units)
    """
    stake = bets * np.clip(rest, -WILD, WILD)
    size = np.abs(stake)
    # log(cosh) without overflow
    return np.asarray(stake - size - np.log1p(np.exp(-2 * size)) + math.log(2))


def _block_gains(blocks: Blocks, effect: float, bets: Floats) -> Floats:
    rest = np.clip(blocks.differences - effect, -WILD, WILD)
    moved = np.where(blocks.present, rest, 0.0)
    drawn = bets * moved.sum(axis=1)
    might = bets[:, :, None] * np.einsum("bps,bs->bp", blocks.turns, moved)
    most = might.max(axis=2)
    mean = most + np.log(np.exp(might - most[:, :, None]).mean(axis=2))
    return np.asarray(drawn - mean)
