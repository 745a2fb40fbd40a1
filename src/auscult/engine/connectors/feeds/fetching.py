"""One request for one feed, in a thread of its own: what was asked, and what came of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.items import Document, NotAFeed
from auscult.engine.connectors.feeds.state import LONGEST_MARK, FeedState
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Answer, Client

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.8, */*;q=0.5"
)
LARGEST = 10 << 20  # bytes of a feed
GONE = 410
_log = logging.getLogger(__name__)
UNCHANGED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a request brought.

    Attributes
    ----------
    address : str
        The feed, by the address under which it is known.
    document : Document or None
        None: nothing new, or a failure.
    problem : str
        What went wrong, without anything that differs from one time to the next; empty:
        nothing.
    said : str
        The same for a person, with the other side's words.
    gone : bool
        The other side says that it will never be there again.
    retry_after : float or None
        Seconds that the other side asks for.
    moved : str
        Where it is from now on.
    etag, modified, body : str
        See `FeedState`.
    headers : mapping
    size : int
        Bytes of the body.
    """

    address: str
    document: Document | None = None
    problem: str = ""
    said: str = ""
    gone: bool = False
    retry_after: float | None = None
    moved: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    size: int = 0


def fetch_safely(client: Client, address: str, state: FeedState) -> Fetched:
    """Fetch a feed; a document over which this program itself fails stops no other feed.

    The defect stands in the log with its traceback, and a person reads of it in the notes.
    """
    try:
        return fetch(client, address, state)
    except Exception as error:  # noqa: BLE001 - told to a person, and in the log
        _log.exception("A defect over the feed %s", address)
        return Fetched(
            address=address,
            problem="Auscult fails over it",
            said=f"Please report this defect: {error!r}.",
        )


def fetch(client: Client, address: str, state: FeedState) -> Fetched:
    """Ask for a feed, under the condition that it changed, and read it."""
    asked = state.moved or address
    headers = {"Accept": ACCEPT}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.modified:
        headers["If-Modified-Since"] = state.modified
    try:
        answer = client.get(asked, headers=headers, max_bytes=LARGEST)
    except Remote as error:
        return Fetched(
            address=address,
            problem="it can't be reached",
            said=str(error),
            retry_after=error.retry_after,
        )
    except Correctable as error:
        return Fetched(address=address, problem="it may not be reached", said=str(error))
    return _read(answer, address, asked, state)


def _read(answer: Answer, address: str, asked: str, state: FeedState) -> Fetched:
    if answer.status == UNCHANGED:
        return Fetched(
            address=address,
            etag=state.etag,
            modified=state.modified,
            body=state.body,
            headers=answer.headers,
        )
    if not answer.ok:
        return _refused(answer, address)
    digest = hashlib.blake2b(answer.body, digest_size=12).hexdigest()
    document = None
    if digest != state.body:
        content_type = answer.headers.get("content-type", "")
        try:
            document = read_document(answer.body, address=answer.url, content_type=content_type)
        except NotAFeed as error:
            return Fetched(
                address=address,
                problem="what it answers is no feed",
                said=str(error),
                headers=answer.headers,
                size=len(answer.body),
            )
    whole = document is None or not document.cut
    marked = whole and not (document is not None and _just_modified(answer.headers))
    return Fetched(
        address=address,
        document=document,
        moved=answer.moved_to if answer.moved_to and answer.moved_to != asked else "",
        etag=_mark(answer.headers.get("etag", "")) if marked else "",
        modified=_mark(answer.headers.get("last-modified", "")) if marked else "",
        body=digest if whole else "",
        headers=answer.headers,
        size=len(answer.body),
    )


def _refused(answer: Answer, address: str) -> Fetched:
    try:
        answer.raise_for_status()
        said = f"It answered {answer.status}, which says nothing."
    except Remote as error:
        said = str(error)
    gone = answer.status == GONE
    return Fetched(
        address=address,
        problem="it is gone for ever (410)" if gone else f"it answers {answer.status}",
        said=said,
        gone=gone,
        retry_after=answer.retry_after,
        headers=answer.headers,
        size=len(answer.body),
    )


def _just_modified(headers: Mapping[str, str]) -> bool:
    """Tell whether a document changed within the second that its server answered in.

    It may change again within this second, under the same date (RFC 9110, 8.8.2.2) and, where
    a server makes its ETag from the date as WordPress does, under the same ETag; an edit would
    hide behind a 304. Such a document is fetched whole once more before its marks are trusted.
    """
    try:
        modified, answered = (
            parsedate_to_datetime(headers[name]) for name in ("last-modified", "date")
        )
        return abs((answered - modified).total_seconds()) <= 1
    except (KeyError, TypeError, ValueError):
        return False  # a missing, broken or zoneless date can't be compared


def _mark(value: str) -> str:
    """Return a header that may be sent back as it is."""
    bare = value.strip()
    fits = len(bare) <= LONGEST_MARK and bare.isascii() and bare.isprintable()
    return bare if fits else ""
