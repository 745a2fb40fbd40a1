"""Reading a list of the REST interface that others change meanwhile, without losing anything.

WordPress counts pages: whoever asks for page 2 after something was removed from page 1 misses
one. So lists are read in order of time and asked from the last moment that was seen; pages are
only counted where more things than fit on one share a second, and then overlap by ten.

Moments are compared by the site's own clock, which in autumn shows one hour twice. Who reads
on goes back further than that hour (see `reading.OVERLAP`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from auscult.engine.connectors.wordpress.site import Site, check
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer

PER_PAGE = 100
STEP = 90  # pages that have to be counted overlap, so that ten removals lose nothing
# Clocks of a site move by an hour in autumn, and by more when its owner moves to another zone.
TOLERANCE = timedelta(hours=26)
EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)  # histories have old dates; the year 1 is a mistake
FARTHEST = 20_000  # things of one second; who lists more than that lists nonsense
KEPT = 16  # answers whose marks (ETag) are kept

Ask: TypeAlias = Callable[..., Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One list in one order of time.

    Attributes
    ----------
    name : str
        In the snapshot.
    route : str
        `posts` or `comments`.
    moment : str
        The field that is read in order of time.
    after, order : str
        The parameters that ask for it.
    """

    name: str
    route: str
    moment: str
    after: str
    order: str


# A post that was scheduled appears with the date of its writing as that of its last change, so
# that posts are looked for by both dates.
CHANGED = Strand(
    name="changed", route="posts", moment="modified_gmt", after="modified_after", order="modified"
)
PUBLISHED = Strand(name="published", route="posts", moment="date_gmt", after="after", order="date")
COMMENTS = Strand(
    name="comments", route="comments", moment="date_gmt", after="after", order="date_gmt"
)
FIELDS = {
    "posts": "id,date_gmt,modified_gmt,link,title,content,excerpt,author,_links,_embedded",
    "comments": "id,post,parent,author,author_name,date_gmt,content,link",
}
EMBEDDED = {"posts": "author,wp:featuredmedia,wp:term", "comments": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer.

    Attributes
    ----------
    items : tuple
        As they came; nothing when the site says that it is the same as last time.
    oldest, newest : datetime or None
        The first and the last moment on it.
    total : int
        How many things the list has from where it was asked.
    """

    items: tuple[Any, ...]
    oldest: datetime | None
    newest: datetime | None
    total: int


@dataclass(slots=True)
class Pages:
    """Reads the lists of one site.

    Parameters
    ----------
    ask : callable
        As `Client.get`.
    site : Site
    headers : mapping
        That sign somebody in; may be empty.
    """

    ask: Ask
    site: Site
    headers: Mapping[str, str]
    _known: dict[tuple[str, ...], tuple[dict[str, str], Page]] = field(default_factory=dict)

    def since(self, strand: Strand, cursor: datetime | None) -> Iterator[Page]:
        """Yield all that is later than a moment, in order; some of it twice."""
        offset = 0
        while True:
            page = self._page(strand, cursor, offset)
            if cursor and page.oldest and page.oldest < cursor - TOLERANCE:
                raise Remote(
                    f"{self.site.community} doesn't heed '{strand.after}': it is a WordPress "
                    "before 5.7, or something in between answers what was asked before."
                )
            yield page
            if offset + PER_PAGE >= page.total:
                return
            # Those of the same second as the last are asked for again.
            forward = page.newest - timedelta(seconds=1) if page.newest else None
            if forward and (cursor is None or forward > cursor):
                cursor, offset = forward, 0
            elif offset < FARTHEST:
                offset += STEP
            else:
                raise Remote(f"{self.site.community} lists {strand.route} without end.")

    def some(self, route: str, ids: list[int]) -> list[Any]:
        """Return those of these posts or comments that strangers can read; 100 at most."""
        params = {"include": ",".join(map(str, ids)), "per_page": PER_PAGE, **_shape(route)}
        return _items(self._get(route, params, {}))

    def one(self, route: str, number: int) -> Answer:
        """Ask for one; the answer's status and code say what became of it."""
        address = self.site.route(f"{route}/{number}")
        return self.ask(address, params={"_fields": "id"}, headers=self.headers)

    def check_password(self) -> None:
        """Ask who we are: WordPress answers a wrong password as it answers a stranger.

        Raises
        ------
        Remote
            With `needs_login`.
        """
        if self.headers:
            me = self.site.route("users/me")
            check(self.ask(me, params={"_fields": "id"}, headers=self.headers))

    def _page(self, strand: Strand, cursor: datetime | None, offset: int) -> Page:
        params = {
            strand.after: f"{cursor:%Y-%m-%dT%H:%M:%SZ}" if cursor else None,
            "orderby": strand.order,
            "order": "asc",
            "per_page": PER_PAGE,
            "offset": offset or None,
            **_shape(strand.route),
        }
        key = (strand.name, str(params[strand.after]), str(offset))
        marks, known = self._known.get(key, ({}, None))
        answer = self._get(strand.route, params, marks)
        if answer.status == 304 and known is not None:
            return known
        items = _items(answer)
        moments = [found for item in items if (found := moment_of(item, strand.moment))]
        page = Page(
            items=tuple(items),
            oldest=min(moments, default=None),
            newest=max(moments, default=None),
            total=_total(answer, items),
        )
        self._keep(key, answer, page)
        return page

    def _get(self, route: str, params: dict[str, Any], marks: dict[str, str]) -> Answer:
        address = self.site.route(route)
        answer = self.ask(address, params=params, headers={**self.headers, **marks})
        check(answer)
        return answer

    def _keep(self, key: tuple[str, ...], answer: Answer, page: Page) -> None:
        given = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        marks = {ask: answer.headers[name] for ask, name in given.items() if name in answer.headers}
        if marks:
            self._known.pop(key, None)
            self._known[key] = marks, replace(page, items=())
            while len(self._known) > KEPT:
                del self._known[next(iter(self._known))]


def moment_of(item: Any, name: str) -> datetime | None:
    """Return a moment of a post or comment, UTC; None when it has none."""
    try:
        found = datetime.fromisoformat(item[name])
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return found if found >= EARLIEST else None


def _shape(route: str) -> dict[str, Any]:
    return {"_fields": FIELDS[route], "_embed": EMBEDDED[route]}


def _items(answer: Answer) -> list[Any]:
    """Return what an answer lists.

    Raises
    ------
    Remote
        It is no list, or not one of WordPress.
    """
    items = answer.json()
    if not isinstance(items, list):
        raise Remote(f"{answer.url} answered something else than a list of posts or comments.")
    return items


def _total(answer: Answer, items: list[Any]) -> int:
    """Return how long the whole list is.

    WordPress always says it. An empty list that doesn't is somebody else's: a cache's, a
    firewall's. It says nothing of the site.

    Raises
    ------
    Remote
        It doesn't say it.
    """
    try:
        return int(answer.headers["x-wp-total"])
    except (KeyError, ValueError):
        raise Remote(
            f"{answer.url.partition('?')[0]} answered a list of {len(items)} without its length "
            "(X-WP-Total), as WordPress always gives it: something stands in between."
        ) from None
