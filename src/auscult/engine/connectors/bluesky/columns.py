"""Posts as columns: records go in one by one, a table of the schema of posts comes out."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.connectors.bluesky.records import (
    PICTURES,
    POST,
    Embed,
    Picture,
    Record,
    Reply,
    is_post,
)
from auscult.engine.connectors.files.dates import DateForm, read_column
from auscult.engine.connectors.files.values import Mended, texts
from auscult.engine.kernel.posts import MEDIA, MOMENT, SCHEMA

_ISO = DateForm(name="iso")
_NANOSECONDS = r"(\.\d{6})\d+"
# A CID of a record in text: "b", then base 32 of four bytes of kind and the SHA-256.
_CID_LENGTH = 59
_BASE_32 = b"abcdefghijklmnopqrstuvwxyz234567"


class Posts:
    """Collects posts of one batch; a later record of the same uri replaces an earlier one.

    Parameters
    ----------
    pictures : str
        The address below which pictures are found; empty: they have none.
    """

    def __init__(self, *, pictures: str = PICTURES) -> None:
        self._pictures = pictures
        self.rows: dict[str, int] = {}  # uri to its row
        self.gone: list[int] = []  # rows that a later record replaced or took back
        self._uris: list[str] = []
        self._dids: list[str] = []
        self._texts: list[str] = []
        self._created: list[str | None] = []
        self._at: list[str | int] = []
        self._languages: list[str | None] = []
        self._cids: list[str] = []
        self._titles = Sparse()
        self._parents, self._roots, self._quotes = Sparse(), Sparse(), Sparse()
        self._hashtags, self._mentions, self._links = Sparse(), Sparse(), Sparse()
        self._labels = Sparse()
        self._media = Sparse()  # their addresses
        self._kinds: list[str] = []
        self._alts: list[str] = []
        self.mended = Mended()

    def __len__(self) -> int:
        """How many records were added, those that were replaced included."""
        return len(self._uris)

    def add(self, did: str, rkey: str, cid: str, record: Record, at: str | int) -> None:
        """Add a post.

        Parameters
        ----------
        did, rkey, cid : str
            Whose it is, its key and its content's identifier ("" where it isn't known).
        record : Record
            Its text must not be None.
        at : str or int
            When the network saw it, ISO 8601 or microseconds since 1970 (one of the two for
            all): no post is later.
        """
        uri = f"at://{did}/{POST}/{rkey}"
        row = len(self._uris)
        if uri in self.rows:
            self.gone.append(self.rows[uri])
        self.rows[uri] = row
        self._uris.append(uri)
        self._dids.append(did)
        self._texts.append(record.text or "")
        self._created.append(record.created_at)
        self._at.append(at)
        self._cids.append(cid)
        langs = record.langs
        self._languages.append(langs[0] if langs else None)
        if record.reply is not None:
            self._add_reply(row, record.reply)
        if record.facets:
            self._add_facets(row, record)
        if record.embed is not None:
            self._add_embed(row, did, record.embed)
        if record.tags:
            self._hashtags.add_all(row, record.tags)
        if record.labels is not None:
            self._labels.add_all(row, [label.val for label in record.labels.values])

    def remove(self, uri: str) -> None:
        """Take a post back that was added before; harmless when there is none."""
        row = self.rows.pop(uri, None)
        if row is not None:
            self.gone.append(row)

    def has_author(self, did: str) -> bool:
        """Tell whether a post of this author was added."""
        return did in self._dids

    def _add_reply(self, row: int, reply: Reply) -> None:
        if reply.parent is not None:
            self._parents.add(row, reply.parent.uri)
        if reply.root is not None:
            self._roots.add(row, reply.root.uri)

    def _add_facets(self, row: int, record: Record) -> None:
        data = b""
        for facet in record.facets or ():
            for feature in facet.features:
                if feature.tag is not None:
                    self._hashtags.add(row, feature.tag)
                elif feature.uri is not None:
                    self._links.add(row, feature.uri)
                elif feature.did is not None:
                    data = data or (record.text or "").encode()
                    where = facet.index
                    said = data[where.byte_start : where.byte_end] if where else b""
                    self._mentions.add(row, _mentioned(said, feature.did))

    def _add_embed(self, row: int, did: str, embed: Embed) -> None:
        for picture in embed.images or embed.items or ():
            self._add_media(row, "image", picture.alt, self._address(did, picture))
        if embed.video is not None:
            self._add_media(row, "video", embed.alt or "", None)
        if embed.external is not None:
            self._links.add(row, embed.external.uri)
            self._titles.add(row, embed.external.title)
        if embed.record is not None:
            uri = embed.record.record.uri if embed.record.record else embed.record.uri
            if is_post(uri):
                self._quotes.add(row, uri)
        if embed.media is not None:
            self._add_embed(row, did, embed.media)

    def _add_media(self, row: int, kind: str, alt: str, url: str | None) -> None:
        self._media.add(row, url)
        self._kinds.append(kind)
        self._alts.append(alt)

    def _address(self, did: str, picture: Picture) -> str | None:
        name = picture.image.name if picture.image else ""
        return f"{self._pictures}/{did}/{name}@jpeg" if name and self._pictures else None

    def table(self, collected_at: datetime) -> pa.Table:
        """Return the posts that stand, in the order in which they came."""
        count = len(self._uris)
        uris, written = pa.array(self._uris, pa.string()), pa.array(self._texts, pa.string())
        columns = {
            "uri": uris,
            "source": pa.repeat("bluesky", count),
            "author": pa.array(self._dids, pa.string()),
            "created_at": self._moments(collected_at),
            "collected_at": pa.repeat(pa.scalar(collected_at, MOMENT), count),
            "text": texts(written, self.mended),
            "title": texts(self._titles.values(count), self.mended),
            "language": pa.array(self._languages, pa.string()),
            "hashtags": self._hashtags.lists(count),
            "mentions": self._mentions.lists(count),
            "links": self._links.lists(count),
            "media": self._media_lists(count),
            "in_reply_to": self._parents.values(count),
            "quote_of": self._quotes.values(count),
            "raw_hash": raw_hashes(self._cids),
            "root": self._roots.values(count),
            "tags": self._labels.lists(count),
        }
        arrays = [columns.get(f.name, pa.nulls(count, f.type)) for f in SCHEMA]
        table = pa.Table.from_arrays(arrays, schema=SCHEMA)
        return table.filter(self._standing(count)) if self.gone else table

    def _standing(self, count: int) -> pa.BooleanArray:
        standing = np.ones(count, bool)
        standing[self.gone] = False
        return pa.array(standing)

    def _moments(self, collected_at: datetime) -> pa.Array:
        """When posts say they were written, and no later than the network saw them, or we."""
        now = pa.scalar(collected_at, MOMENT)
        seen = read_moments(self._at)
        seen = pc.if_else(pc.fill_null(pc.less(seen, now), fill_value=False), seen, now)
        written = pa.array(self._created, pa.string())
        # Some clients write nanoseconds, which would send the whole column the slow way.
        said = read_column(pc.replace_substring_regex(written, _NANOSECONDS, r"\1"), _ISO)
        return pc.if_else(pc.fill_null(pc.less_equal(said, seen), fill_value=False), said, seen)

    def _media_lists(self, count: int) -> pa.ListArray:
        urls = pa.array(self._media.items, pa.string())
        alts = texts(pa.array(self._alts, pa.string()), self.mended)
        items = pa.StructArray.from_arrays(
            [pa.array(self._kinds, pa.string()), alts, urls], fields=list(MEDIA)
        )
        return pa.ListArray.from_arrays(self._media.offsets(count), items)


class Sparse:
    """Values of few rows, in order of their rows."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self.items: list[str | None] = []

    def add(self, row: int, item: str | None) -> None:
        """Add one."""
        self._rows.append(row)
        self.items.append(item)

    def add_all(self, row: int, items: list[str]) -> None:
        """Add several of one row."""
        self._rows.extend([row] * len(items))
        self.items.extend(items)

    def offsets(self, count: int) -> pa.Int32Array:
        """Return where each of `count` rows begins among the items, and the end."""
        ends = np.zeros(count + 1, np.int32)
        if self._rows:
            np.cumsum(np.bincount(self._rows, minlength=count), out=ends[1:])
        return pa.array(ends)

    def lists(self, count: int) -> pa.ListArray:
        """Return a list a row, mostly empty, each item once."""
        return pa.ListArray.from_arrays(self.offsets(count), pa.array(self.items, pa.string()))

    def values(self, count: int) -> pa.StringArray:
        """Return one value a row, the first one; empty ones and missing ones are null."""
        places = np.full(count, -1, np.int64)
        if self._rows:
            places[self._rows[::-1]] = np.arange(len(self._rows))[::-1]
        taken = pa.array(self.items, pa.string()).take(pa.array(places, mask=places < 0))
        return pc.if_else(pc.equal(taken, ""), None, taken)


