"""Addresses and handles of YouTube, as people paste them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from auscult.engine.connectors.youtube.config import CHANNEL, VIDEO

_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be"}
_VIDEO_PATH = re.compile(r"^/(?:shorts|live|embed|v)/([A-Za-z0-9_-]{11})(?:$|/)")
_CHANNEL_PATH = re.compile(r"^/channel/(UC[A-Za-z0-9_-]{22})(?:$|/)")


class Found(NamedTuple):
    """What an address leads to."""

    kind: str  # `channels` or `videos`, as in the configuration
    id: str


def read_address(text: str) -> Found | None:
    """Return the channel or video that an address leads to; None when it is neither.

    Names (`/@clinic`, `/c/clinic`) would have to be looked up with a key.

    >>> read_address("https://youtu.be/dQw4w9WgXcQ?t=3")
    Found(kind='videos', id='dQw4w9WgXcQ')
    """
    address = text.strip()
    if CHANNEL.fullmatch(address):
        return Found("channels", address)
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return None
    if (parts.hostname or "") not in _HOSTS:
        return None
    channel = _CHANNEL_PATH.match(parts.path)
    if channel:
        return Found("channels", channel.group(1))
    path = _VIDEO_PATH.match(parts.path)
    asked = parse_qs(parts.query).get("v", [""])[0]
    short = parts.path.strip("/") if parts.hostname == "youtu.be" else ""
    video = path.group(1) if path else asked or short
    return Found("videos", video) if VIDEO.fullmatch(video) else None
