"""Comments and replies below the videos that are followed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

from auscult.engine.connectors.base import Deletion
from auscult.engine.connectors.rows import Rows
from auscult.engine.connectors.youtube.api import AT_ONCE, PASSING, Api, Withheld
from auscult.engine.connectors.youtube.followed import PAGES, Followed, Video
from auscult.engine.connectors.youtube.posts import add_comment, add_video, moment, uri
from auscult.engine.kernel.clock import Clock


class Comments:
    """Reads comments where their number has changed.

    Parameters
    ----------
    api : Api
    clock : Clock
    followed : Followed
    note : callable
        Takes a sentence for a person.
    keep : int
        Units that are left for others.
    """

    def __init__(
        self,
        api: Api,
        clock: Clock,
        followed: Followed,
        note: Callable[[str], None],
        *,
        keep: int,
    ) -> None:
        self._api, self._clock, self._followed = api, clock, followed
        self._note, self._keep = note, keep

    def read(self, always: Collection[str]) -> Iterator[Rows]:
        """Look at all videos that are followed; `always` are never let go of."""
        self._followed.forget(self._clock.now(), keep=always)
        videos = self._followed.ids()
        for start in range(0, len(videos), AT_ONCE):
            some = videos[start : start + AT_ONCE]
            page = self._api.call(
                "videos", keep=self._keep, part="snippet,statistics", id=",".join(some)
            )
            rows = Rows(self._clock.now())
            found = {item["id"]: item for item in page["items"] if add_video(rows, item)}
            if found:
                self._forget(rows, [video for video in some if video not in found])
            yield rows
            for item in found.values():
                video = self._followed.due(item, self._clock.now())
                if video is not None:
                    yield from self._below(video)

    def _forget(self, rows: Rows, gone: list[str]) -> None:
        for video in gone:
            rows.deleted.append(Deletion(uri=uri(video), at=rows.now))
            self._followed.drop(video)

    def _below(self, video: Video) -> Iterator[Rows]:
        newest = video.until
        try:
            for page in self._api.pages(
                "commentThreads",
                most=PAGES,
                keep=self._keep,
                part="id,snippet,replies",
                videoId=video.id,
                order="time",
                maxResults=100,
                textFormat="plainText",
            ):
                rows = Rows(self._clock.now())
                times = [self._thread(rows, item, video.id) for item in page["items"]]
                known = [at for at in times if at is not None]
                newest = max([*known, *([newest] if newest else [])], default=None)
                yield rows
                if not video.whole and video.until and known and min(known) < video.until:
                    break
        except Withheld as withheld:
            yield self._withheld(video, withheld.reason)
            return
        self._followed.read(video, newest, self._clock.now())

    def _thread(self, rows: Rows, item: Any, video: str) -> datetime | None:
        """Add a comment and its replies; return when the comment was made."""
        try:
            top = item["snippet"]["topLevelComment"]
            total = int(item["snippet"]["totalReplyCount"])
            number, at = str(top["id"]), moment(top["snippet"]["publishedAt"])
            replies: list[Any] = list((item.get("replies") or {}).get("comments") or ())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            rows.set_aside("comments", f"a field is missing or can't be read: {error}", item)
            return None
        add_comment(rows, top, video, replies=total)
        if total > len(replies):  # a thread comes with a few of its replies only
            replies = list(self._replies(number))
        for reply in replies:
            add_comment(rows, reply, video)
        return at

    def _replies(self, comment: str) -> Iterator[Any]:
        for page in self._api.pages(
            "comments",
            most=PAGES,
            keep=self._keep,
            part="id,snippet",
            parentId=comment,
            maxResults=100,
            textFormat="plainText",
        ):
            yield from page["items"]

    def _withheld(self, video: Video, reason: str) -> Rows:
        rows = Rows(self._clock.now())
        if reason == "videoNotFound":
            self._forget(rows, [video.id])
        elif reason != PASSING:
            self._note(f"The comments of video {video.id} can't be read: {reason}.")
            self._followed.drop(video.id)
        return rows
