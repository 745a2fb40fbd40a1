"""Records as clients write them, well and badly, and the columns that they become."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.bluesky.columns import Posts, Sparse, raw_hashes
from auscult.engine.connectors.bluesky.records import Record, cleaned, read_record
from auscult.engine.kernel.posts import SCHEMA

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
SEEN = "2026-11-21T13:00:00.250000Z"
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
CID = "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"
OTHER = f"at://{DID}/app.bsky.feed.post/3kother"
BLOB = {"$type": "blob", "ref": {"$link": "bafkreiabc"}, "mimeType": "image/jpeg", "size": 9}
WHOLE: dict[str, Any] = {
    "$type": "app.bsky.feed.post",
    "text": "Grüße @anna.bsky.social, the #Flu report: example.org/flu",
    "createdAt": "2026-11-21T12:59:59.123456789Z",
    "langs": ["en-GB", "de"],
    "tags": ["influenza"],
    "reply": {"root": {"uri": OTHER + "1", "cid": CID}, "parent": {"uri": OTHER, "cid": CID}},
    "facets": [
        {
            "index": {"byteStart": 8, "byteEnd": 25},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:anna"}],
        },
        {
            "index": {"byteStart": 31, "byteEnd": 35},
            "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Flu"}],
        },
        {
            "index": {"byteStart": 44, "byteEnd": 59},
            "features": [
                {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/flu"}
            ],
        },
    ],
    "labels": {
        "$type": "com.atproto.label.defs#selfLabels",
        "values": [{"val": "graphic-media"}],
    },
    "embed": {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"$type": "app.bsky.embed.record", "record": {"uri": OTHER + "2", "cid": CID}},
        "media": {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": "A ward", "image": BLOB}, {"alt": "", "image": {"cid": "bafkold"}}],
        },
    },
}


def row(record: dict[str, Any], *, at: str | int = SEEN, **options: Any) -> dict[str, Any]:
    posts = Posts(**options)
    posts.add(DID, "3kpost", CID, read_record(record), at)
    table = posts.table(NOW)
    assert table.schema.equals(SCHEMA)
    table.validate(full=True)
    [only] = table.to_pylist()
    assert isinstance(only, dict)
    return only


def test_every_part_of_a_post_finds_its_column() -> None:
    assert row(WHOLE) == {
        "uri": f"at://{DID}/app.bsky.feed.post/3kpost",
        "source": "bluesky",
        "community": None,
        "author": DID,
        "author_name": None,
        "author_followers": None,
        "created_at": datetime(2026, 11, 21, 12, 59, 59, 123456, tzinfo=UTC),
        "collected_at": NOW,
        "text": WHOLE["text"],
        "title": None,
        "language": "en-GB",
        "hashtags": ["Flu", "influenza"],
        "mentions": ["anna.bsky.social"],
        "links": ["https://example.org/flu"],
        "media": [
            {
                "kind": "image",
                "alt": "A ward",
                "url": f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafkreiabc@jpeg",
            },
            {
                "kind": "image",
                "alt": "",
                "url": f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafkold@jpeg",
            },
        ],
        "in_reply_to": OTHER,
        "quote_of": OTHER + "2",
        "engagement": None,
        "country": None,
        "rating": None,
        "raw_hash": base64.b32decode((CID[1:] + "======").upper())[4:].hex(),
        "repost_of": None,
        "root": OTHER + "1",
        "author_verified": None,
        "region": None,
        "tags": ["graphic-media"],
    }


def test_cards_films_galleries_and_records_that_are_no_posts() -> None:
    card = {"external": {"uri": "https://example.org/a", "title": "Ward closes", "description": ""}}
    made = row({"text": "This.", "embed": {"$type": "app.bsky.embed.external", **card}})
    assert (made["title"], made["links"]) == ("Ward closes", ["https://example.org/a"])
    film = row({"text": "", "embed": {"video": BLOB, "alt": "A nurse speaks"}})
    assert film["media"] == [{"kind": "video", "alt": "A nurse speaks", "url": None}]
    gallery = row({"text": "", "embed": {"items": [{"alt": "one", "image": BLOB}]}}, pictures="")
    assert gallery["media"] == [{"kind": "image", "alt": "one", "url": None}]
    feed = {"record": {"uri": f"at://{DID}/app.bsky.feed.generator/x", "cid": CID}}
    assert row({"text": "see", "embed": feed})["quote_of"] is None


def test_a_mention_without_its_handle_in_the_text_is_a_did() -> None:
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [{"did": "did:plc:anna"}]}
    assert row({"text": "Anna said", "facets": [facet]})["mentions"] == ["did:plc:anna"]
    assert row({"text": "x", "facets": [{**facet, "index": None}]})["mentions"] == ["did:plc:anna"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00"),
        ("2026-11-21T13:30:00+02:00", "2026-11-21T11:30:00"),
        ("2012-03-04T05:06:07.8Z", "2012-03-04T05:06:07.800000"),
        # What can't be, is when the network saw it.
        ("2031-01-01T00:00:00Z", "2026-11-21T13:00:00.250000"),
        ("0001-01-01T00:00:00Z", "2026-11-21T13:00:00.250000"),
        ("yesterday", "2026-11-21T13:00:00.250000"),
        (None, "2026-11-21T13:00:00.250000"),
        (5, "2026-11-21T13:00:00.250000"),
    ],
)
def test_when_a_post_was_written(said: object, read: str) -> None:
    made = row({"text": "x", "createdAt": said})
    assert made["created_at"].isoformat() == f"{read}+00:00"


def test_a_post_is_no_later_than_our_own_clock() -> None:
    assert row({"text": "x"}, at="2026-11-22T00:00:00Z")["created_at"] == NOW
    assert row({"text": "x"}, at="no time")["created_at"] == NOW
    assert row({"text": "x"}, at=1_795_266_000_000_000)["created_at"].hour == 13


def test_fields_that_are_not_what_they_should_be_are_left_out() -> None:
    odd = {**WHOLE, "langs": "en", "facets": [{"features": 3}], "reply": [], "tags": None}
    made = row(odd)
    assert (made["text"], made["language"], made["in_reply_to"]) == (WHOLE["text"], None, None)
    assert (made["hashtags"], made["quote_of"]) == ([], OTHER + "2")
    with pytest.raises(msgspec.ValidationError):
        read_record(["no", "object"])


def test_control_characters_are_replaced_and_counted() -> None:
    posts = Posts()
    posts.add(DID, "1", CID, Record(text="a\0b\x07"), SEEN)
    assert posts.table(NOW).column("text").to_pylist() == ["a\ufffdb\ufffd"]
    assert posts.mended.count == 2


def test_a_later_record_replaces_and_a_deletion_takes_back() -> None:
    posts = Posts()
    for text in ("first", "second"):
        posts.add(DID, "1", CID, Record(text=text), SEEN)
    posts.add(DID, "2", CID, Record(text="other"), SEEN)
    posts.remove(f"at://{DID}/app.bsky.feed.post/2")
    posts.remove(f"at://{DID}/app.bsky.feed.post/3")
    assert posts.table(NOW).column("text").to_pylist() == ["second"]
    assert len(posts) == 3


NAMES = [
    "text",
    "createdAt",
    "langs",
    "facets",
    "features",
    "index",
    "did",
    "uri",
    "tag",
    "reply",
    "parent",
    "root",
    "embed",
    "images",
    "items",
    "alt",
    "image",
    "ref",
    "$link",
    "cid",
    "video",
    "external",
    "title",
    "record",
    "media",
    "tags",
    "labels",
    "values",
    "val",
    "subject",
]
KEYS = st.sampled_from(NAMES)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_any_object_becomes_a_record_and_any_text_a_row(value: dict[str, Any]) -> None:
    valid, _ = cleaned(value)
    record = read_record(valid)
    if record.text is None:
        return
    posts = Posts()
    posts.add(DID, "3kpost", CID, record, SEEN)
    posts.table(NOW).validate(full=True)


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(min_size=32, max_size=32), st.none())))
def test_hashes_are_those_of_the_cids(digests: list[bytes | None]) -> None:
    def cid(digest: bytes) -> str:
        encoded = base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")
        return f"b{encoded}"

    found = raw_hashes(["" if digest is None else cid(digest) for digest in digests])
    assert found.to_pylist() == [None if d is None else d.hex() for d in digests]


def test_the_hash_is_that_of_the_record_itself() -> None:
    data = b"\xa1dtextbHi"  # {"text": "Hi"} in DAG-CBOR
    digest = hashlib.sha256(data).digest()
    text = base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")
    assert raw_hashes([f"b{text}"]).to_pylist() == [digest.hex()]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", ""]), max_size=3), max_size=9))
def test_sparse_columns_are_the_lists_they_were_made_of(rows: list[list[str]]) -> None:
    column = Sparse()
    for number, items in enumerate(rows):
        for item in items:
            column.add(number, item)
    assert column.lists(len(rows)).to_pylist() == rows
    first = [items[0] if items and items[0] else None for items in rows]
    assert column.values(len(rows)).to_pylist() == first
    assert isinstance(column.offsets(len(rows)), pa.Int32Array)
