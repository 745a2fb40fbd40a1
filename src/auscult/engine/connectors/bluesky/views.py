"""Posts as the application shows them: with counts and with what is known of their authors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from auscult.engine.connectors.aside import Aside
from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.bluesky.columns import Posts
from auscult.engine.connectors.bluesky.identifiers import is_address
from auscult.engine.connectors.bluesky.records import is_post, read_record
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.kernel.text import clean

_COUNTS = ("likeCount", "repostCount", "replyCount", "quoteCount")


class Views:
    """Collects what is in one batch.

    Parameters
    ----------
    location : str
        Where it comes from, for broken records.
    now : datetime
        When it was received.
    followers : mapping
        From DIDs to how many follow them.
    """

    def __init__(self, location: str, now: datetime, followers: Mapping[str, int | None]) -> None:
        self.now = now
        self.deleted: list[Deletion] = []
        self.restored: list[str] = []
        self.confirmed: list[str] = []
        self.coverage: list[Covered] = []
        self._location = location
        self._followers = followers
        self._posts = Posts()
        self._known: dict[str, dict[str, Any]] = {}  # uri to columns beside those of the record
        self._aside = Aside()

    def __len__(self) -> int:
        """How many things there are to tell."""
        told = len(self.deleted) + len(self.restored) + len(self.confirmed) + len(self.coverage)
        return len(self._posts) + self._aside.count + told

    def add(self, view: dict[str, Any]) -> str | None:
        """Add a post and return its uri; None where it is none, which is kept aside."""
        uri, author = str(view.get("uri", "")), view.get("author")
        if not is_address(uri) or not is_post(uri) or not isinstance(author, dict):
            self._set_aside("it is no post", view)
            return None
        try:
            record = read_record(view.get("record"))
        except msgspec.ValidationError:
            self._set_aside("it has no record", view)
            return None
        if record.text is None:
            self._set_aside("it has no text", view)
            return None
        did, _, rkey = uri.removeprefix("at://").split("/")
        at = str(view.get("indexedAt", ""))
        self._posts.add(did, rkey, str(view.get("cid", "")), record, at)
        likes, reposts, replies, quotes = (_count(view.get(name)) for name in _COUNTS)
        verification = author.get("verification")
        self._known[uri] = {
            "author_name": _name(author),
            "author_followers": self._followers.get(did),
            "author_verified": verification.get("verifiedStatus") == "valid"
            if isinstance(verification, dict)
            else None,
            "engagement": {
                "likes": likes,
                "reposts": reposts,
                "replies": replies,
                "quotes": quotes,
            },
            "labels": _labels(view.get("labels")),
        }
        return uri

    def _set_aside(self, reason: str, view: dict[str, Any]) -> None:
        self._aside.add(self._location, reason, view)

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return all of it."""
        table = self._table()
        return Batch(
            posts=table,
            snapshot=snapshot,
            deleted=tuple(self.deleted),
            restored=tuple(self.restored),
            confirmed=tuple(self.confirmed),
            broken=tuple(self._aside.kept),
            broken_more=self._aside.more,
            coverage=tuple(self.coverage),
            records=len(self._posts) + self._aside.count,
            repeated=len(self._posts) - table.num_rows,
            replaced=self._posts.mended.count,
        )

    def _table(self) -> pa.Table:
        table = self._posts.table(self.now)
        known = [self._known[uri] for uri in table.column("uri").to_pylist()]
        for name in ("author_name", "author_followers", "author_verified", "engagement"):
            column = pa.array([row[name] for row in known], SCHEMA.field(name).type)
            table = table.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name), column)
        own = table.column("tags").to_pylist()
        tags = [
            list(dict.fromkeys([*(mine or []), *row["labels"]])) or None
            for mine, row in zip(own, known, strict=True)
        ]
        field = SCHEMA.field("tags")
        return table.set_column(SCHEMA.get_field_index("tags"), field, pa.array(tags, field.type))


def _labels(given: Any) -> list[str]:
    """Return the labels that stand on a post, its author's own and those of moderators."""
    labels = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    # A later one of the same service takes an earlier one back.
    standing = {(one.get("src"), one.get("val")): not one.get("neg") for one in labels}
    return [
        clean(val)[0] for (_, val), stands in standing.items() if stands and isinstance(val, str)
    ]


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**63 else None


def _name(author: dict[str, Any]) -> str | None:
    for field in ("displayName", "handle"):
        value = author.get(field)
        if isinstance(value, str) and value:
            return clean(value)[0]
    return None
