"""RSS and Atom of every version, as feedparser reads them, however broken they are.

feedparser is handed text that was decoded and mended: nothing is left that could declare an
entity, and nothing that could name a file. It neither cleans nor resolves; `html_text` does
both, in linear time.
"""

from __future__ import annotations

import calendar
import io
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import feedparser

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.feeds.items import (
    LONGEST,
    MOST_LINKS,
    MOST_MEDIA,
    MOST_TAGS,
    Document,
    Item,
    NotAFeed,
    Wishes,
    language_tag,
    medium_kind,
    plausible,
)
from auscult.engine.connectors.feeds.mending import mend
from auscult.engine.connectors.html_text import Medium, Text, absolute, to_text
from auscult.engine.kernel.text import clean

_START = re.compile(r"<((?:\w+:)?(?:rss|feed|rdf|channel|cdf))[\s>]", re.IGNORECASE)
MOST_ENTRIES = 10_000  # further ones of a document are left out
_BEFORE_START = 20_000  # characters of comments, instructions and warnings before the feed
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_ENTRY_STARTS = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_ENTRY_ENDS = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s{0,20}>", re.IGNORECASE)
_SKIPPED = {
    name: re.compile(rf"<skip{name}s>(.{{0,1000}}?)</skip{name}s>", re.IGNORECASE | re.DOTALL)
    for name in ("hour", "day")
}
_ENDS = 5_000  # characters in which they are looked for
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*(\w+)\s*</day>", re.IGNORECASE)
_DAYS = [day.lower() for day in calendar.day_name]
_PERIODS = {
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}
_COMMENT = re.compile(r"#comment-?\d+$")
# What the parser has raised over broken documents.
_DEFECTS = (ValueError, LookupError, AttributeError, TypeError, OverflowError, RecursionError)
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def read_xml(text: str, address: str) -> Document:
    """Read a document; relative addresses are resolved against `address`.

    Raises
    ------
    NotAFeed
        It is neither RSS nor Atom.
    """
    whole, rest = _completed(mend(text))
    found = _parsed(whole)
    channel = found["feed"]
    language = language_tag(str(channel.get("language", "")))
    site = absolute(str(channel.get("link", "")), address)
    faults: list[tuple[int, str, str]] = []
    items = []
    for number, entry in enumerate(found["entries"], start=1):
        item = _item(entry, address, language)
        if item.is_empty:
            faults.append((number, "the entry says nothing", ""))
        else:
            items.append(item)
    if rest:
        faults.append(
            (len(items) + len(faults) + 1, "the document ends inside this entry", shorten(rest))
        )
    return Document(
        kind=str(found.get("version") or "xml"),
        title=_heading(channel, address),
        site=site,
        items=tuple(items),
        faults=tuple(faults),
        wishes=_wishes(channel, whole),
        cut=bool(rest),
    )


def _completed(text: str) -> tuple[str, str]:
    """Return the document from its first element on, with an end, and the entry that lacks one.

    What there is of an entry that was cut would be taken for an edit once the whole comes; and
    a document without an end is read by other, looser rules.
    """
    root = _root(text)
    body = text[root.start() :]
    name = root.group(1)
    starts = (found.start() for found in _ENTRY_STARTS.finditer(body))
    body = body[: next(islice(starts, MOST_ENTRIES, None), len(body))]
    if re.search(rf"</{re.escape(name)}\s*>", body[-1_000:]):
        return body, ""
    end = 0
    for found in _ENTRY_ENDS.finditer(body):
        end = found.end()
    begun = _ENTRY_STARTS.search(body, end)
    rest = body[begun.start() :] if begun else ""
    if begun or end:
        body = body[: begun.start() if begun else end]
    return body + ("</channel>" if name.lower() == "rss" else "") + f"</{name}>", rest


def _root(text: str) -> re.Match[str]:
    root = _START.search(text, 0, _BEFORE_START)
    if root is not None:
        return root
    if not text.strip():
        raise NotAFeed("The answer is empty.")
    if re.search(r"<(?:!doctype html|html)", text[:_BEFORE_START], re.IGNORECASE):
        raise NotAFeed("The answer is a web page, not a feed.")
    raise NotAFeed("The answer is no feed.")


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=dict(_HEADERS),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _DEFECTS as error:
        raise NotAFeed(f"The feed is too broken to be read ({error}).") from error
    return found


def _item(entry: Mapping[str, Any], address: str, language: str) -> Item:
    base = _base(entry, address)
    title = _text(entry, "title_detail", base)
    summary = _text(entry, "summary_detail", base)
    content = _contents(entry, base)
    link, links = _links(entry, base)
    reply = entry.get("thr_in-reply-to") or {}
    return Item(
        guid=clean(str(entry.get("id", "")).strip())[0],
        link=link,
        title=" ".join(title.text.split()),
        summary=summary.text[:LONGEST],
        content=content.text[:LONGEST],
        author=_author(entry),
        language=_language(entry) or language,
        published=_moment(entry),
        links=_unique((link, *links, *content.links, *summary.links))[:MOST_LINKS],
        tags=_tags(entry),
        media=_media(entry, base, (*content.media, *summary.media)),
        in_reply_to=str(reply.get("ref", "")).strip() or _commented(link),
    )


