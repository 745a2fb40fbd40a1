"""What decoding a block gives: columns of values with their lines, and what is broken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from auscult.engine.connectors.files.blocks import Numbers

# At most so many records are read one by one before a batch ends, so that a block full of
# broken lines gives several batches and not one that doesn't fit into memory.
CAREFUL_RECORDS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A record that can't be read."""

    line: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some records as columns.

    Attributes
    ----------
    columns : dict
        The file's column to its values: an Arrow array, or a list of Python values.
    lines : numpy.ndarray
        The line (or row) number of each record, from 1.
    """

    columns: dict[str, pa.Array | list[Any]]
    lines: Numbers


@dataclass(slots=True)
class Decoded:
    """The start of a block, decoded."""

    lines: int = 0  # how many lines of the block were used
    pieces: list[Piece] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
