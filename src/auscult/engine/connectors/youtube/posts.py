"""Videos and comments as posts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from auscult.engine.connectors.rows import Rows

WATCH = "https://www.youtube.com/watch?v="
_URI = re.compile(r"watch\?v=(?P<video>[A-Za-z0-9_-]{11})(?:&lc=(?P<comment>[A-Za-z0-9_.-]+))?$")


class Name(NamedTuple):
    """What a uri names: a video, or a comment below it."""

    video: str
    comment: str | None


def uri(video: str, comment: str | None = None) -> str:
    """Return the address of a video or comment.

    >>> uri("dQw4w9WgXcQ", "Ugx1")
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1'
    """
    return f"{WATCH}{video}" + (f"&lc={comment}" if comment else "")


def read_uri(text: str) -> Name | None:
    """Return what a uri names; None when it is none of YouTube's."""
    found = _URI.search(text) if text.startswith("https://www.youtube.com/") else None
    return Name(found["video"], found["comment"]) if found else None


def add_video(rows: Rows, item: Any) -> str | None:
    """Add a video to a batch; return its uri, or None when it can't be read."""
    try:
        said, counts = item["snippet"], item.get("statistics") or {}
        address = uri(_text(item["id"]))
        rows.add(
            item,
            uri=address,
            source="youtube",
            community=said["channelId"],
            author=said["channelId"],
            author_name=said.get("channelTitle"),
            created_at=moment(said["publishedAt"]),
            title=said["title"],
            text=said.get("description") or "",
            language=said.get("defaultAudioLanguage") or said.get("defaultLanguage"),
            tags=list(said.get("tags") or ()),
            media=[{"kind": "video", "alt": None, "url": address}],
            engagement=_counts(
                likes=counts.get("likeCount"),
                replies=counts.get("commentCount"),
                views=counts.get("viewCount"),
            ),
            root=address,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        rows.set_aside("videos", f"a field is missing or can't be read: {error}", item)
        return None
    return address


def add_comment(rows: Rows, item: Any, video: str, *, replies: int | None = None) -> str | None:
    """Add a comment or a reply to one; return its uri, or None when it can't be read."""
    try:
        said = item["snippet"]
        parent = said.get("parentId")
        address = uri(video, _text(item["id"]))
        text = said.get("textOriginal") or said["textDisplay"]
        rows.add(
            item,
            uri=address,
            source="youtube",
            community=said.get("channelId"),
            author=(said.get("authorChannelId") or {}).get("value"),
            author_name=said.get("authorDisplayName"),
            created_at=moment(said["publishedAt"]),
            text=text,
            in_reply_to=uri(video, parent),
            root=uri(video),
            engagement=_counts(likes=said.get("likeCount"), replies=replies),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        rows.set_aside("comments", f"a field is missing or can't be read: {error}", item)
        return None
    return address


def moment(text: str) -> datetime:
    """Read a moment of YouTube's."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no text")
    return value


def _counts(**given: Any) -> dict[str, int] | None:
    """Return counts, which come as text; an owner may hide them."""
    found = {name: int(value) for name, value in given.items() if value is not None}
    return found or None
