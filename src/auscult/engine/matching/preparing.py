"""Compiles the kernels ahead of their first use."""

from __future__ import annotations

import pyarrow as pa

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
