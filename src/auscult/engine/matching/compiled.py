"""How kernels are compiled: entry points once a machine, what they call along with them.

Numba keeps what it compiled on disk, next to the source or where NUMBA_CACHE_DIR says, and
compiles anew when the file of the entry point has changed. What the entry point calls stands
in other files: so their contents are made part of what is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

Function = Callable[..., Any]


def source_stamp() -> str:
    """Identify the source of all kernels and of the layout that they share."""
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("kernel_*.py")), folder / "layout.py", folder / "characters.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


_STAMP = source_stamp()


def kernel(function: Function) -> Function:
    """Compile an entry point, called from Python."""
    compiled: Function = njit(cache=True, nogil=True)(function)
    kept = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if kept is not None:  # not so where Numba is switched off
        kept._source_stamp = (kept._source_stamp, _STAMP)  # noqa: SLF001
    return compiled


def inner(function: Function) -> Function:
    """Compile what only kernels call, and what makes no arrays: it counts no references.

    No wrapper for Python either, and not kept by itself. Counting the references of some sixty
    arrays at each call took nine tenths of the time, handing them over most of the rest.
    """
    return _without_wrappers(function, _nrt=False, forceinline=True)


def making(function: Function) -> Function:
    """Compile what only kernels call, and what makes arrays of its own."""
    return _without_wrappers(function, _nrt=True)


def _without_wrappers(function: Function, **options: bool) -> Function:
    # Numba's stubs name only a part of its options.
    options |= {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    decorate: Function = njit(**options)  # type: ignore[call-overload]
    compiled: Function = decorate(function)
    return compiled
