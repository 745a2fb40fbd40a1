"""Lists of feeds as readers exchange them: OPML 1.0 and 2.0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from auscult.engine.connectors.feeds.config import feed_address
from auscult.engine.connectors.feeds.encoding import decode
from auscult.engine.connectors.feeds.mending import mend
from auscult.engine.kernel.errors import Correctable

LARGEST = 10 << 20  # bytes
_INVALID = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")
_HINT = "Export the list of feeds from your reader as OPML, and give that file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed of a list.

    Attributes
    ----------
    address : str
    title : str
        Empty: it has none.
    folder : str
        The folder in which it stands, those inside others with ` / ` between; may be empty.
    """

    address: str
    title: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """A list of feeds.

    Attributes
    ----------
    feeds : tuple of Outline
        Each address once, in order.
    left_out : tuple of str
        Sentences about entries that can't be read as feeds.
    """

    feeds: tuple[Outline, ...]
    left_out: tuple[str, ...] = ()


def parse(data: bytes) -> Outlines:
    """Read a list.

    Raises
    ------
    Correctable
        It is no OPML, or has no feeds.

    Examples
    --------
    >>> found = parse(b"<opml><body><outline text='News'>"
    ...     b"<outline text='BBC' xmlUrl='https://bbc.example/rss'/></outline></body></opml>")
    >>> found.feeds
    (Outline(address='https://bbc.example/rss', title='BBC', folder='News'),)
    """
    body = _body(data)
    feeds: dict[str, Outline] = {}
    left_out: list[str] = []
    folders: list[str] = []
    # Not by recursion: a hostile list may be nested as deep as the parser allows.
    for event, element in etree.iterwalk(body, events=("start", "end"), tag="outline"):
        given = _attribute(element, "xmlurl")
        if given is None:
            if event == "start":
                folders.append(_title(element))
            else:
                folders.pop()
        elif event == "start":
            _add(given, _title(element), " / ".join(f for f in folders if f), feeds, left_out)
    if not feeds:
        raise _refused("The list names no feed that can be read.")
    return Outlines(feeds=tuple(feeds.values()), left_out=tuple(left_out))


def write(feeds: Iterable[Outline], *, title: str = "Feeds of Auscult") -> bytes:
    """Write a list as OPML 2.0."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title.translate(_INVALID)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for feed in feeds:
        attributes = {
            "type": "rss",
            "text": (feed.title or feed.address).translate(_INVALID),
            "xmlUrl": feed.address,
        }
        etree.SubElement(_folder(feed.folder, folders), "outline", attributes)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _folder(name: str, folders: dict[str, etree._Element]) -> etree._Element:
    place = ""
    for part in name.split(" / ") if name else ():
        inside = f"{place} / {part}" if place else part
        if inside not in folders:
            text = part.translate(_INVALID)
            folders[inside] = etree.SubElement(folders[place], "outline", text=text)
        place = inside
    return folders[place]


def _body(data: bytes) -> etree._Element:
    if len(data) > LARGEST:
        raise _refused(f"The list has {len(data):,} bytes; {LARGEST:,} are the most.")
    text = mend(decode(data).text)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    start = text.find("<opml")
    root = etree.fromstring(text[start:].encode("utf-8", "replace"), parser) if start >= 0 else None
    body = root.find("body") if root is not None else None
    if body is None:
        raise _refused("The file is no list of feeds (OPML).")
    return body


def _add(
    given: str, title: str, folder: str, feeds: dict[str, Outline], left_out: list[str]
) -> None:
    try:
        address = feed_address(given)
    except ValueError as error:
        left_out.append(f"{title or given}: {error}")
        return
    feeds.setdefault(address, Outline(address=address, title=title, folder=folder))


def _title(element: etree._Element) -> str:
    found = _attribute(element, "title") or _attribute(element, "text") or ""
    return " ".join(found.split())


def _attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute, whatever the case in which it is written."""
    for key, value in element.attrib.items():
        if str(key).lower() == name:
            return str(value).strip()
    return None


def _refused(why: str) -> Correctable:
    return Correctable(why, field="opml", code="not-a-list-of-feeds", hint=_HINT)
