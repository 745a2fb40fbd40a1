"""The compiled half of `signs.py`: one pass over the bytes of a column of texts."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

# Classes of code points: letters, numbers, marks and _; letters and numbers; white space.
JOINS, STARTS, SPACE = 1, 2, 4

_MAY_START = np.zeros(128, np.bool_)
_MAY_START[[ord(sign) for sign in "#@hHwW"]] = True


@numba.njit(cache=True)
def copy(data: Bytes, spans: Offsets, ends: Offsets, into: Bytes) -> None:
    for i in range(len(spans)):
        for k in range(spans[i, 1] - spans[i, 0]):
            into[ends[i] + k] = data[spans[i, 0] + k]


@numba.njit(cache=True)
def _code_point(data: Bytes, at: int, end: int) -> tuple[Any, int]:
    """Return the code point at a byte of valid UTF-8, and its length; (0, 1) at the end."""
    if at >= end:
        return 0, 1
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if at + length > end:
        return 0xFFFD, 1
    value = first & (0xFF >> (length + 1))
    for k in range(1, length):
        value = (value << 6) | (np.int64(data[at + k]) & 0x3F)
    return value, length


@numba.njit(cache=True)
def _link_length(data: Bytes, at: int, end: int) -> int:
    """Return the length of `http://`, `https://` or `www.` at a byte, or 0."""
    if at + 4 <= end and data[at + 3] == 46:  # .
        return 4 if (data[at] | 32) == (data[at + 1] | 32) == (data[at + 2] | 32) == 119 else 0
    if at + 7 > end or (data[at] | 32) != 104 or (data[at + 1] | 32) != 116:
        return 0
    if (data[at + 2] | 32) != 116 or (data[at + 3] | 32) != 112:
        return 0
    colon = at + 5 if (data[at + 4] | 32) == 115 else at + 4
    if colon + 3 <= end and data[colon] == 58 and data[colon + 1] == data[colon + 2] == 47:
        return colon + 3 - at
    return 0


@numba.njit(cache=True)
def _link_end(data: Bytes, at: int, end: int, classes: Bytes) -> int:
    while at < end:
        value, length = _code_point(data, at, end)
        if classes[value] & 4 or value in (60, 62, 34):  # < > "
            break
        at += length
    return at


@numba.njit(cache=True)
def _trimmed(data: Bytes, start: int, end: int) -> int:
    """Return the end of a link without the punctuation of its sentence."""
    while end > start:
        last = data[end - 1]
        opened = False
        if last == 41:  # a closing bracket stays if the link opens one
            for k in range(start, end):
                opened |= data[k] == 40
        if opened or last not in (33, 39, 41, 42, 44, 46, 58, 59, 63, 93, 125):  # !')*,.:;?]}
            break
        end -= 1
    return end


@numba.njit(cache=True)
def _run_end(data: Bytes, at: int, end: int, classes: Bytes, dotted: bool) -> int:  # noqa: FBT001
    """Return where a run ends; a dotted one goes on over `.` and `-` before a letter."""
    while at < end:
        value, length = _code_point(data, at, end)
        if classes[value] & 1:
            at += length
        elif dotted and value in (45, 46):
            after, _ = _code_point(data, at + 1, end)
            if not (classes[after] & 2 or after == 95):
                break
            at += 1
        else:
            break
    return at


@numba.njit(cache=True)
def _name_end(data: Bytes, at: int, end: int, classes: Bytes) -> int:
    at = _run_end(data, at, end, classes, True)  # noqa: FBT003
    if at < end and data[at] == 64:
        after, _ = _code_point(data, at + 1, end)
        if classes[after] & 2:
            return _run_end(data, at + 1, end, classes, True)  # noqa: FBT003
    return at


@numba.njit(cache=True)
def _sign_end(data: Bytes, at: int, end: int, classes: Bytes, sign: int) -> int:
    """Return where the hashtag or mention ends whose run starts at a byte, or 0."""
    after, _ = _code_point(data, at, end)
    if sign in (35, 0xFF03):  # #
        return _run_end(data, at, end, classes, False) if classes[after] & 2 else 0  # noqa: FBT003
    if sign in (64, 0xFF20):  # @
        return _name_end(data, at, end, classes) if classes[after] & 2 or after == 95 else 0
    return 0


@numba.njit(cache=True)
def scan(
    data: Bytes, offsets: Offsets, classes: Bytes, kinds: Bytes, rows: Offsets, spans: Offsets
) -> int:
    found = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        joined = False
        while at < end:
            first = data[at]
            if first < 0x80 and (joined or not _MAY_START[first]):
                joined = classes[first] & 1 != 0
                at += 1
                continue
            value, length = _code_point(data, at, end)
            stop, kind, start = 0, 0, at + length
            if not joined:
                prefix = _link_length(data, at, end)
                if prefix:
                    stop, kind, start = _link_end(data, at, end, classes), 3, at
                else:
                    stop = _sign_end(data, start, end, classes, value)
                    kind = 1 if value in (35, 0xFF03) else 2
            if stop == 0:
                joined = classes[value] & 1 != 0
                at += length
                continue
            last = _trimmed(data, at, stop) if kind == 3 else stop
            if kind != 3 or last > at + prefix:
                kinds[found], rows[found] = kind, row
                spans[found, 0], spans[found, 1] = start, last
                found += 1
            joined = kind != 3
            at = stop
    return found
