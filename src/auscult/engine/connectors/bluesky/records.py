"""A record of Bluesky, `app.bsky.feed.post` above all, as JSON or CBOR gave it.

Its structures name what Auscult reads and nothing else; decoders pass over the rest. Every
field but the text may be missing, because any server may write any record: a field that
isn't what the lexicon says is left out, and only a post without a text can't be read.
"""

from __future__ import annotations

from typing import Any

import msgspec

from auscult.engine.kernel.text import clean

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
# How the network's own application shows pictures; servers of one's own have no such place.
PICTURES = "https://cdn.bsky.app/img/feed_fullsize/plain"

DEPTH = 24  # of objects and lists in each other; deeper than any record's lexicon

_OF_POST = f"/{POST}/"


class Ref(msgspec.Struct, gc=False):
    """Another record."""

    uri: str = ""


class Reply(msgspec.Struct, gc=False):
    """What a post answers, and where its thread began."""

    parent: Ref | None = None
    root: Ref | None = None


class Feature(msgspec.Struct, gc=False):
    """What a stretch of text is: a mention (`did`), a link (`uri`) or a hashtag (`tag`)."""

    did: str | None = None
    uri: str | None = None
    tag: str | None = None


class Stretch(msgspec.Struct, gc=False, rename="camel"):
    """Where it stands in the text's UTF-8."""

    byte_start: int = 0
    byte_end: int = 0


class Facet(msgspec.Struct, gc=False):
    """A stretch of text and what it is."""

    features: list[Feature] = []
    index: Stretch | None = None


class Blob(msgspec.Struct, gc=False):
    """A file: `{"ref": {"$link": cid}}`, and `{"cid": cid}` in records of the first year."""

    ref: Any = None
    cid: str = ""

    @property
    def name(self) -> str:
        """Its content's identifier, or nothing."""
        return self.ref.get("$link", "") if isinstance(self.ref, dict) else self.cid


class Picture(msgspec.Struct, gc=False):
    """A picture and what it shows, in words."""

    alt: str = ""
    image: Blob | None = None


class Card(msgspec.Struct, gc=False):
    """A link that is shown as a card."""

    uri: str = ""
    title: str = ""


class Embedded(msgspec.Struct, gc=False):
    """A record that is shown; beside media it lies one deeper."""

    uri: str = ""
    record: Ref | None = None


class Embed(msgspec.Struct, gc=False):
    """What is shown below the text: pictures, a film, a card, another record."""

    images: list[Picture] | None = None
    items: list[Picture] | None = None  # a gallery's
    video: Blob | None = None
    alt: str | None = None  # the film's
    external: Card | None = None
    record: Embedded | None = None
    media: Embed | None = None  # beside a record


class Label(msgspec.Struct, gc=False):
    """A word that an author put on her own post."""

    val: str = ""


class Labels(msgspec.Struct, gc=False):
    """Words that an author put on her own post."""

    values: list[Label] = []


class Record(msgspec.Struct, gc=False, rename="camel"):
    """A post, a like or a repost; the collection that it lies in says which."""

    text: str | None = None
    created_at: str | None = None
    langs: list[str] | None = None
    facets: list[Facet] | None = None
    reply: Reply | None = None
    embed: Embed | None = None
    tags: list[str] | None = None
    labels: Labels | None = None
    subject: Ref | None = None  # of a like, a repost


def read_record(value: Any) -> Record:
    """Read a record from its JSON form, leaving out the fields that aren't what they should be.

    Parameters
    ----------
    value : object
        As decoded from JSON, or from CBOR with links as ``{"$link": cid}``.

    Raises
    ------
    msgspec.ValidationError
        It is no object.

    Examples
    --------
    >>> read_record({"text": "Hi", "langs": "en", "createdAt": "2026-01-01T12:00:00Z"}).langs
    """
    try:
        return msgspec.convert(value, Record)
    except msgspec.ValidationError:
        if not isinstance(value, dict):
            raise
        return msgspec.convert(_well_formed(value), Record)


def cleaned(value: Any, depth: int = 0) -> tuple[Any, int]:
    """Return a JSON value with valid Unicode only, and how many sequences became U+FFFD."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, dict | list):
        return value, 0
    if depth > DEPTH:
        return None, 0
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    parts = [cleaned(value[key], depth + 1) for key in keys]
    replaced = sum(count for _, count in parts)
    inner = [part for part, _ in parts]
    if isinstance(value, list):
        return inner, replaced
    return {clean(key)[0]: part for key, part in zip(keys, inner, strict=True)}, replaced


def is_post(uri: str) -> bool:
    """Tell whether an address is that of a post, and not of a feed, a list or a pack."""
    return _OF_POST in uri


def _well_formed(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out the fields that aren't what they should be."""
    kept = {}
    for field in msgspec.structs.fields(Record):
        given = value.get(field.encode_name)
        try:
            msgspec.convert(given, field.type)
        except msgspec.ValidationError:
            continue
        kept[field.encode_name] = given
    return kept
