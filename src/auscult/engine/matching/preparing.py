"""Compiles the kernels ahead of their first use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from auscult.engine.matching.kernel_match import match_rows
from auscult.engine.matching.watches import WatchSet
from auscult.engine.matching.words import index_terms
from auscult.engine.query.tree import Word


def prepare() -> None:
    """Have the kernels compiled, half a minute once a machine; at once where they are.

    What is compiled is kept next to the source, or where `NUMBA_CACHE_DIR` says if that
    can't be written to. A set-up calls this, so that no first visitor waits.
    """
    posts = pa.table({"text": ["One post."]})
    WatchSet({"any": Word(text="post")}).match(posts)
    index_terms(posts)


def is_compiled() -> bool:
    """Tell whether some version of the largest kernel was compiled on this machine."""
    kept: Any = match_rows
    folder = Path(kept._cache.cache_path)  # noqa: SLF001 - Numba says it nowhere else
    return any(folder.glob("kernel_match.match_rows-*.nbi"))
