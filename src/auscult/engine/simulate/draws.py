"""Numbers from a counter: the same key and salt give the same draw, in any order."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(keys: Keys, salt: int) -> Keys:
    """Give a new key for each key, as `kernel.mix` does (SplitMix64's finaliser)."""
    z = keys + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF) + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def uniform(keys: Keys, salt: int) -> Floats:
    """Give a number in [0, 1) for each key."""
    return np.asarray((mixed(keys, salt) >> np.uint64(11)) * (1.0 / (1 << 53)))


def chosen(keys: Keys, salt: int, count: int) -> Rows:
    """Give a whole number from 0 to `count` - 1 for each key."""
    return np.asarray((uniform(keys, salt) * count).astype(np.int64))


def weighted(rng: np.random.Generator, weights: Floats, size: int) -> Rows:
    """Draw `size` rows with chances in proportion to `weights`."""
    ladder = np.cumsum(weights)
    if size == 0 or ladder.size == 0:
        return np.zeros(0, np.int64)
    found = np.searchsorted(ladder, rng.random(size) * ladder[-1], side="right")
    return np.asarray(np.minimum(found, ladder.size - 1), np.int64)


def generator(seed: int, *names: str) -> np.random.Generator:
    """Give a generator of its own for each purpose, so that no part disturbs another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def row_keys(seed: int, name: str, count: int) -> Keys:
    """Give one key a row."""
    base = np.uint64(zlib.crc32(name.encode()) + (seed << 32) & 0xFFFFFFFFFFFFFFFF)
    return mixed(mixed(np.arange(count, dtype=np.uint64), 1) ^ base, 2)