def _base(entry: Mapping[str, Any], address: str) -> str:
    """Return the base that the entry itself gives to its addresses (`xml:base`)."""
    for name in ("title_detail", "summary_detail"):
        base = (entry.get(name) or {}).get("base")
        if base:
            return _joined(address, str(base))
    contents = entry.get("content") or [{}]
    return _joined(address, str(contents[0].get("base") or ""))


def _joined(address: str, base: str) -> str:
    try:
        return urljoin(address, base)
    except ValueError:
        return address


def _text(entry: Mapping[str, Any], name: str, base: str) -> Text:
    detail = entry.get(name) or {}
    return _read(str(detail.get("value") or ""), str(detail.get("type") or ""), base)


def _read(value: str, kind: str, base: str) -> Text:
    if kind == "text/plain" and "<" not in value and "&" not in value:
        return Text(text=" ".join(clean(value)[0].replace("\u00ad", "").split()))
    return to_text(value, base=base)


def _contents(entry: Mapping[str, Any], base: str) -> Text:
    """Return the longest of the contents: a feed may give it in several forms."""
    found = [
        _read(str(one.get("value") or ""), str(one.get("type") or ""), base)
        for one in entry.get("content") or ()
    ]
    return max(found, key=lambda text: len(text.text), default=Text(text=""))


def _links(entry: Mapping[str, Any], base: str) -> tuple[str, list[str]]:
    """Return the address of the entry's page, and what else it points to."""
    given = str(entry.get("link") or "")
    if given == entry.get("id") and "://" not in given:
        given = ""  # an identifier that the parser took for an address
    page, others = absolute(given, base), []
    for one in entry.get("links") or ():
        found = absolute(str(one.get("href") or ""), base)
        kind = one.get("rel")
        if kind in {"related", "via"} or (kind == "enclosure" and not _kind(one, found)):
            others.append(found)
    return page, others


def _kind(enclosure: Mapping[str, Any], address: str) -> str:
    mime = str(enclosure.get("type") or "") or f"{enclosure.get('medium', '')}/"
    return medium_kind(mime, address)


def _media(entry: Mapping[str, Any], base: str, shown: tuple[Medium, ...]) -> tuple[Medium, ...]:
    found: dict[str, Medium] = {}
    for one in _enclosed(entry):
        address = absolute(str(one.get("href") or one.get("url") or ""), base)
        kind = _kind(one, address)
        if address and kind:
            found.setdefault(address, Medium(kind=kind, url=address))
    for medium in shown:
        if medium.alt or medium.url not in found:
            found[medium.url] = medium
    return tuple(found.values())[:MOST_MEDIA]


def _enclosed(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in entry.get("links") or ():
        if one.get("rel") == "enclosure":
            yield one
    yield from entry.get("media_content") or ()
    for one in entry.get("media_thumbnail") or ():
        yield {**one, "type": "image/"}


def _author(entry: Mapping[str, Any]) -> str:
    """Return the author's name; an address of mail is no name, and isn't kept."""
    given = to_text(_MAIL.sub(" ", str(entry.get("author") or ""))).text
    return " ".join(given.split()).strip(" ()<>,")[:200]


def _tags(entry: Mapping[str, Any]) -> tuple[str, ...]:
    named = (str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags") or ())
    return _unique(tuple(" ".join(to_text(name).text.split())[:200] for name in named))[:MOST_TAGS]


def _language(entry: Mapping[str, Any]) -> str:
    details = [entry.get("title_detail"), entry.get("summary_detail"), *entry.get("content", ())]
    names = (str((detail or {}).get("language") or "") for detail in details)
    return next((tag for name in names if (tag := language_tag(name))), "")


def _moment(entry: Mapping[str, Any]) -> datetime | None:
    for name in ("published_parsed", "created_parsed", "updated_parsed"):
        moment = plausible(_from_struct(entry[name])) if name in entry else None
        if moment is not None:
            return moment
    return None


def _from_struct(parts: time.struct_time | None) -> datetime | None:
    if parts is None:
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=calendar.timegm(parts))
    except (OverflowError, ValueError):
        return None


def _commented(link: str) -> str:
    """Return the page whose comment this is, where the address says that it is one."""
    return _COMMENT.sub("", link) if _COMMENT.search(link) else ""


def _heading(channel: Mapping[str, Any], address: str) -> str:
    return " ".join(_text(channel, "title_detail", address).text.split())[:300]


def _wishes(channel: Mapping[str, Any], text: str) -> Wishes:
    return Wishes(
        every=max(_number(channel.get("ttl")) * 60, _period(channel)),
        skip_hours=frozenset(
            int(hour) % 24 for hour in _HOUR.findall(_skipped("hour", text)) if int(hour) <= 24
        ),
        skip_days=frozenset(
            _DAYS.index(day.lower())
            for day in _DAY.findall(_skipped("day", text))
            if day.lower() in _DAYS
        ),
    )


def _skipped(name: str, text: str) -> str:
    """Return what a feed says to skip, at its start or at its end."""
    found = _SKIPPED[name].search(text[:_ENDS]) or _SKIPPED[name].search(text[-_ENDS:])
    return found.group(1) if found else ""


def _period(channel: Mapping[str, Any]) -> float:
    period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower(), 0.0)
    return period / max(1.0, _number(channel.get("sy_updatefrequency")))


def _number(value: Any) -> float:
    digits = str(value).strip()
    return float(digits) if digits.isdecimal() and len(digits) < 8 else 0.0


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
