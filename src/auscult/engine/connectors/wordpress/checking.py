"""Asking a site whether posts and comments still stand; it doesn't tell by itself."""

from __future__ import annotations

from datetime import datetime

from auscult.engine.connectors.base import Deletion
from auscult.engine.connectors.rows import Rows
from auscult.engine.connectors.wordpress.pages import PER_PAGE, Pages
from auscult.engine.connectors.wordpress.posts import Writer, is_protected, number_of
from auscult.engine.connectors.wordpress.site import reason_of

# What the REST interface says of something that is gone, or that strangers can't read any more.
GONE = {
    "rest_post_invalid_id",
    "rest_comment_invalid_id",
    "rest_forbidden",
    "rest_cannot_read",
    "rest_cannot_read_post",
}


def check(pages: Pages, writer: Writer, uris: list[str], now: datetime) -> Rows:
    """Ask for posts and comments again.

    What a list leaves out is asked for one by one: only a clear answer removes it.

    Raises
    ------
    Remote
        The site doesn't answer, or wants a pause; nothing is taken for removed.
    """
    rows = Rows(now)
    named = {uri: found for uri in uris if (found := writer.numbers(uri))}
    for route in ("posts", "comments"):
        wanted = [(number, uri) for uri, (kind, number) in named.items() if kind == route]
        for start in range(0, len(wanted), PER_PAGE):
            left = dict(wanted[start : start + PER_PAGE])
            _listed(pages, writer, rows, route, left)
            for number, uri in left.items():
                _alone(pages, rows, route, number, uri)
    return rows


def _listed(pages: Pages, writer: Writer, rows: Rows, route: str, left: dict[int, str]) -> None:
    """Take from `left` what the site lists."""
    for item in pages.some(route, list(left)):
        uri = left.pop(number_of(item) or 0, None)
        if uri is None:
            continue
        if is_protected(item):
            rows.deleted.append(Deletion(uri=uri, at=rows.now))
        elif writer.add(rows, route, item):
            rows.confirmed.append(uri)


def _alone(pages: Pages, rows: Rows, route: str, number: int, uri: str) -> None:
    answer = pages.one(route, number)
    if answer.ok:
        rows.confirmed.append(uri)
    elif reason_of(answer) in GONE:
        rows.deleted.append(Deletion(uri=uri, at=rows.now))
    elif answer.status not in {401, 403, 404, 410}:
        answer.raise_for_status()
