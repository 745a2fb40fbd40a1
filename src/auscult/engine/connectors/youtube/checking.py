"""Asking whether videos and comments still stand, which YouTube's rules demand every 30 days."""

from __future__ import annotations

from collections.abc import Iterator

from auscult.engine.connectors.base import Deletion
from auscult.engine.connectors.rows import Rows
from auscult.engine.connectors.youtube.api import AT_ONCE, Api, Withheld
from auscult.engine.connectors.youtube.posts import Name, add_comment, add_video, read_uri
from auscult.engine.kernel.clock import Clock

GONE = {"commentNotFound", "videoNotFound"}


class Checks:
    """What waits to be asked for again.

    Parameters
    ----------
    api : Api
    clock : Clock
    """

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._waiting: dict[str, Name] = {}
        self._doubted: set[str] = set()

    def add(self, uris: list[str]) -> None:
        """Let uris wait; those that are none of YouTube's are passed over."""
        self._waiting |= {uri: found for uri in uris if (found := read_uri(uri))}

    def ask(self) -> Iterator[Rows]:
        """Ask for all that wait; what is dear, or in doubt, waits on.

        Raises
        ------
        Spent, Remote
            Those that were not asked for wait on.
        """
        videos = [uri for uri, name in self._waiting.items() if name.comment is None]
        comments = [uri for uri, name in self._waiting.items() if name.comment]
        for start in range(0, len(videos), AT_ONCE):
            yield self._videos(videos[start : start + AT_ONCE])
        for start in range(0, len(comments), AT_ONCE):
            yield from self._comments(comments[start : start + AT_ONCE])

    def _videos(self, uris: list[str]) -> Rows:
        names = [self._waiting[uri].video for uri in uris]
        page = self._api.call("videos", part="snippet,statistics", id=",".join(names))
        rows = Rows(self._clock.now())
        return self._found(rows, uris, [add_video(rows, item) for item in page["items"]])

    def _comments(self, uris: list[str]) -> Iterator[Rows]:
        names = {self._waiting[uri].comment or "": self._waiting[uri].video for uri in uris}
        rows = Rows(self._clock.now())
        try:
            page = self._api.call(
                "comments", part="id,snippet", id=",".join(names), textFormat="plainText"
            )
        except Withheld as withheld:
            yield from self._apart(uris, withheld.reason)
            return
        known = [one for one in page["items"] if isinstance(one, dict) and one.get("id") in names]
        yield self._found(rows, uris, [add_comment(rows, one, names[one["id"]]) for one in known])

    def _apart(self, uris: list[str], reason: str) -> Iterator[Rows]:
        """Ask for fewer at once, where one of them spoils the answer for all."""
        if len(uris) > 1:
            middle = len(uris) // 2
            yield from self._comments(uris[:middle])
            yield from self._comments(uris[middle:])
            return
        rows = Rows(self._clock.now())
        if reason in GONE:
            rows.deleted.append(Deletion(uri=uris[0], at=rows.now))
        del self._waiting[uris[0]]
        yield rows

    def _found(self, rows: Rows, uris: list[str], present: list[str | None]) -> Rows:
        there = set(present)
        # That all are gone is believed the second time only: servers answer with an empty
        # list where they should answer with an error.
        doubtful = not there & set(uris)
        for uri in uris:
            if uri in there:
                rows.confirmed.append(uri)
            elif doubtful and uri not in self._doubted:
                self._doubted.add(uri)
                continue
            else:
                rows.deleted.append(Deletion(uri=uri, at=rows.now))
            self._doubted.discard(uri)
            del self._waiting[uri]
        return rows
