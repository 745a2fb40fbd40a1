"""The last place where FTS5 keeps a word that it was told to forget.

`secure-delete` takes words out of the index's leaves at once, but not out of the level
above: `listening_index_idx` holds, for each leaf, a start of the first word that it had
(https://www.sqlite.org/fts5.html#fts5_shadow_tables). Any text after the leaf before and up
to the leaf's first word serves there, so such a start is replaced by the first word that
the leaf has now.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from django.db.backends.utils import CursorWrapper

# Words of the main index begin with this byte; prefix indexes, which we have none of, don't.
MAIN = b"0"
# A leaf's number within its segment, in the key of its block.
SEGMENT_BITS = 37


def tidy(cursor: CursorWrapper, words: Iterable[str]) -> None:
    """Take words that the index no longer has out of its upper level.

    The upper level has one separator a leaf, so few words are starts of one: those are
    found first, in memory, and only they are looked up in the index.

    Parameters
    ----------
    words : iterable of str
        Words of mentions that were just removed; those that others still have may stay.
    """
    wanted = sorted(MAIN + word.encode() for word in words)
    cursor.execute("SELECT segid, term, pgno FROM listening_index_idx ORDER BY segid, term")
    suspects: dict[bytes, list[tuple[int, bytes, int]]] = {}
    for segment, rows in groupby(cursor.fetchall(), key=itemgetter(0)):
        leaves = [(segment, bytes(term), place) for _, term, place in rows]
        separators = [leaf[1] for leaf in leaves]
        for word in wanted:
            leaf = leaves[bisect_right(separators, word) - 1]
            # A start of one or two characters tells nothing.
            if len(leaf[1]) > 3 and word.startswith(leaf[1]):
                suspects.setdefault(word, []).append(leaf)
    for word, found in suspects.items():
        if not _has(cursor, word.removeprefix(MAIN).decode()):
            for segment, separator, place in found:
                _replace(cursor, segment, separator, place)


def _has(cursor: CursorWrapper, word: str) -> bool:
    quoted = '"' + word.replace('"', '""') + '"'
    cursor.execute("SELECT 1 FROM listening_index WHERE listening_index MATCH %s LIMIT 1", [quoted])
    return cursor.fetchone() is not None


def _replace(cursor: CursorWrapper, segment: int, separator: bytes, place: int) -> None:
    """Replace a leaf's separator by the first word that the leaf has now."""
    cursor.execute(
        "SELECT block FROM listening_index_data WHERE id = %s",
        [(segment << SEGMENT_BITS) + (place >> 1)],
    )
    leaf = cursor.fetchone()
    first = first_word(bytes(leaf[0])) if leaf else None
    if first is not None and first != separator:
        cursor.execute(
            "UPDATE listening_index_idx SET term = %s WHERE segid = %s AND term = %s",
            [first, segment, separator],
        )


def first_word(leaf: bytes) -> bytes | None:
    """Return the first whole word of a leaf, with its leading byte; None where it has none.

    A leaf is: the offset of its first rowid (2 bytes), the length of its content (2 bytes),
    the content, and the offsets of its words, the first as it is. A leaf's first word is
    written whole: its length, then its bytes.
    """
    length = int.from_bytes(leaf[2:4], "big")
    if length >= len(leaf):
        return None
    offset, _ = varint(leaf, length)
    size, start = varint(leaf, offset)
    return leaf[start : start + size]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return (number, place behind it) of SQLite's variable-length number at a place."""
    number = 0
    for place in range(at, at + 8):
        number = number << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return number, place + 1
    return number << 8 | data[at + 8], at + 9
