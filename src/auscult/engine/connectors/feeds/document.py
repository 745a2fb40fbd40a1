"""The body of an answer as a document, whatever kind of feed it is."""

from __future__ import annotations

from dataclasses import replace

from auscult.engine.connectors.feeds.encoding import decode
from auscult.engine.connectors.feeds.items import Document
from auscult.engine.connectors.feeds.json_feed import read_json
from auscult.engine.connectors.feeds.xml_feed import read_xml


def read_document(body: bytes, *, address: str, content_type: str = "") -> Document:
    """Read RSS, Atom or JSON Feed.

    Parameters
    ----------
    body : bytes
        Decompressed.
    address : str
        Where it came from; relative addresses are resolved against it.
    content_type : str
        The HTTP header.

    Raises
    ------
    NotAFeed
        It is something else.

    Examples
    --------
    >>> feed = b"<rss><channel><title>Clinic</title><item><title>Flu &amp; you</title></item>"
    >>> read_document(feed + b"</channel></rss>", address="https://clinic.example/feed").items[0].title
    'Flu & you'
    """
    text, replaced = decode(body, content_type)
    read = read_json if text.lstrip("\ufeff \r\n\t").startswith("{") else read_xml
    return replace(read(text, address), replaced=replaced)
