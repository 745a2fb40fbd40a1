"""What GDELT is asked for in a round: windows of time, cut until all of their articles fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.gdelt import names
from auscult.engine.connectors.gdelt.answers import TooShort, articles
from auscult.engine.connectors.gdelt.config import GdeltConfig
from auscult.engine.connectors.gdelt.turns import TURNS
from auscult.engine.connectors.polling import Asking
from auscult.engine.connectors.rows import Rows

MOST = 250  # articles that one answer has at most
LONGEST = timedelta(days=1)  # of the first windows
SHORTEST = timedelta(minutes=1)  # of the last
SECOND = timedelta(seconds=1)
# Articles enter the list up to hours after the time at which they are said to have been seen.
OVERLAP = timedelta(hours=3)
KEPT_FOR = timedelta(days=90)  # by GDELT
REMEMBERED = 20_000  # addresses that aren't handed out twice
FULL = "More articles in this minute than GDELT gives for one query: narrow the query."
FORM = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time, both ends included, in whole seconds."""

    since: datetime
    until: datetime

    def halves(self) -> tuple[Window, Window] | None:
        """Return its earlier and its later half; None when it is too short to be cut."""
        if self.until - self.since < 2 * SHORTEST:
            return None
        middle = (self.since + (self.until - self.since) / 2).replace(microsecond=0)
        return (
            Window(since=self.since, until=middle),
            Window(since=middle + SECOND, until=self.until),
        )


def windows(since: datetime, until: datetime) -> list[Window]:
    """Cut a stretch into windows of a day at most, the earliest first."""
    found, start = [], since.replace(microsecond=0)
    while start <= until:
        end = min(start + LONGEST, until.replace(microsecond=0))
        found.append(Window(since=start, until=end))
        start = end + SECOND
    return found


class Reading:
    """Reads one search, round by round; see `polling.Polled`."""

    not_before: datetime | None = None

    def __init__(self, config: GdeltConfig, snapshot: Snapshot | None, asking: Asking) -> None:
        self.every = timedelta(minutes=config.every_minutes)
        self._config = config
        self._asking = asking
        until = (snapshot or {}).get("until")
        self._until = datetime.fromisoformat(until) if until else None
        self._seen: dict[str, None] = {}

    def state(self) -> Snapshot:
        """Return the moment up to which all was read."""
        return {"until": self._until.isoformat() if self._until else None}

    def round(self) -> Iterator[Batch]:
        """Read what was seen since the last round, and a little before."""
        now = self._asking.clock.now()
        oldest = now - KEPT_FOR
        since = now - timedelta(days=self._config.history_days)
        lost: tuple[Covered, ...] = ()
        if self._until is not None:
            since = max(self._until - OVERLAP, oldest)
            if self._until < oldest:
                lost = (_covered(self._until, oldest, "GDELT keeps three months only."),)
        waiting = windows(min(since, now - OVERLAP), now)[::-1]
        while waiting:
            window = waiting.pop()
            found = self._ask(window)
            halves = window.halves()
            if found is not None and len(found[0]) >= MOST and halves:
                waiting += reversed(halves)
                continue
            yield self._batch(window, found, lost)
            lost = ()

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        """Check nothing: GDELT can't be asked for single articles."""
        del uris
        yield from ()

    def _ask(self, window: Window) -> tuple[list[Any], list[str]] | None:
        """Return a window's articles; None when it is too short for GDELT."""
        until = TURNS.take(self._config.address, self._config.pause)
        if until > 0:
            self._asking.receiving.pause(until, through_rechecks=True)
        answer = self._asking.get(
            self._config.address,
            params={
                "query": self._config.query,
                "mode": "ArtList",
                "format": "json",
                "maxrecords": MOST,
                "sort": "DateAsc",
                "startdatetime": f"{window.since:{FORM}}",
                "enddatetime": f"{window.until:{FORM}}",
            },
        )
        try:
            return articles(answer)
        except TooShort:
            return None

    def _batch(
        self,
        window: Window,
        found: tuple[list[Any], list[str]] | None,
        lost: tuple[Covered, ...],
    ) -> Batch:
        rows = Rows(self._asking.clock.now())
        given, broken = found or ([], [])
        for article in given:
            self._add(rows, article)
        for piece in broken:
            rows.set_aside("GDELT", "it is not JSON", piece)
        complete = found is not None and len(given) < MOST
        rows.coverage += [*lost, _covered(window.since, window.until, "" if complete else FULL)]
        self._until = max(window.until, self._until or window.until)
        return rows.batch(self.state())

    def _add(self, rows: Rows, article: Any) -> None:
        try:
            address, title = _text(article["url"]), _text(article["title"])
            seen = datetime.strptime(article["seendate"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            domain = article.get("domain") or None
            picture, mobile = article.get("socialimage"), article.get("url_mobile")
        except (KeyError, TypeError, ValueError) as error:
            rows.set_aside("GDELT", f"a field is missing or can't be read: {error}", article)
            return
        if address in self._seen:
            return
        self._seen[address] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        rows.add(
            article,
            uri=uri_of(address),
            created_at=seen,
            source="gdelt",
            community=domain,
            author=domain,
            author_name=domain,
            title=" ".join(title.split()),
            text="",
            links=[address, *([mobile] if mobile else [])],
            media=[{"kind": "image", "alt": None, "url": picture}] if picture else [],
            language=names.language(str(article.get("language") or "")),
            country=names.country(str(article.get("sourcecountry") or "")),
        )


def uri_of(address: str) -> str:
    """Name an article by its address, marked, so that it isn't taken for the feed's own item.

    >>> uri_of("https://x.example/news/1")
    'https://x.example/news/1#gdelt'
    """
    return address + ("&gdelt" if "#" in address else "#gdelt")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no text")
    return value


def _covered(since: datetime, until: datetime, reason: str) -> Covered:
    return Covered(community="", since=since, until=until, reason=reason)
