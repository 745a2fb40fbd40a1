"""Posts that need the readable tokeniser: found, cut, and laid out like the others' tokens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from auscult.engine.kernel import text
from auscult.engine.matching import kernel_odd
from auscult.engine.matching import layout as lay
from auscult.engine.matching.characters import LAST, PAGE, characters
from auscult.engine.matching.columns import text_of


def find(batch: pa.RecordBatch, posts: lay.Posts) -> list[int]:
    """Return the odd rows; has the tables filled for every character of the others."""
    odd = np.zeros(batch.num_rows, np.bool_)
    wanted = np.zeros(LAST // PAGE, np.uint8)
    while kernel_odd.find_odd_rows(posts, characters().tables(), wanted, odd):
        characters().fill(np.flatnonzero(wanted).tolist())
        wanted[:] = 0
    return [int(row) for row in np.flatnonzero(odd)]


def cut(batch: pa.RecordBatch, rows: list[int]) -> lay.OddTokens:
    """Cut these rows with `kernel.text.tokens`."""
    numbers = np.full(batch.num_rows, -1, np.int32)
    tokens: list[list[int]] = []
    links: list[tuple[int, int]] = []
    forms = bytearray()
    bounds: list[tuple[int, int, int, int, int]] = []
    for number, row in enumerate(rows):
        numbers[row] = number
        first = (len(tokens), len(forms), len(links))
        title, body = (text_of(batch, column, row) for column in (lay.C_TITLE, lay.C_TEXT))
        _add(title, tokens, forms, first[1])
        links += text.links(title)
        bounds.append((first[0], len(tokens), first[1], first[2], len(links)))
        _add(body, tokens, forms, first[1])
        links += text.links(body)
    bounds.append((len(tokens), 0, len(forms), len(links), 0))
    laid = np.array(tokens, np.int32).reshape(-1, lay.TOKEN_COLUMNS)
    hashes = np.zeros(len(laid), np.uint64)
    # The forms of a post count from its first; the hash is taken where they stand.
    pool = np.array(forms + b"\0", np.uint8)
    starts = np.repeat([b[2] for b in bounds[:-1]], np.diff([b[0] for b in bounds]))
    placed = laid.copy()
    placed[:, lay.BASE] += starts.astype(np.int32)
    kernel_odd.hash_forms(placed, pool, hashes)
    return lay.OddTokens(
        numbers,
        np.array(bounds, np.int64),
        laid,
        hashes,
        pool,
        np.array(links, np.int32).reshape(-1, 2),
    )


def _add(content: str, tokens: list[list[int]], forms: bytearray, origin: int) -> None:
    for token in text.tokens(content):
        row: Any = [0] * lay.TOKEN_COLUMNS
        row[lay.START], row[lay.END] = token.start, token.end
        row[lay.TOKEN_SIGN] = ord(token.base[0]) if text.is_signed(token.base) else 0
        for form, at, size in (
            (token.base, lay.BASE, lay.BASE_SIZE),
            (token.folded, lay.FOLDED, lay.FOLDED_SIZE),
            (token.exact, lay.EXACT, lay.EXACT_SIZE),
        ):
            encoded = text.unsigned(form).encode()
            row[at], row[size] = len(forms) - origin, len(encoded)
            forms += encoded
        tokens.append(row)
