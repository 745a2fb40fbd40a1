"""Shapley values: what each channel adds, on the mean over all orders in which they could come."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from auscult.engine.returns.columns import Floats, sums

MOST_CHANNELS = 12  # 4,096 sets of them: a millisecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """Journeys alike in the channels on them.

    Attributes
    ----------
    paths : tuple of frozenset of str
    counts : tuple of int
    """

    paths: tuple[frozenset[str], ...]
    counts: tuple[int, ...]

    def counted(self, names: tuple[str, ...]) -> Floats:
        """Give how many journeys had each set of channels, shape (2 ** channels,)."""
        bit = {name: 1 << at for at, name in enumerate(names)}
        sets = np.array([sum(bit[name] for name in path) for path in self.paths], np.intp)
        return sums(sets, np.array(self.counts, np.float64), 2 ** len(names))


def shapley(worth: Floats) -> Floats:
    """Give each player's Shapley value, exactly.

    Parameters
    ----------
    worth : array of float, shape (2 ** players,)
        What each set of players is worth: player i takes part in a set if its number has bit i.

    Returns
    -------
    array of float, shape (players,)
        They add up to what all are worth less what nobody is; two who always add the same get the
        same; who never adds anything gets nothing.

    References
    ----------
    L. Shapley, *A value for n-person games*, Contributions to the Theory of Games 2 (1953).

    Examples
    --------
    >>> shapley(np.array([0.0, 10.0, 20.0, 36.0]))
    array([13., 23.])
    """
    players = (len(worth) - 1).bit_length()
    sets = np.arange(len(worth))
    size = np.bitwise_count(sets).astype(np.intp)
    orders = np.array(
        [factorial(one) * factorial(players - one - 1) for one in range(players)] or [1]
    ) / factorial(players)
    values = np.zeros(players)
    for at in range(players):
        without = sets[(sets >> at) & 1 == 0]
        gain = worth[without | 1 << at] - worth[without]
        values[at] = orders[size[without]] @ gain
    return values


def credit_of_sets(ended: Floats, tried: Floats) -> Floats:
    """Say what each set of channels is worth, from journeys that ended in an outcome and all.

    If only the channels of a set had been there, each journey would have had only those of its
    channels that are in the set, and would have ended as often as journeys with just these did.
    Where no such journey was seen, those with some of them stand in; where none of these either,
    none would have ended well.

    Parameters
    ----------
    ended, tried : array of float, shape (2 ** channels,)
        Outcomes (or their values), and journeys, by the exact set of channels on them.

    Returns
    -------
    array of float, shape (2 ** channels,)
        All channels together are worth all outcomes.
    """
    fewer_ended, fewer_tried = _over_subsets(ended), _over_subsets(tried)
    seen = tried > 0
    rate = np.divide(
        np.where(seen, ended, fewer_ended),
        np.where(seen, tried, fewer_tried),
        out=np.zeros(len(tried)),
        where=fewer_tried > 0,
    )
    sets = np.arange(len(tried))
    there = np.flatnonzero(seen)
    return np.array([tried[there] @ rate[there & one] for one in sets])


def _over_subsets(amounts: Floats) -> Floats:
    """Give for each set the sum over all its subsets."""
    sums = amounts.copy()
    sets = np.arange(len(sums))
    for at in range((len(sums) - 1).bit_length()):
        having = sets[(sets >> at) & 1 == 1]
        sums[having] += sums[having ^ (1 << at)]
    return sums
