"""Whole lines of a file, some megabytes at a time, as valid UTF-8.

A block depends on nothing but the file and the offset at which it starts, so a reader that
resumes sees the blocks that an uninterrupted one would have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.connectors.files.stream import Stream

# A longer record is not a post; it is passed over in steps of this size.
RECORD_LIMIT = 1 << 24
_REPLACEMENT = "\ufffd".encode()

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Whole lines from an offset on.

    Attributes
    ----------
    data : bytes
        The lines as valid UTF-8, each ending in a line feed, also the last.
    ends : numpy.ndarray
        For each line, the number of bytes of the file from the block's start to its end.
    final : bool
        The file ends here.
    replaced : int
        Invalid sequences that became U+FFFD.
    raw : bytes
        The lines as they stand in the file.
    """

    data: bytes
    ends: Numbers
    final: bool
    replaced: int
    raw: bytes

    @property
    def lines(self) -> Numbers:
        """The position after each line in `data`."""
        return line_ends(self.data) if self.replaced else _with_last(self.ends, self.data)

    def replaced_in(self, lines: int) -> int:
        """Return how many invalid sequences the first lines have."""
        if not self.replaced or lines == len(self.ends):
            return self.replaced
        return valid_utf8(self.raw[: self.ends[lines - 1]])[1] if lines else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversize:
    """A record too long to be a post."""

    excerpt: str
    used: int


def whole_lines(raw: bytes) -> int:
    """Return where the last whole line of these bytes ends; 0: nowhere."""
    return raw.rfind(b"\n") + 1


def read_block(
    stream: Stream, offset: int, size: int, find_end: Callable[[bytes], int] = whole_lines
) -> Block | Oversize | None:
    """Return the block at an offset, or None at the end of the file.

    Parameters
    ----------
    find_end : callable
        Says where the last record that is whole ends; 0 when none is.
    """
    while True:
        raw = stream.read(offset, size)
        final = len(raw) < size
        if not raw:
            return None
        end = len(raw) if final else find_end(raw)
        if end:
            return _block(raw[:end], final=final)
        if size >= RECORD_LIMIT:
            return _oversize(stream, offset, raw)
        size = min(size * 2, RECORD_LIMIT)


def line_ends(data: bytes) -> Numbers:
    """Return the position after each line feed."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == 10).astype(np.int64) + 1


def valid_utf8(raw: bytes) -> tuple[bytes, int]:
    """Return bytes as valid UTF-8, and how many invalid sequences became U+FFFD."""
    offsets = pa.py_buffer(np.array([0, len(raw)], np.int64))
    whole = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(raw))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        mended = raw.decode("utf-8", "replace").encode()
        return mended, mended.count(_REPLACEMENT) - raw.count(_REPLACEMENT)
    return raw, 0


def _block(raw: bytes, *, final: bool) -> Block:
    data, replaced = valid_utf8(raw)
    ends = line_ends(raw)
    if not raw.endswith(b"\n"):
        data += b"\n"
        ends = np.append(ends, len(raw))
    return Block(data=data, ends=ends, final=final, replaced=replaced, raw=raw)


def _with_last(ends: Numbers, data: bytes) -> Numbers:
    """Return the ends of lines when a line feed was added to the last."""
    if ends[-1] == len(data):
        return ends
    return np.append(ends[:-1], len(data))


def _oversize(stream: Stream, offset: int, raw: bytes) -> Oversize:
    """Pass over the rest of a line that has no end within the limit."""
    used = raw.find(b"\n") + 1
    excerpt = raw[:1000].decode("utf-8", "replace")
    if used:
        return Oversize(excerpt=excerpt, used=used)
    used = len(raw)
    while chunk := stream.read(offset + used, RECORD_LIMIT):
        end = chunk.find(b"\n") + 1
        used += end or len(chunk)
        if end:
            break
    return Oversize(excerpt=excerpt, used=used)
