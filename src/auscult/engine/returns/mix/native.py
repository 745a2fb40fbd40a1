"""The density as a C function that nutpie calls without the interpreter, chains side by side.

All tables lie one after the other in one array of numbers, whose address the function is given.
"""

from __future__ import annotations

import inspect
import zlib
from functools import cache
from typing import Any

import numpy as np
from numba import carray, cfunc, njit, types  # type: ignore[attr-defined]
from numpy.typing import NDArray

from auscult.engine.returns.mix import kernel
from auscult.engine.returns.mix.kernel import FAST, Tables, density

Floats = NDArray[np.float64]
HEADER = 8
# Of a code nutpie reads 32 bits with a sign, and takes one below 0 for the end of all chains.
MOST_CODES = 2**31 - 1
NUMBERS = types.CPointer(types.double)  # type: ignore[no-untyped-call]
# How nutpie calls a density: dimension, point, gradient and log density to write, own data.
SIGNATURE = types.int64(types.uint64, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
# ... and what turns a point into what is stored: dimension, size, point, values to write, data.
STORING = types.int64(types.uint64, types.uint64, NUMBERS, NUMBERS, NUMBERS)


def packed(t: Tables) -> Floats:
    """Lay tables into one array: sizes first (its own, too), then arrays as `unpacked` reads them."""
    places, channels, rows = t.activity.shape
    arrays = (
        *(t.outcome, t.weight, t.inner, t.link, t.activity, t.basis, t.gram, t.runs, t.seen),
        *(t.size, t.variance, t.most, t.bend, t.echo, t.drift, t.memory, t.noise, t.spread),
        *(t.trial, t.found),
    )
    sizes = (places, channels, rows, t.variance.size, len(t.trial), t.walk, t.form)
    laid = [np.ravel(one) for one in arrays]
    size = HEADER + sum(one.size for one in laid)
    return np.concatenate([np.array([size, *sizes], dtype=float), *laid])


@njit(cache=True, nogil=True)
def line(data: Floats, at: int, size: int) -> tuple[Floats, int]:
    """Give the next numbers, and where those after them begin."""
    return data[at : at + size], at + size


@njit(cache=True, nogil=True)
def table(data: Floats, at: int, rows: int, columns: int) -> tuple[Floats, int]:
    """Give the next numbers as a table, and where those after them begin."""
    return data[at : at + rows * columns].reshape(rows, columns), at + rows * columns


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def unpacked(data: Floats) -> Tables:
    """Give the tables that `packed` laid down; nothing but experiments is copied."""
    p, c, n, k = int(data[1]), int(data[2]), int(data[3]), int(data[4])
    e, walk, form = int(data[5]), int(data[6]), int(data[7])
    outcome, at = table(data, HEADER, p, n)
    weight, at = table(data, at, p, n)
    inner, at = table(data, at, p, n)
    link, at = table(data, at, p, n)
    activity, at = table(data, at, p * c, n)
    basis, at = table(data, at, p * k, n)
    gram, at = table(data, at, p * 3 * k, k)
    runs, at = line(data, at, p)
    seen, at = line(data, at, p)
    size, at = line(data, at, p)
    variance, at = line(data, at, k)
    most, at = line(data, at, c)
    bend, at = table(data, at, c, 2)
    echo, at = table(data, at, c, 2)
    drift, at = line(data, at, 2)
    memory, at = line(data, at, 2)
    noise, at = line(data, at, 2)
    spread, at = line(data, at, 2)
    trial, at = table(data, at, e, 4)
    found, at = table(data, at, e, 2)
    return Tables(
        outcome, weight, inner, link, runs, seen,
        activity.reshape(p, c, n), basis.reshape(p, k, n), gram.reshape(p, 3, k, k),
        variance, walk, most, bend, echo, drift, memory, noise, spread,
        trial.astype(np.int64), found, size, form,
    )  # fmt: skip


def _store(dimension: int, size: int, point: Any, values: Any, data: Any) -> int:  # noqa: ARG001 - as nutpie calls it
    for at in range(size):
        values[at] = point[at]
    return 0


@cache
def compiled() -> tuple[Any, Any]:
    """Give both functions for nutpie; compiled when first needed, then kept on disk.

    Numba takes from disk what was compiled of the same text and the same constants, but doesn't see
    that the density in another file has changed. So the code for "not finite", which may be any
    number above 0, is a digest of that file.
    """
    text = inspect.getsource(kernel).encode()
    not_finite = 1 + zlib.crc32(text) % MOST_CODES

    def evaluate(dimension: int, point: Any, gradient: Any, value: Any, data: Any) -> int:
        given = unpacked(carray(data, (int(data[0]),)))
        value[0] = density(carray(point, (dimension,)), given, carray(gradient, (dimension,)))
        return 0 if np.isfinite(value[0]) else not_finite

    return cfunc(SIGNATURE, cache=True)(evaluate), cfunc(STORING, cache=True)(_store)
