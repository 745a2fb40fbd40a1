"""The C function that nutpie calls says what the density says, for one place and for several."""

from __future__ import annotations

import ctypes
from datetime import date, timedelta

import numpy as np
import pytest

from auscult.engine.returns.mix.design import tables
from auscult.engine.returns.mix.kernel import density
from auscult.engine.returns.mix.native import compiled, packed, unpacked
from auscult.engine.returns.mix.sampling import parameters
from auscult.engine.returns.mix.series import Channel, Experiment, Series

FIRST = date(2026, 3, 2)


def series(places: int) -> Series:
    random = np.random.default_rng(places)
    shape = (places, 70)
    outcome = random.poisson(9, shape).astype(float)
    outcome[0, 30:33] = np.nan
    done = tuple(
        Channel(name=name, activity=random.gamma(2, 1, shape) * (random.random(shape) < 0.4))
        for name in ("posts", "radio")
    )
    trial = Experiment(
        channel="radio", first=FIRST, last=FIRST + timedelta(days=20), found=20, error=9
    )
    names = tuple(f"place {at}" for at in range(places))
    return Series(
        first=FIRST, step=1, outcome=outcome, channels=done, places=names, experiments=(trial,)
    )


@pytest.mark.parametrize("places", [1, 3])
def test_the_function_of_c_is_the_density(places: int) -> None:
    given = tables(series(places))
    data = packed(given)
    for one, other in zip(given, unpacked(data), strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))
    size = parameters(given)
    numbers = ctypes.POINTER(ctypes.c_double)
    random = np.random.default_rng(1)
    function = compiled()[0].ctypes
    for scale in (0.3, 1.0, 400.0):
        x = random.standard_normal(size) * scale
        expected, found, value = np.empty(size), np.empty(size), np.empty(1)
        truth = density(x, given, expected)
        code = function(size, *(one.ctypes.data_as(numbers) for one in (x, found, value, data)))
        assert (code == 0) == bool(np.isfinite(truth))
        # nutpie gives such a point up, but stops all chains at a code below 0 in 32 bits
        assert 0 <= code < 2**31
        if np.isfinite(truth):
            assert value[0] == pytest.approx(truth, rel=1e-12)
            assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_what_is_stored_is_the_point_itself() -> None:
    numbers = ctypes.POINTER(ctypes.c_double)
    point, stored = np.arange(3.0), np.zeros(3)
    given = [one.ctypes.data_as(numbers) for one in (point, stored, np.zeros(1))]
    assert compiled()[1].ctypes(3, 3, *given) == 0
    assert stored.tolist() == [0, 1, 2]
