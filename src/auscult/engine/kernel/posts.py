"""The one schema of a post, the same for every source and every part.

JSONL with these names is the exchange format. Times are UTC in microseconds;
in JSON they are ISO 8601 with `Z`. A value that a source doesn't give is null.
"""

from __future__ import annotations

import pyarrow as pa

MEDIA = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("alt", pa.string()),
        pa.field("url", pa.string()),
    ]
)
ENGAGEMENT = pa.struct(
    [
        pa.field("likes", pa.int64()),
        pa.field("reposts", pa.int64()),
        pa.field("replies", pa.int64()),
        pa.field("quotes", pa.int64()),
        pa.field("views", pa.int64()),
    ]
)
MOMENT = pa.timestamp("us", tz="UTC")


def _described(name: str, kind: pa.DataType, about: str, *, required: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not required, metadata={"about": about})


SCHEMA = pa.schema(
    [
        _described("uri", pa.string(), "the network's own identifier, the key", required=True),
        _described("source", pa.string(), "kind of network: bluesky, mastodon, feeds, files, ..."),
        _described("community", pa.string(), "instance, hashtag, subreddit, feed or list"),
        _described("author", pa.string(), "the network's stable name of the author"),
        _described("author_name", pa.string(), "the author's name as displayed"),
        _described("author_followers", pa.int64(), "followers when the post was collected"),
        _described("created_at", MOMENT, "when it was posted, UTC", required=True),
        _described("collected_at", MOMENT, "when Auscult received it, UTC"),
        _described("text", pa.string(), "the body, plain text", required=True),
        _described("title", pa.string(), "the title, plain text"),
        _described("language", pa.string(), "BCP 47, as the source or its author said"),
        _described("hashtags", pa.list_(pa.string()), "hashtags without their sign"),
        _described("mentions", pa.list_(pa.string()), "accounts mentioned, without their sign"),
        _described("links", pa.list_(pa.string()), "addresses that the post links to"),
        _described("media", pa.list_(MEDIA), "pictures, films and sound: kind, alt text, address"),
        _described("in_reply_to", pa.string(), "uri of the post that this one answers"),
        _described("quote_of", pa.string(), "uri of the post that this one quotes"),
        _described("engagement", ENGAGEMENT, "likes, reposts, replies, quotes, views so far"),
        _described("country", pa.string(), "ISO 3166-1 alpha-3, lower case"),
        _described("rating", pa.float64(), "stars of a review, as the source counts them"),
        _described("raw_hash", pa.string(), "SHA-256 of the record as received, hex"),
        _described("repost_of", pa.string(), "uri of the post that this one only repeats"),
        _described("root", pa.string(), "uri of the first post of the thread"),
        _described("author_verified", pa.bool_(), "the network vouches for the author"),
        _described("region", pa.string(), "country and part of it, dotted: usa.fl"),
        _described("tags", pa.list_(pa.string()), "labels that a source or a team gave the post"),
    ],
    metadata={"auscult.posts": "1"},
)
