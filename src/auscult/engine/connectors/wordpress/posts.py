"""A site's posts and comments as posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auscult.engine.connectors.html_text import Text, to_text
from auscult.engine.connectors.rows import Rows
from auscult.engine.connectors.wordpress.pages import moment_of

_URI = re.compile(r"\?p=(?P<post>[0-9]{1,18})(?:#comment-(?P<comment>[0-9]{1,18}))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Names and writes down what a site lists.

    Attributes
    ----------
    home : str
        Begins every uri: `https://x.example/?p=7`, as WordPress itself names its posts.
    community : str
    language : str or None
    """

    home: str
    community: str
    language: str | None

    def uri(self, post: int, comment: int | None = None) -> str:
        """Return the name of a post or comment, which stays when titles and links change."""
        return f"{self.home}/?p={post}" + (f"#comment-{comment}" if comment else "")

    def numbers(self, uri: str) -> tuple[str, int] | None:
        """Return route and number of what a uri names; None: it is none of this site."""
        found = _URI.search(uri) if uri.startswith(self.home) else None
        if found is None:
            return None
        comment = found["comment"]
        return ("comments", int(comment)) if comment else ("posts", int(found["post"]))

    def add(self, rows: Rows, route: str, item: Any) -> str | None:
        """Add a post or comment to a batch; return its uri, None when it was left out."""
        try:
            at = moment_of(item, "date_gmt")
            if at is None:
                rows.set_aside(self.community, "it has no date_gmt", item)
                return None
            write = self._post if route == "posts" else self._comment
            return write(rows, item, at)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"a field is missing or of another kind: {error}"
            rows.set_aside(self.community, reason, item)
            return None

    def _post(self, rows: Rows, item: dict[str, Any], at: datetime) -> str | None:
        if is_protected(item):
            return None
        uri = self.uri(int(item["id"]))
        said = to_text(item["content"]["rendered"], base=str(item.get("link") or self.home))
        embedded = item.get("_embedded") or {}
        rows.add(
            item,
            uri=uri,
            created_at=at,
            author=self._author(item["author"]),
            author_name=_name(_first(embedded.get("author"))),
            title=to_text(item["title"]["rendered"]).text or None,
            text=said.text or to_text((item.get("excerpt") or {}).get("rendered", "")).text,
            media=_media(said, _first(embedded.get("wp:featuredmedia"))),
            tags=_terms(embedded.get("wp:term")),
            root=uri,
            links=list(said.links),
            **self._everywhere(),
        )
        return uri

    def _comment(self, rows: Rows, item: dict[str, Any], at: datetime) -> str | None:
        post = int(item["post"])
        uri = self.uri(post, int(item["id"]))
        said = to_text(item["content"]["rendered"], base=str(item.get("link") or self.home))
        rows.add(
            item,
            uri=uri,
            created_at=at,
            author=self._author(item["author"]),
            author_name=to_text(item["author_name"]).text or None,
            text=said.text,
            media=_media(said, {}),
            in_reply_to=self.uri(post, int(item["parent"]) or None),
            root=self.uri(post),
            links=list(said.links),
            **self._everywhere(),
        )
        return uri

    def _everywhere(self) -> dict[str, Any]:
        return {"source": "wordpress", "community": self.community, "language": self.language}

    def _author(self, number: Any) -> str | None:
        """Return the name of a user of the site; a visitor who comments has none (0)."""
        return f"{self.home}/?author={int(number)}" if number else None


def number_of(item: Any) -> int | None:
    """Return the number of a post or comment; None when it has none."""
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, int) else None


def is_protected(item: Any) -> bool:
    """Tell whether only who knows a password may read a post."""
    content = item.get("content") if isinstance(item, dict) else None
    return isinstance(content, dict) and bool(content.get("protected"))


def _first(values: Any) -> dict[str, Any]:
    """Return what stands first in a list that was embedded; nothing where it couldn't be."""
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) and "code" not in first else {}


def _name(author: dict[str, Any]) -> str | None:
    return to_text(str(author.get("name") or "")).text or None


def _terms(lists: Any) -> list[str]:
    """Return the names of a post's tags and categories: labels that the site gave it."""
    terms = [term for terms in lists or () if isinstance(terms, list) for term in terms]
    names = [to_text(str(term.get("name") or "")).text for term in terms if isinstance(term, dict)]
    return list(dict.fromkeys(name for name in names if name))


def _media(said: Text, featured: dict[str, Any]) -> list[dict[str, Any]]:
    found = {one.url: {"kind": one.kind, "alt": one.alt, "url": one.url} for one in said.media}
    address = featured.get("source_url")
    if address:
        kind = "image" if featured.get("media_type") == "image" else "file"
        alt = to_text(str(featured.get("alt_text") or "")).text
        found = {address: {"kind": kind, "alt": alt, "url": address}} | found
    return list(found.values())
