"""How the kernels of copies are compiled: as those of the matcher, whose tokeniser they call.

What Numba kept is compiled anew when any kernel of copies changes, or any of the matcher.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from auscult.engine.matching import compiled
from auscult.engine.matching.compiled import Function

_FILES = sorted(Path(__file__).parent.glob("copies_*.py"))
_STAMP = hashlib.sha256(b"".join(file.read_bytes() for file in _FILES)).hexdigest()


def kernel(function: Function) -> Function:
    """Compile an entry point, called from Python."""
    made = compiled.kernel(function)
    kept = getattr(getattr(made, "_cache", None), "_cache_file", None)
    if kept is not None:  # not so where Numba is switched off
        kept._source_stamp = (kept._source_stamp, _STAMP)  # noqa: SLF001
    return made
