"""Items as posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from auscult.engine.connectors.feeds.config import SNIPPET, Keep
from auscult.engine.connectors.feeds.items import LONGEST, Item
from auscult.engine.connectors.rows import SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where items come from.

    Attributes
    ----------
    address, title : str
        Of the feed.
    """

    address: str
    title: str


def kept_text(item: Item, keep: Keep) -> str:
    """Return the text of an item that is kept.

    A snippet is what the feed itself offers as its summary, else the start of the text: at
    most 500 code points, cut between words.
    """
    if keep is Keep.ALL:
        return (item.content or item.summary)[:LONGEST]
    text = item.summary or item.content
    if len(text) <= SNIPPET:
        return text
    start = text[:SNIPPET]
    words = start[: max(start.rfind(" "), start.rfind("\n"))] if " " in start else start[:-1]
    return words.rstrip(" \n.,;:") + "…"


def columns(item: Item, uri: str, text: str, origin: Origin) -> dict[str, Any]:
    """Return the columns of the post that an item is, but for times and digests."""
    return {
        "uri": uri,
        "source": "feeds",
        "community": origin.address,
        "author": _author(item, origin),
        "author_name": item.author or origin.title or None,
        "text": text,
        "title": item.title or None,
        "language": item.language or None,
        "links": list(item.links),
        "media": [{"kind": m.kind, "alt": m.alt or None, "url": m.url} for m in item.media],
        "in_reply_to": item.in_reply_to or None,
        "tags": list(item.tags),
    }


def created_at(item: Item, collected_at: datetime) -> datetime:
    """Return when an item was published: never later than it was collected.

    What is ahead of the clock is announced, or its zone is wrong: it is taken as new.
    """
    if item.published is None or item.published > collected_at + SKEW:
        return collected_at
    return item.published


def _author(item: Item, origin: Origin) -> str:
    """Return a name that is the author's alone: "admin" of one site isn't that of another."""
    host = urlsplit(origin.address).hostname or ""
    return f"{item.author}@{host}" if item.author else origin.address
