"""How kernels are compiled: entry points once a machine, what they call along with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# Called from Python: kept on disk, next to the source or where NUMBA_CACHE_DIR says.
kernel: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(cache=True, nogil=True)
# Called by kernels only: without the wrappers for Python, which take most of the time to compile.
inner: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(
    nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
