"""What is asked of a site in a round, and how its posts are checked again."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.polling import Asking
from auscult.engine.connectors.rows import Rows, digest
from auscult.engine.connectors.wordpress.checking import check
from auscult.engine.connectors.wordpress.config import WordPressConfig
from auscult.engine.connectors.wordpress.pages import (
    CHANGED,
    COMMENTS,
    PUBLISHED,
    Page,
    Pages,
    Strand,
    moment_of,
)
from auscult.engine.connectors.wordpress.posts import Writer, is_protected, number_of
from auscult.engine.connectors.wordpress.site import Closed, Site, find_site
from auscult.engine.kernel.errors import Correctable, Remote

OVERLAP = timedelta(minutes=90)  # more than the hour that clocks show twice in autumn
# A comment that waits for its approval keeps its date, and so does a post whose time passed
# while nobody visited the site: now and then we look back further.
LATE, LATE_EVERY = timedelta(days=30), timedelta(hours=6)
REMEMBERED = 20_000  # things whose digest is kept, so that they aren't handed out twice


def signing_in(config: WordPressConfig) -> dict[str, str]:
    """Return the header that signs a user in; empty without one."""
    if config.password is None:
        return {}
    pair = f"{config.user}:{config.password.get_secret_value()}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


class Reading:
    """Reads one site, round by round; see `polling.Polled`."""

    not_before: datetime | None = None

    def __init__(self, config: WordPressConfig, snapshot: Snapshot | None, asking: Asking) -> None:
        self.every = timedelta(minutes=config.every_minutes)
        self._config = config
        self._asking = asking
        self._clock = asking.clock
        state = snapshot or {}
        self._home: str | None = state.get("home")
        self._late = _moment(state.get("late"))  # when we last looked back far
        self._until = _moment(state.get("until"))  # when the last round began
        self._oldest = _moment(state.get("oldest"))  # the first post of the first round
        given = state.get("cursors") or {}
        self._cursors = {name: _moment(text) for name, text in given.items()}
        self._seen: dict[str, str] = {}  # digests of what was handed out, by uri
        self._pages: Pages | None = None
        self._writer: Writer | None = None

    def state(self) -> Snapshot:
        """Return the moments up to which all was read."""
        return {
            "home": self._home,
            "late": _text(self._late),
            "until": _text(self._until),
            "oldest": _text(self._oldest),
            "cursors": {name: _text(moment) for name, moment in self._cursors.items()},
        }

    def round(self) -> Iterator[Batch]:
        """Read what is new or changed."""
        pages, writer = self._connected()
        begun = self._clock.now()
        far = self._late is None or not timedelta(0) <= begun - self._late < LATE_EVERY
        strands = (CHANGED, PUBLISHED) if self._config.posts else ()
        for strand in strands:
            yield from self._strand(pages, writer, strand, far=far)
            # What was published until now has been read by its last change.
            self._cursors.setdefault(PUBLISHED.name, begun)
        reason = ""
        if self._config.comments:
            try:
                yield from self._strand(pages, writer, COMMENTS, far=far)
            except Closed:
                if not self._config.posts:
                    raise
                reason = "The site gives its posts, but not its comments."
        self._asking.receiving.note(notes=(reason,) if reason else ())
        self._late = begun if far else self._late
        rows = Rows(begun)
        rows.coverage.append(self._covered(writer.community, begun))
        if reason:
            rows.coverage.append(self._covered(f"{writer.community} comments", begun, reason))
        self._until = begun
        yield rows.batch(self.state())

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        """Ask whether posts and comments still stand."""
        pages, writer = self._connected()
        rows = check(pages, writer, uris, self._clock.now())
        if len(rows):
            yield rows.batch(self.state())

    def _connected(self) -> tuple[Pages, Writer]:
        if self._pages is None or self._writer is None:
            headers = signing_in(self._config)
            try:
                site = find_site(self._asking.get, self._config.address, headers)
            except Correctable as error:
                if self._home is None:
                    raise
                # It worked before: the site is being mended, or somebody stands in between.
                raise Remote(error.message) from error
            self._home = self._home or site.home
            self._pages = Pages(self._asking.get, site, headers)
            self._pages.check_password()
            self._writer = _writer(site, self._home, self._config)
        return self._pages, self._writer

    def _strand(
        self, pages: Pages, writer: Writer, strand: Strand, *, far: bool
    ) -> Iterator[Batch]:
        for page in pages.since(strand, self._start(strand, far=far)):
            rows = Rows(self._clock.now())
            for item in page.items:
                self._take(rows, writer, strand.route, item)
            self._forward(strand, page)
            if len(rows):
                yield rows.batch(self.state())

    def _take(self, rows: Rows, writer: Writer, route: str, item: object) -> None:
        """Hand on what wasn't handed on before as it is."""
        at = moment_of(item, "date_gmt")
        if self._until is None and at is not None:
            self._oldest = min(at, self._oldest or at)
        number = number_of(item)
        if number:
            key, mark = f"{route}/{number}", digest(item)
            before = self._seen.pop(key, None)
            self._seen[key] = mark
            if before == mark:
                return
            if before is not None and is_protected(item):  # everybody could read it until now
                rows.deleted.append(Deletion(uri=writer.uri(number), at=rows.now))
                return
            if len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]
        writer.add(rows, route, item)

    def _start(self, strand: Strand, *, far: bool) -> datetime | None:
        earliest = self._earliest
        cursor = self._cursors.get(strand.name)
        if cursor is None:
            return earliest
        # What lies ahead was noted by a clock that was wrong.
        back = min(cursor, self._clock.now()) - (LATE if far else OVERLAP)
        return max(back, earliest) if earliest else back

    def _forward(self, strand: Strand, page: Page) -> None:
        # The site's clock may be ahead of ours; what it calls the future isn't skipped.
        newest = min(page.newest, self._clock.now()) if page.newest else None
        cursor = self._cursors.get(strand.name)
        if newest and (cursor is None or newest > cursor):
            self._cursors[strand.name] = newest

    @property
    def _earliest(self) -> datetime | None:
        first = self._config.since
        return datetime.combine(first, time(), UTC) if first else None

    def _covered(self, community: str, until: datetime, reason: str = "") -> Covered:
        since = min(self._until or self._earliest or self._oldest or until, until)
        return Covered(community=community, since=since, until=until, reason=reason)


def _writer(site: Site, home: str, config: WordPressConfig) -> Writer:
    return Writer(home=home, community=site.community, language=config.language)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
