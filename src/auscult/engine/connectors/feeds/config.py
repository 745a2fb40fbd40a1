"""What a person says of the feeds to read."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from urllib.parse import urldefrag, urlsplit

from pydantic import Field, field_validator

from auscult.engine.connectors.base import Settings
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import read_address

MOST_FEEDS = 2_000
SNIPPET = 500  # code points


class Keep(StrEnum):
    """How much of an item is taken in."""

    ALL = "all"
    SNIPPET = "snippet"


class FeedsConfig(Settings):
    """Feeds, and how much of them is kept.

    Attributes
    ----------
    feeds : tuple of str
        The addresses of the feeds, up to 2,000.
    keep : Keep
        `snippet`: title, link and the first 500 characters, as the rights in others' texts
        ask for. `all`: the whole text that the feed gives; for feeds of your own, or where
        you have the right.
    at_once : int
        How many sites are asked at the same time; no site ever gets two questions at once.
    """

    begins_anew: ClassVar = frozenset()  # each feed has a state of its own

    feeds: tuple[str, ...] = Field(min_length=1, max_length=MOST_FEEDS)
    keep: Keep = Keep.SNIPPET
    at_once: int = Field(default=8, ge=1, le=16)

    @field_validator("feeds", mode="before")
    @classmethod
    def _one_is_enough(cls, feeds: object) -> object:
        return [feeds] if isinstance(feeds, str) else feeds

    @field_validator("feeds")
    @classmethod
    def _addresses(cls, feeds: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(feed_address(feed) for feed in feeds))


def feed_address(given: str) -> str:
    """Return the address of a feed as it is asked; `feed:` stands for the web.

    >>> feed_address("feed://clinic.example/news#top")
    'http://clinic.example/news'

    Raises
    ------
    ValueError
        It is no address of the web, or holds a password.
    """
    bare = urldefrag(given.strip())[0]
    if bare.lower().startswith("feed:"):
        bare = bare[5:] if "://" in bare[5:] else "http:" + bare[5:]
    if urlsplit(bare).username is not None:
        raise ValueError("write the address without name and password; feeds are read as anybody")
    if not bare.lower().startswith(("http://", "https://")):
        raise ValueError(f"'{given}' is no address; write it with https://")
    try:
        read_address(bare)
    except Correctable as error:
        raise ValueError(str(error)) from error
    return bare
