"""HTML, as networks and feeds send it, as the plain text that a person would read.

Where lines break follows the HTML standard's `innerText`: a blank line around paragraphs, a
line break around other blocks. The tokenizer is libxml2's (HTML5 since 2.14): it takes time
in proportion to the length of what is read whatever is nested in it, it resolves nothing,
and fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from auscult.engine.kernel.text import clean

_PLAYED = frozenset(("audio", "video"))
_SIGNS = frozenset(
    ("mention", "hashtag", "tag")
)  # classes and relations of links that are no links

# Elements whose inside is no text for a reader, or stands in for something that is shown.
# fmt: off
_UNREAD = frozenset((
    "script", "style", "template", "noscript", "head", "title", "svg", "object", "iframe",
    "audio", "video", "button", "select", "textarea", "canvas", "noembed", "noframes",
))
_PARAGRAPHS = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "table",
    "hr", "figure", "details",
))
_LINES = frozenset((
    "address", "article", "aside", "center", "dd", "div", "dt", "fieldset", "figcaption",
    "footer", "form", "header", "li", "main", "nav", "option", "section", "summary", "tr",
    "caption", "tbody", "thead", "tfoot",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_SPACES = re.compile(r"[ \t\n\r\f\u00a0]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"[<&]")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SOFT_HYPHEN = "\u00ad"  # where a word may be broken; inside the word for whoever searches it
_ADDRESS_LENGTH = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A picture, film or sound.

    Attributes
    ----------
    kind : str
        `image`, `video` or `audio`.
    url : str
        Its address.
    alt : str
        Its description; empty when there is none.
    """

    kind: str
    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a piece of HTML says.

    Attributes
    ----------
    text : str
        Plain text; paragraphs are parted by a blank line, other blocks by a line break.
    links : tuple of str
        Addresses (http, https) that it links to or embeds, each once, in order; those of
        hashtags and mentions are left out.
    media : tuple of Medium
        What it shows, each address once, in order.
    """

    text: str
    links: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()


def to_text(html: str, *, base: str = "", without: Collection[str] = ()) -> Text:
    r"""Read HTML, or text in which `&` and `<` are written as in HTML.

    Parameters
    ----------
    html : str
        A document or a part of one; anything is read, however broken.
    base : str
        The address against which relative ones are resolved; without it they are left out.
    without : collection of str
        Classes of elements to leave out: `{"quote-inline"}`.

    Examples
    --------
    >>> found = to_text('<p>Flu shots &amp; <b>masks</b></p><p>Read <a href="/x">on</a></p>',
    ...                 base="https://example.org/news/")
    >>> found.text
    'Flu shots & masks\n\nRead on'
    >>> found.links
    ('https://example.org/x',)
    """
    valid = _readable(clean(html)[0])
    if not _MARKUP.search(valid):
        return Text(text=_SPACES.sub(" ", valid).strip(" "))
    page = _Page(base, frozenset(without))
    parser = etree.HTMLParser(target=page, no_network=True, huge_tree=True)
    parser.feed(valid)
    found: Text = parser.close()
    return found


def _readable(text: str) -> str:
    return _CONTROLS.sub("", text).replace(_SOFT_HYPHEN, "")


class _Page:
    """What the tokenizer calls: collects text, links and media."""

    def __init__(self, base: str, without: frozenset[str]) -> None:
        self._base = base
        self._without = without
        self._parts: list[str] = []
        self._breaks = 2  # line breaks at the end of what was written; the start counts as such
        self._wanted = 0  # line breaks to be written before the next text
        self._space = False  # a space waits to be written
        self._unread = 0  # elements open since one that isn't read was opened
        self._kept = 0  # `pre` elements that are open
        self._links: dict[str, None] = {}
        self._media: dict[str, Medium] = {}
        self._shown: str | None = None  # kind of the audio or video that is open

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._unread:
            self._unread += 1
            if self._shown and tag == "source":
                self._show(self._shown, attributes)
            return
        if tag in _UNREAD or (attributes and self._is_hidden(attributes)):
            self._unread = 1
        self._break(tag)
        self._note(tag, attributes)
        self._kept += tag == "pre" and not self._unread

    def end(self, tag: str) -> None:
        if self._unread:
            self._unread -= 1
            if not self._unread:
                self._shown = None
                self._break(tag)
            return
        if tag != "br":
            self._break(tag)
        self._kept -= tag == "pre"

    def data(self, text: str) -> None:
        if not self._unread:
            self._write(_readable(text))

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def close(self) -> Text:
        text = "".join(self._parts).strip("\n ")
        return Text(text=text, links=tuple(self._links), media=tuple(self._media.values()))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._wanted = 2
        elif tag in _LINES:
            self._wanted = max(self._wanted, 1)
        elif tag == "br":
            self._flush()
            self._parts.append("\n")
            self._breaks += 1
            self._space = False
        elif tag in _CELLS:
            self._space = True

    def _flush(self) -> None:
        """Write the line breaks that blocks asked for, less those that are there already."""
        if self._wanted:
            missing = max(0, self._wanted - self._breaks)
            self._parts.append("\n" * missing)
            self._breaks += missing
            self._wanted = 0
            self._space = False

    def _write(self, text: str) -> None:
        if self._kept:
            self._write_lines(text)
            return
        words = _SPACES.sub(" ", text)
        bare = words.strip(" ")
        if not bare:
            self._space = self._space or bool(words)
            return
        self._flush()
        if (self._space or words[0] == " ") and not self._breaks:
            self._parts.append(" ")
        self._parts.append(bare)
        self._space = words[-1] == " "
        self._breaks = 0

    def _write_lines(self, text: str) -> None:
        """Write what `pre` holds, with its own line breaks."""
        lines = text.replace("\r\n", "\n")
        if lines:
            self._flush()
            self._parts.append(lines)
            self._breaks = len(lines) - len(lines.rstrip("\n"))
            self._space = False

    def _note(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "a":
            self._link(attributes)
        elif tag == "iframe":
            self._add_link(attributes.get("src", ""))
        elif tag == "img":
            self._picture(attributes)
        elif tag in _PLAYED:
            self._shown = tag
            self._show(tag, attributes)

    def _link(self, attributes: Mapping[str, str]) -> None:
        if not _SIGNS & (_words(attributes, "class") | _words(attributes, "rel")):
            self._add_link(attributes.get("href", ""))

    def _add_link(self, address: str) -> None:
        found = absolute(address, self._base)
        if found:
            self._links.setdefault(found)

    def _picture(self, attributes: Mapping[str, str]) -> None:
        alt = _SPACES.sub(" ", _readable(attributes.get("alt", ""))).strip()
        if any(sign in attributes.get("class", "") for sign in ("emoji", "smiley")):
            self._write(alt)  # a sign that is drawn as a picture
        elif attributes.get("width") not in {"0", "1"} or attributes.get("height") not in {
            "0",
            "1",
        }:
            self._show("image", dict(attributes) | {"alt": alt})  # else it counts its readers

    def _show(self, kind: str, attributes: Mapping[str, str]) -> None:
        address = absolute(attributes.get("src", ""), self._base)
        if address:
            alt = attributes.get("alt") or attributes.get("aria-label") or ""
            self._media.setdefault(address, Medium(kind=kind, url=address, alt=alt))

    def _is_hidden(self, attributes: Mapping[str, str]) -> bool:
        return (
            "hidden" in attributes
            or bool(_HIDDEN.search(attributes.get("style", "")))
            or bool(self._without and self._without & _words(attributes, "class"))
        )


def absolute(address: str, base: str = "") -> str:
    """Return an address in full, or nothing when it leads to no other page of the web.

    >>> absolute("../a b", "https://example.org/x/y")
    'https://example.org/a%20b'
    >>> absolute("javascript:alert(1)")
    ''
    """
    bare = _CONTROLS.sub("", address.strip()).replace("\n", "").replace("\t", "")
    if not bare or bare[0] == "#" or len(bare) > _ADDRESS_LENGTH:
        return ""  # nothing, a place in the same page, or data
    try:
        # What is in full already stays as it is, to the letter: it may name a post.
        found = bare if bare.lower().startswith(("http://", "https://")) else urljoin(base, bare)
        parts = urlsplit(found)
    except ValueError:  # brackets that hold no IPv6 address
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    return found.replace("\r", "").replace(" ", "%20")


def _words(attributes: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(attributes.get(name, "").lower().split())
