"""JSON Feed 1.0 and 1.1, read as leniently as the others: numbers for texts, lists missing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.feeds.items import (
    LONGEST,
    MOST_LINKS,
    MOST_MEDIA,
    MOST_TAGS,
    Document,
    Item,
    NotAFeed,
    language_tag,
    medium_kind,
    plausible,
)
from auscult.engine.connectors.html_text import Medium, Text, absolute, to_text
from auscult.engine.kernel.text import clean


def _said(value: Any) -> str:
    """Return texts and numbers as text, anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value).strip())[0]


def _listed(value: Any) -> list[Any]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


Said = Annotated[str, BeforeValidator(_said)]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Author(_Lenient):
    name: Said = ""


class _Attachment(_Lenient):
    url: Said = ""
    mime_type: Said = ""
    title: Said = ""


class _Entry(_Lenient):
    id: Said = ""
    url: Said = ""
    external_url: Said = ""
    title: Said = ""
    content_html: Said = ""
    content_text: Said = ""
    summary: Said = ""
    image: Said = ""
    banner_image: Said = ""
    date_published: Said = ""
    date_modified: Said = ""
    language: Said = ""
    authors: Annotated[list[_Author], BeforeValidator(_listed)] = []
    author: Annotated[list[_Author], BeforeValidator(_listed)] = []  # as version 1.0 had it
    tags: Annotated[list[Said], BeforeValidator(lambda v: v if isinstance(v, list) else [v])] = []
    attachments: Annotated[list[_Attachment], BeforeValidator(_listed)] = []


class _Channel(_Lenient):
    version: Said = ""
    title: Said = ""
    home_page_url: Said = ""
    language: Said = ""
    authors: Annotated[list[_Author], BeforeValidator(_listed)] = []
    author: Annotated[list[_Author], BeforeValidator(_listed)] = []
    items: list[Any] = []


def read_json(text: str, address: str) -> Document:
    """Read a document; relative addresses are resolved against `address`.

    Raises
    ------
    NotAFeed
        It is JSON of another kind, or none.
    """
    channel = _channel(text)
    items: list[Item] = []
    faults: list[tuple[int, str, str]] = []
    for number, value in enumerate(channel.items, start=1):
        if not isinstance(value, dict):
            faults.append((number, "the entry is no object", shorten(repr(value))))
            continue
        item = _item(_Entry.model_validate(value), address, channel)
        if item.is_empty:
            faults.append((number, "the entry says nothing", shorten(repr(value))))
        else:
            items.append(item)
    return Document(
        kind="json",
        title=to_text(channel.title).text[:300],
        site=absolute(channel.home_page_url, address),
        items=tuple(items),
        faults=tuple(faults),
    )


def _channel(text: str) -> _Channel:
    try:
        # Not orjson: many writers cut a character in two (a lone surrogate), or break lines.
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        raise NotAFeed("The answer is broken JSON.") from None
    try:
        channel = _Channel.model_validate(value)
    except ValidationError:
        raise NotAFeed("The answer is JSON, but not a feed.") from None
    if "jsonfeed" not in channel.version and "items" not in channel.model_fields_set:
        raise NotAFeed("The answer is JSON, but not a feed.")
    return channel


def _item(entry: _Entry, address: str, channel: _Channel) -> Item:
    # Version 1.0 lets a feed give either of them; the HTML says where to what it links.
    html = to_text(entry.content_html, base=address)
    plain = Text(text=entry.content_text.replace("\r\n", "\n"))
    content = html if html.text or html.media else plain
    link = absolute(entry.url, address)
    others = (absolute(entry.external_url, address), *content.links)
    authors = [*entry.authors, *entry.author, *channel.authors, *channel.author]
    return Item(
        guid=entry.id,
        link=link,
        title=" ".join(entry.title.split()),
        summary=entry.summary[:LONGEST],
        content=content.text[:LONGEST],
        author=next((" ".join(a.name.split())[:200] for a in authors if a.name), ""),
        language=language_tag(entry.language) or language_tag(channel.language),
        published=_moment(entry.date_published) or _moment(entry.date_modified),
        links=tuple(dict.fromkeys(one for one in (link, *others) if one))[:MOST_LINKS],
        tags=tuple(dict.fromkeys(tag[:200] for tag in entry.tags if tag))[:MOST_TAGS],
        media=_media(entry, address, content.media),
    )


def _media(entry: _Entry, address: str, shown: tuple[Medium, ...]) -> tuple[Medium, ...]:
    found: dict[str, Medium] = {}
    for one in entry.attachments:
        url = absolute(one.url, address)
        kind = medium_kind(one.mime_type, url)
        if url and kind:
            found.setdefault(url, Medium(kind=kind, url=url, alt=one.title))
    for picture in (entry.image, entry.banner_image):
        if url := absolute(picture, address):
            found.setdefault(url, Medium(kind="image", url=url))
    return tuple((found | {medium.url: medium for medium in shown}).values())[:MOST_MEDIA]


def _moment(value: str) -> datetime | None:
    try:
        return plausible(datetime.fromisoformat(value)) if value else None
    except ValueError:
        return None
