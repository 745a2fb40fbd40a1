"""A mention as a page shows it: without its author's name, with what people did with it.

A file of its own, because search, preview and the list of the latest show the same thing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

REACTIONS = ("likes", "reposts", "replies", "quotes", "views")
# Networks that write their own name in a way of their own.
NETWORKS = {"bluesky": "Bluesky", "mastodon": "Mastodon", "rss": "RSS", "youtube": "YouTube"}


class Found(NamedTuple):
    """A watch that found a mention."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of a mention; spans are (start, end) in code points of their field."""

    uri: str
    pseudonym: str
    network: str
    created_at: datetime
    language: str
    title: str
    title_spans: tuple[tuple[int, int], ...]
    text: str
    text_spans: tuple[tuple[int, int], ...]
    reactions: tuple[tuple[str, int], ...]
    link: str
    watches: tuple[Found, ...]


def shown(
    post: Mapping[str, Any],
    spans: Sequence[tuple[str, int, int]],
    watches: Sequence[Found] = (),
) -> Shown:
    """Return a post (columns of `posts.SCHEMA` by name) with its hits as a page shows it."""
    return Shown(
        uri=post["uri"],
        pseudonym=pseudonym(post["author"]),
        network=network(post["source"], post["community"]),
        created_at=post["created_at"],
        language=post["language"] or "",
        title=post["title"] or "",
        title_spans=tuple((start, end) for field, start, end in spans if field == "title"),
        text=post["text"],
        text_spans=tuple((start, end) for field, start, end in spans if field == "text"),
        reactions=reactions(post["engagement"]),
        link=link(post["uri"]),
        watches=tuple(watches),
    )


def pseudonym(author: str | None) -> str:
    """Return a stable name that doesn't say who an author is: the same one everywhere here.

    It is made with the archive's secret key, so that nobody can find an author by trying
    names. Five characters stand for a million authors; two authors may share one.
    """
    if not author:
        return _("Author unknown")
    digest = salted_hmac("auscult.pseudonym", author, algorithm="sha256").digest()
    return _("Author %(code)s") % {"code": base64.b32encode(digest)[:5].decode()}


def network(source: str | None, community: str | None) -> str:
    """Return where a post was read, in words."""
    if not source:
        return community or _("Unknown source")
    name = NETWORKS.get(source, source[:1].upper() + source[1:])
    return f"{name} · {community}" if community else name


def reactions(engagement: Mapping[str, int | None] | None) -> tuple[tuple[str, int], ...]:
    """Return what people did with a post, as (name, number), zeros and unknowns left out."""
    names = {
        "likes": _("likes"),
        "reposts": _("reposts"),
        "replies": _("replies"),
        "quotes": _("quotes"),
        "views": _("views"),
    }
    given = engagement or {}
    return tuple((names[key], number) for key in REACTIONS if (number := given.get(key)))


def link(uri: str) -> str:
    """Return the address at which a browser shows a post; empty where there is none.

    >>> link("at://did:plc:abc/app.bsky.feed.post/3k")
    'https://bsky.app/profile/did:plc:abc/post/3k'
    >>> link("javascript:alert(1)")
    ''
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "at"} or not parts.netloc:
        return ""
    if parts.scheme == "at":
        path = parts.path.split("/")
        is_post = len(path) == 3 and path[1] == "app.bsky.feed.post"
        return f"https://bsky.app/profile/{parts.netloc}/post/{path[2]}" if is_post else ""
    return uri
