"""The density as a C function that nutpie calls without the interpreter, chains side by side.

All tables lie one after the other in one array of numbers, whose address the function is given.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import carray, cfunc, njit, types  # type: ignore[attr-defined]
from numpy.typing import NDArray

from auscult.engine.returns.mix.kernel import FAST, Tables, density

Floats = NDArray[np.float64]
HEADER = 7
NUMBERS = types.CPointer(types.double)  # type: ignore[no-untyped-call]
# How nutpie calls a density: dimension, point, gradient and log density to write, own data.
SIGNATURE = types.int64(types.uint64, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
# ... and what turns a point into what is stored: dimension, size, point, values to write, data.
STORING = types.int64(types.uint64, types.uint64, NUMBERS, NUMBERS, NUMBERS)
NOT_FINITE = 3


def packed(t: Tables) -> Floats:
    """Lay tables into one array: sizes first, then all arrays as `unpacked` takes them."""
    places, channels, rows = t.activity.shape
    sizes = (places, channels, rows, t.variance.size, len(t.trial), t.walk, t.form)
    arrays = (
        *(t.outcome, t.weight, t.inner, t.link, t.runs, t.seen, t.activity, t.basis, t.gram),
        *(t.variance, t.most, t.bend, t.echo, t.drift, t.memory, t.noise, t.spread),
        *(t.trial, t.found, t.size),
    )
    return np.concatenate([np.array(sizes, dtype=float), *(np.ravel(one) for one in arrays)])


@njit(cache=True, nogil=True)
def take(data: Floats, at: int, size: int) -> tuple[Floats, int]:
    """Give the next numbers, and where those after them begin."""
    return data[at : at + size], at + size


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def unpacked(data: Floats) -> Tables:
    """Give the tables that `packed` laid down; nothing but experiments is copied."""
    p, c, n, k = int(data[0]), int(data[1]), int(data[2]), int(data[3])
    e, walk, form = int(data[4]), int(data[5]), int(data[6])
    outcome, at = take(data, HEADER, p * n)
    weight, at = take(data, at, p * n)
    inner, at = take(data, at, p * n)
    link, at = take(data, at, p * n)
    runs, at = take(data, at, p)
    seen, at = take(data, at, p)
    activity, at = take(data, at, p * c * n)
    basis, at = take(data, at, p * k * n)
    gram, at = take(data, at, p * 3 * k * k)
    variance, at = take(data, at, k)
    most, at = take(data, at, c)
    bend, at = take(data, at, 2 * c)
    echo, at = take(data, at, 2 * c)
    drift, at = take(data, at, 2)
    memory, at = take(data, at, 2)
    noise, at = take(data, at, 2)
    spread, at = take(data, at, 2)
    trial, at = take(data, at, 4 * e)
    found, at = take(data, at, 2 * e)
    size, at = take(data, at, p)
    return Tables(
        outcome.reshape(p, n),
        weight.reshape(p, n),
        inner.reshape(p, n),
        link.reshape(p, n),
        runs,
        seen,
        activity.reshape(p, c, n),
        basis.reshape(p, k, n),
        gram.reshape(p, 3, k, k),
        variance,
        walk,
        most,
        bend.reshape(c, 2),
        echo.reshape(c, 2),
        drift,
        memory,
        noise,
        spread,
        trial.reshape(e, 4).astype(np.int64),
        found.reshape(e, 2),
        size,
        form,
    )


def _density(dimension: int, point: Any, gradient: Any, value: Any, data: Any) -> int:
    p, c, n, k, e = data[0], data[1], data[2], data[3], data[4]
    size = HEADER + p * (4 * n + 3 + c * n + k * n + 3 * k * k) + k + 5 * c + 8 + 6 * e
    given = unpacked(carray(data, (int(size),)))
    value[0] = density(carray(point, (dimension,)), given, carray(gradient, (dimension,)))
    return 0 if np.isfinite(value[0]) else NOT_FINITE


def _store(dimension: int, size: int, point: Any, values: Any, data: Any) -> int:  # noqa: ARG001 - as nutpie calls it
    for at in range(size):
        values[at] = point[at]
    return 0


@cache
def compiled() -> tuple[Any, Any]:
    """Give both functions for nutpie; compiled when first needed, then kept on disk."""
    return cfunc(SIGNATURE, cache=True)(_density), cfunc(STORING, cache=True)(_store)
