"""What names the items of a feed, and how a change of one is noticed.

The uri of a post is, on the first level of these on which every item of the document has a
name of its own:

0. its id, if that is a URI; else the address of its page; else the feed's address, `#`, and
   a digest of the id
1. its id, if that is a URI; else the feed's address and a digest of the id
2. the address of its page
3. the feed's address and a digest of the title and the date

What an item lacks for its level is replaced by the digest of the next. A feed that left a
level never comes back to it, so that names stay. It leaves the first two also when its ids
are seen to change: an item has a new id and the page of an old one that is gone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from auscult.engine.connectors.feeds.items import Item

LEVELS = 4
BY_PAGE = 2  # the first level on which ids count no more
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]{3,}")
_LONGEST = 2_000
_DIGITS = 24  # of a digest in a name: 96 bits


def uris(items: Sequence[Item], address: str, level: int) -> tuple[int, list[str]]:
    """Return the level that tells the items apart, from `level` on, and their names.

    Items that are the same in every respect share a name on every level.
    """
    for higher in range(level, LEVELS):
        names = [_uri(item, address, higher) for item in items]
        alone = {_sameness(item, with_id=higher < BY_PAGE) for item in items}
        if len(set(names)) == len(alone) or higher == LEVELS - 1:
            return higher, names
    raise AssertionError("a level is below LEVELS")


def _sameness(item: Item, *, with_id: bool) -> tuple[object, ...]:
    return (item.guid if with_id else "", item.link, item.title, item.published)


def _uri(item: Item, address: str, level: int) -> str:
    if level < BY_PAGE and _URI.fullmatch(item.guid) and len(item.guid) <= _LONGEST:
        return item.guid
    if level in {0, BY_PAGE} and item.link:
        return item.link
    if level < BY_PAGE and item.guid:
        return f"{address}#{_digest(item.guid)}"
    date = item.published.isoformat() if item.published else ""
    told = (item.title, date) if item.title else (item.content or item.summary, date, item.link)
    return f"{address}#{_digest(*told)}"


def _digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(joined).hexdigest()[:_DIGITS]


# Bytes of each part of a record. Of 120,000 items that 2,000 feeds remember, two share a key
# with a chance of 3 in 100,000; then the newer one is taken for the older one's, and lost.
KEY, CONTENT, PAGE = 6, 3, 3
RECORD = KEY + CONTENT + PAGE


def key_of(uri: str) -> bytes:
    """Return the part of a record that stands for the name."""
    return _hash(uri)[:KEY]


def record_of(uri: str, item: Item, kept: str) -> bytes:
    """Return the record of a version of an item: 12 bytes.

    It stands for the name, for what the item says, and for its page. The text counts as it
    is kept, with title, author and date; pictures and further links don't, since many sites
    give them a new address with every answer.
    """
    date = item.published.isoformat() if item.published else ""
    content = _hash("\0".join((item.title, kept, item.author, date)))[:CONTENT]
    return key_of(uri) + content + _hash(item.link)[:PAGE]


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


class Seen:
    """The versions of a feed's items that were handed out, in few bytes.

    Parameters
    ----------
    records : bytes
        Records, newest first.
    """

    def __init__(self, records: bytes = b"") -> None:
        pieces = (records[at : at + RECORD] for at in range(0, len(records), RECORD))
        self._by_key = {piece[:KEY]: piece for piece in pieces if len(piece) == RECORD}

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    @property
    def keys(self) -> set[bytes]:
        """Return the names' parts."""
        return set(self._by_key)

    def has(self, record: bytes) -> bool:
        """Tell whether this very version was handed out."""
        return self._by_key.get(record[:KEY]) == record

    def records(self) -> list[bytes]:
        """Return the records, newest first."""
        return list(self._by_key.values())

    def after(self, present: Sequence[bytes], at_most: int) -> Seen:
        """Return what is remembered after a document with these records, newest first.

        What has left the document is remembered for as long again as the document is long:
        caches of a site may answer with an older one.
        """
        newest = {record[:KEY]: record for record in present[:at_most]}
        room = min(at_most, 2 * len(newest) + 20)
        for key, record in self._by_key.items():
            if len(newest) >= room:
                break
            newest.setdefault(key, record)
        return Seen(b"".join(newest.values()))

    def packed(self) -> bytes:
        """Return the records as bytes."""
        return b"".join(self.records())
