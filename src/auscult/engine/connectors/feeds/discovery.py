"""From a page's address to its feeds.

In this order: the address is a feed itself; the page names feeds (`link rel=alternate`);
the site has one in a usual place. What looks like WordPress has a feed of comments, too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from auscult.engine.connectors.feeds.config import feed_address
from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.encoding import decode
from auscult.engine.connectors.feeds.items import Document, NotAFeed
from auscult.engine.connectors.html_text import absolute
from auscult.engine.connectors.live import Proposal
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Answer, Client, Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import whole

SECONDS = 10.0  # in all
WELL_KNOWN = ("feed/", "rss.xml", "atom.xml", "feed.json", "feed.xml", "index.xml", "rss")
TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
)
MOST = 6  # feeds of a page that are looked at
_LARGEST = 4 << 20  # bytes of a page
_HOST = re.compile(r"[\w.-]+\.[\w-]{2,}(?::\d+)?(?:[/?#]\S*)?|localhost(?:[:/]\S*)?")
_COMMENTS = re.compile(r"/comments?/|comments?[-_.](?:feed|rss|atom)|kommentare?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A feed that a page names."""

    address: str
    title: str = ""


def discover(address: str, *, network: Network, seconds: float = SECONDS) -> tuple[Proposal, ...]:
    """Return the feeds to which an address leads, the surest first.

    Parameters
    ----------
    address : str
        Of a page, a site or a feed; `https://` may be missing.
    network : Network
    seconds : float
        After which it answers with what was found until then.
    """
    start = _web_address(address)
    if not start:
        return ()
    with network.client(timeout=min(5.0, seconds), total=seconds) as client:
        found = _Search(client, time.monotonic() + seconds).proposals(start)
    return tuple(sorted(found, key=lambda proposal: -proposal.confidence))


def feeds_named(page: str, address: str) -> tuple[list[Named], bool]:
    """Return the feeds that a page names, and whether it is made by WordPress."""
    reader = _Page(address)
    parser = etree.HTMLParser(target=reader, no_network=True, huge_tree=True)
    parser.feed(page)
    parser.close()
    return reader.named, reader.is_wordpress


class _Page:
    """What the tokenizer calls."""

    def __init__(self, address: str) -> None:
        self._base = address
        self.named: list[Named] = []
        self.is_wordpress = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "base":
            self._base = absolute(attributes.get("href", ""), self._base) or self._base
        elif tag == "meta" and attributes.get("name", "").lower() == "generator":
            self.is_wordpress |= attributes.get("content", "").lower().startswith("wordpress")
        elif tag == "link":
            self._link(attributes)

    def end(self, tag: str) -> None:
        """Leave ends out."""

    def data(self, text: str) -> None:
        """Leave texts out."""

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def close(self) -> None:
        """Have nothing to hand over."""

    def _link(self, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        kind = attributes.get("type", "").partition(";")[0].strip().lower()
        address = absolute(attributes.get("href", ""), self._base)
        if "https://api.w.org/" in relations:
            self.is_wordpress = True
        # WordPress also offers its posts as plain JSON under "alternate".
        names_it = "alternate" in relations and kind in TYPES and "/wp-json/" not in address
        if address and names_it:
            self.named.append(Named(address=address, title=attributes.get("title", "")))


class _Search:
    """One search, within its time."""

    def __init__(self, client: Client, until: float) -> None:
        self._client = client
        self._until = until
        self._found: dict[str, Proposal] = {}

    def proposals(self, start: str) -> list[Proposal]:
        answer = self._get(start)
        if answer is None:
            return []
        address = answer.moved_to or answer.url
        document = _read(answer)
        if document is not None:
            self._add(start if not answer.moved_to else address, document, 0.95)
            return list(self._found.values())
        page = decode(answer.body[:_LARGEST], answer.headers.get("content-type", "")).text
        named, is_wordpress = feeds_named(page, answer.url)
        for one in named[:MOST]:
            # WordPress names RSS, in which a comment doesn't say what it answers.
            by_atom = is_wordpress and one.address.endswith("/comments/feed/")
            self._look(one.address + ("atom/" if by_atom else ""), 0.9)
        if not self._found:
            for candidate in _usual_places(answer.url):
                if self._look(candidate, 0.7):
                    break
        if is_wordpress and not any(_COMMENTS.search(known) for known in self._found):
            self._look(urljoin(_root(answer.url), "comments/feed/atom/"), 0.5)
        return list(self._found.values())

    def _look(self, address: str, confidence: float) -> bool:
        if address in self._found:
            return True
        answer = self._get(address)
        document = _read(answer) if answer is not None else None
        if answer is None or document is None:
            return False
        if _COMMENTS.search(address):
            confidence = min(confidence, 0.5)
        self._add(answer.moved_to or address, document, confidence)
        return True

    def _get(self, address: str) -> Answer | None:
        if time.monotonic() > self._until:
            return None
        try:
            answer = self._client.get(address, max_bytes=_LARGEST)
        except (Remote, Correctable):
            return None
        return answer if answer.status == 200 else None

    def _add(self, address: str, document: Document, confidence: float) -> None:
        try:
            known = feed_address(address)
        except ValueError:
            return
        host = urlsplit(known).hostname or known
        count = len(document.items)
        self._found.setdefault(
            known,
            Proposal(
                connector="feeds",
                name=document.title or host,
                config={"feeds": [known]},
                reads=_("What is new in the feed {address}; it has {count} items now.").format(
                    address=known, count=whole(count)
                ),
                confidence=confidence,
            ),
        )


def _web_address(given: str) -> str:
    bare = given.strip()
    if bare.lower().startswith(("http://", "https://", "feed:")):
        try:
            return feed_address(bare)
        except ValueError:
            return ""
    return f"https://{bare}" if _HOST.fullmatch(bare) else ""


def _usual_places(address: str) -> Iterator[str]:
    here = address if address.endswith("/") else address + "/"
    for base in dict.fromkeys((here if urlsplit(here).path.count("/") > 1 else "", _root(address))):
        if base:
            yield from (urljoin(base, place) for place in WELL_KNOWN)


def _root(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def _read(answer: Answer) -> Document | None:
    try:
        return read_document(
            answer.body, address=answer.url, content_type=answer.headers.get("content-type", "")
        )
    except NotAFeed:
        return None
