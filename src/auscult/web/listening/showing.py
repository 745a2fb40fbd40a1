"""A mention as a page shows it: without its author's name, with what people did with it.

A file of its own, because search, preview and the list of the latest show the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.listening.models import RemovalReason
from auscult.web.listening.queries import pseudonym
from auscult.web.listening.reading import Mentioned
from auscult.web.listening.removals import Removed

REACTIONS = ("likes", "reposts", "replies", "quotes", "views")
# A name that no machine on the internet can have (RFC 2606): the simulated town's.
SIMULATED = ".example"
# Networks that write their own name in a way of their own.
NETWORKS = {"bluesky": "Bluesky", "mastodon": "Mastodon", "rss": "RSS", "youtube": "YouTube"}


class Found(NamedTuple):
    """A watch that found a mention."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of a mention; spans are (start, end) in code points of their field.

    `copies` other posts of `group` say the same, where the page shows them as one.
    """

    id: int
    pseudonym: str
    network: str
    created_at: datetime
    language: str
    title: str
    title_spans: tuple[tuple[int, int], ...]
    text: str
    text_spans: tuple[tuple[int, int], ...]
    reactions: tuple[tuple[str, int], ...]
    # Where a browser shows it, if that names nobody: see `revealing` for what has an author.
    link: str
    has_author: bool
    watches: tuple[Found, ...]
    copies: int = 0
    group: int | None = None


def shown(mention: Mentioned, names: Mapping[int, str], *, organisation_id: int) -> Shown:
    """Return a mention as a page shows it; `names` are those of the watches, by number."""
    return Shown(
        id=mention.id,
        pseudonym=(
            pseudonym(organisation_id, mention.author) if mention.author else _("author unknown")
        ),
        network=network(mention.source, mention.community),
        created_at=mention.created_at,
        language=mention.language or "",
        title=mention.title or "",
        title_spans=tuple(span[1:] for span in mention.spans if span[0] == "title"),
        text=mention.text,
        text_spans=tuple(span[1:] for span in mention.spans if span[0] == "text"),
        reactions=reactions(mention.engagement),
        link="" if mention.author else link(mention.uri),
        has_author=bool(mention.author),
        watches=tuple(
            Found(number, names[number]) for number in mention.watches if number in names
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What a page shows in place of mentions that were removed: how many, when, and why."""

    why: str
    source: str
    hour: datetime
    until: datetime
    watches: tuple[Found, ...]

    @property
    def created_at(self) -> datetime:
        """Where it stands among mentions: at the end of its hour."""
        return self.until


def gone(removed: Removed, names: Mapping[int, str], *, source: str) -> Gone:
    """Return what a page shows of removed mentions; `names` are those of the watches."""
    return Gone(
        why=_why(removed.reason, removed.count),
        source=source,
        hour=removed.hour,
        until=removed.hour + timedelta(hours=1),
        watches=tuple(
            Found(number, names[number]) for number in removed.watches if number in names
        ),
    )


def _why(reason: RemovalReason, count: int) -> str:
    words = {
        RemovalReason.AUTHOR: ngettext(
            "Removed by its author", "%(count)s mentions, removed by their authors", count
        ),
        RemovalReason.ACCOUNT: ngettext(
            "Removed with its author's account",
            "%(count)s mentions, removed with their authors' accounts",
            count,
        ),
        RemovalReason.REQUEST: ngettext(
            "Removed here on request", "%(count)s mentions, removed here on request", count
        ),
    }
    return words[reason] % {"count": count}


def network(source: str | None, community: str | None) -> str:
    """Return where a post was read, in words."""
    if not source:
        return community or _("Unknown source")
    name = NETWORKS.get(source, source[:1].upper() + source[1:])
    return f"{name} · {community}" if community else name


def reactions(engagement: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return what people did with a post, as (name, number), zeros and unknowns left out."""
    given = {name: engagement.get(name) or 0 for name in REACTIONS}
    names = {
        "likes": ngettext("like", "likes", given["likes"]),
        "reposts": ngettext("repost", "reposts", given["reposts"]),
        "replies": ngettext("reply", "replies", given["replies"]),
        "quotes": ngettext("quote", "quotes", given["quotes"]),
        "views": ngettext("view", "views", given["views"]),
    }
    return tuple((names[name], number) for name, number in given.items() if number)


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
    if parts.netloc.endswith(SIMULATED):
        return ""
    if parts.scheme == "at":
        path = parts.path.split("/")
        is_post = len(path) == 3 and path[1] == "app.bsky.feed.post"
        return f"https://bsky.app/profile/{parts.netloc}/post/{path[2]}" if is_post else ""
    return uri
