"""Runs the kernel that writes the words of posts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from auscult.engine.matching import kernel_words, odd
from auscult.engine.matching import layout as lay
from auscult.engine.matching.characters import characters
from auscult.engine.matching.columns import read, slices
from auscult.engine.matching.scratch import Scratch


def written(posts: pa.Table | pa.RecordBatch) -> pa.StringArray:
    """Write the words of all posts; see `words.index_terms`."""
    scratch = Scratch()
    parts = [_written(batch, scratch) for batch in slices(posts)]
    if not parts:
        return pa.array([], pa.string())
    return pa.concat_arrays(parts)


def _written(batch: pa.RecordBatch, scratch: Scratch) -> pa.Array:
    laid = read(batch, {lay.C_TITLE, lay.C_TEXT})
    cut = odd.cut(batch, odd.find(batch, laid))
    scratch.fit_posts(laid, cut)
    marks = np.zeros((1 << (4 * len(scratch.tokens.rows)).bit_length(), 3), np.int64)
    out = np.zeros(2 * laid.data.size + 1024, np.uint8)
    ends = np.zeros(batch.num_rows + 1, np.int32)
    row = 0
    while row < batch.num_rows:
        row = kernel_words.write_rows(
            row, batch.num_rows, laid, cut, characters().tables(), scratch.tokens, marks, out,
            ends[1:],
        )  # fmt: skip
        if row < batch.num_rows:
            out = np.concatenate([out, np.zeros_like(out)])
            marks[:] = 0
    return pa.StringArray.from_buffers(
        batch.num_rows, pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]])
    )
