"""The last place where FTS5 keeps a word that it was told to forget.

`secure-delete` takes words out of the index's leaves at once, but not out of the level
above: `listening_index_idx` holds, for each leaf, a start of the first word that it had
(https://www.sqlite.org/fts5.html#fts5_shadow_tables). Any text after the leaf before and up
to the leaf's first word serves there, so such a start is replaced by the first word that
the leaf has now.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

# Words of the main index begin with this byte; prefix indexes, which we have none of, don't.
MAIN = b"0"
# A leaf's number within its segment, in the key of its block.
SEGMENT_BITS = 37


def tidy(cursor: CursorWrapper, words: Iterable[str]) -> None:
    """Take words that the index no longer has out of its upper level.

    Parameters
    ----------
    words : iterable of str
        Words of mentions that were just removed; those that others still have may stay.
    """
    cursor.execute("SELECT DISTINCT segid FROM listening_index_idx")
    segments = [row[0] for row in cursor.fetchall()]
    for word in words:
        if not _has(cursor, word):
            for segment in segments:
                _replace(cursor, segment, MAIN + word.encode())


def _has(cursor: CursorWrapper, word: str) -> bool:
    quoted = '"' + word.replace('"', '""') + '"'
    cursor.execute("SELECT 1 FROM listening_index WHERE listening_index MATCH %s LIMIT 1", [quoted])
    return cursor.fetchone() is not None


def _replace(cursor: CursorWrapper, segment: int, word: bytes) -> None:
    """Replace the separator that stands before a word's place, where it is its start."""
    cursor.execute(
        "SELECT term, pgno FROM listening_index_idx WHERE segid = %s AND term <= %s "
        "ORDER BY term DESC LIMIT 1",
        [segment, word],
    )
    found = cursor.fetchone()
    # A start of one or two characters tells nothing.
    if found is None or len(found[0]) <= 3 or not word.startswith(bytes(found[0])):
        return
    separator, place = bytes(found[0]), found[1]
    cursor.execute(
        "SELECT block FROM listening_index_data WHERE id = %s",
        [(segment << SEGMENT_BITS) + (place >> 1)],
    )
    first = first_word(bytes(cursor.fetchone()[0]))
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
