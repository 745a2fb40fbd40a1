"""What a feed says, in one form for RSS, Atom and JSON Feed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from auscult.engine.connectors.html_text import Medium

LONGEST = 100_000  # code points of a text
MOST_LINKS = 50
MOST_MEDIA = 20
MOST_TAGS = 50
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # a date before the web is a mistake
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_KINDS = ("image", "video", "audio")
_ENDINGS = {
    "jpg": "image",
    "jpeg": "image",
    "png": "image",
    "gif": "image",
    "webp": "image",
    "mp4": "video",
    "webm": "video",
    "mov": "video",
    "mp3": "audio",
    "m4a": "audio",
    "ogg": "audio",
    "opus": "audio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed; what it doesn't say is empty.

    Attributes
    ----------
    guid, link : str
        Its identifier as it stands there, and the address of its page.
    title, summary, content : str
        Plain text; `content` is the whole, `summary` what the feed gives as a taste of it.
    author, language : str
        A name; a language tag (BCP 47).
    published : datetime or None
        When it was published, or else changed.
    links, tags : tuple of str
    media : tuple of Medium
    in_reply_to : str
        Identifier of what it comments on.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    language: str = ""
    published: datetime | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    in_reply_to: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        return not (self.title or self.summary or self.content or self.link or self.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How often a feed wants to be asked.

    Attributes
    ----------
    every : float
        Seconds between two requests; 0: it doesn't say.
    skip_hours, skip_days : frozenset of int
        Hours (0 to 23) and days (Monday is 0) of UTC in which it has nothing new.
    """

    every: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed as it was fetched.

    Attributes
    ----------
    kind : str
        `rss20`, `atom10`, `json1`, ...; for messages.
    title, site : str
        Its name, and the address of the site whose feed it is.
    items : tuple of Item
        In the feed's order.
    faults : tuple of (int, str, str)
        Entries that can't be read: number (from 1), reason, the start of what was there.
    wishes : Wishes
    cut : bool
        It ends inside an entry, which is left out.
    replaced : int
        Invalid sequences of bytes that became U+FFFD.
    """

    kind: str
    title: str = ""
    site: str = ""
    items: tuple[Item, ...] = ()
    faults: tuple[tuple[int, str, str], ...] = ()
    wishes: Wishes = Wishes()
    cut: bool = False
    replaced: int = 0


class NotAFeed(Exception):
    """What was fetched is something else; the message says what, for a person."""


def language_tag(name: str) -> str:
    """Return a language as BCP 47 writes it, or nothing where it is none.

    >>> language_tag("en_us"), language_tag("de-DE"), language_tag("English")
    ('en-US', 'de-DE', '')
    """
    bare = name.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(bare):
        return ""
    first, *rest = bare.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()


def medium_kind(mime: str, address: str) -> str:
    """Say whether an enclosure is an image, a video or audio; else nothing.

    >>> medium_kind("audio/mpeg", "x"), medium_kind("", "https://a.example/b.JPG?x=1")
    ('audio', 'image')
    """
    kind = mime.partition("/")[0].strip().lower()
    if kind in _KINDS:
        return kind
    path = address.partition("?")[0].partition("#")[0]
    return _ENDINGS.get(path.rpartition(".")[2].lower(), "")


def plausible(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, or None where it can't be when something was published."""
    if moment is None:
        return None
    try:
        utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return utc if utc >= EARLIEST else None