def read_moments(times: list[str | int]) -> pa.Array:
    """Read times of events, ISO 8601 or microseconds; what can't be read is null."""
    if times and isinstance(times[0], int):
        return pa.array(times, pa.int64()).cast(MOMENT)
    return read_column(pa.array(times, pa.string()), _ISO)


def raw_hashes(cids: list[str]) -> pa.StringArray:
    """Return the SHA-256 of records, hex, as it stands in their CIDs; null for other forms.

    Examples
    --------
    >>> cid = "bafyreif4f56kp7wpl7b2v5cg7uooqxlsk3r3axg4ifcfdq3cyr6mzhwnqe"
    >>> raw_hashes([cid, ""])[0].as_py()[:8]
    'bc2f7ca7'
    """
    good = [len(cid) == _CID_LENGTH and cid.isascii() for cid in cids]
    data = "".join(cid for cid, ok in zip(cids, good, strict=True) if ok).encode()
    letters = np.frombuffer(data, np.uint8).reshape(-1, _CID_LENGTH)[:, 1:]
    # 58 letters of five bits are 36 bytes and two bits of nothing.
    bits = np.unpackbits(_values_of_letters[letters][:, :, None], axis=2)[:, :, 3:]
    digests = np.packbits(bits.reshape(len(letters), (_CID_LENGTH - 1) * 5), axis=1)[:, 4:36]
    hexes = pa.array(_hex_digits(digests), pa.string())
    if all(good):
        return hexes
    places = np.cumsum(good) - 1
    return hexes.take(pa.array(places, mask=~np.array(good, bool)))


def _hex_digits(digests: npt.NDArray[np.uint8]) -> list[str]:
    together = digests.tobytes().hex()
    return [together[start : start + 64] for start in range(0, len(together), 64)]


_values_of_letters = np.zeros(256, np.uint8)
_values_of_letters[np.frombuffer(_BASE_32, np.uint8)] = np.arange(32)


def _mentioned(said: bytes, did: str) -> str:
    """Return a handle as the text has it, without its sign; its DID where it has none."""
    handle = said.decode("utf-8", "replace")
    return handle[1:] if handle.startswith("@") and "." in handle else did
