"""The videos whose comments are followed, and which of them are due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auscult.engine.connectors.youtube.posts import moment

MOST = 500  # videos that are followed; the latest of them
PAGES = 10  # of 100 comments that are read when a video is read whole
# Replies to an old comment don't move it to the front: once a day everything is read again.
WHOLE_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video whose comments are to be read now.

    Attributes
    ----------
    id : str
    count : int
        Of its comments, as YouTube says.
    until : datetime or None
        Up to which its comments were read; None: none were.
    whole : bool
        All of them are read again.
    """

    id: str
    count: int
    until: datetime | None
    whole: bool


class Followed:
    """Videos by id: when they were published, and what was read of their comments.

    Parameters
    ----------
    state : dict
        From a snapshot.
    follow : timedelta
        For how long after its publication a video is followed.
    """

    def __init__(self, state: dict[str, dict[str, Any]], *, follow: timedelta) -> None:
        self._videos = {video: dict(fields) for video, fields in state.items()}
        self._follow = follow

    def state(self) -> dict[str, dict[str, Any]]:
        """Return it as JSON's types."""
        return {video: dict(fields) for video, fields in self._videos.items()}

    def ids(self) -> list[str]:
        """Return the videos that are followed."""
        return list(self._videos)

    def add(self, item: dict[str, Any]) -> None:
        """Follow a video, as `videos.list` describes it."""
        self._videos.setdefault(item["id"], {"at": item["snippet"]["publishedAt"]})

    def forget(self, now: datetime, *, keep: Collection[str]) -> None:
        """Let go of old videos, and of the oldest when there are too many."""
        latest = sorted(self._videos, key=lambda one: moment(self._videos[one]["at"]), reverse=True)
        for place, video in enumerate(latest):
            old = now - moment(self._videos[video]["at"]) > self._follow
            if (old or place >= MOST) and video not in keep:
                del self._videos[video]

    def drop(self, video: str) -> None:
        """Follow a video no more."""
        self._videos.pop(video, None)

    def due(self, item: dict[str, Any], now: datetime) -> Video | None:
        """Return what is to be read below a video, as `videos.list` describes it; None: nothing."""
        count = (item.get("statistics") or {}).get("commentCount")
        if count is None:  # it takes no comments
            return None
        fields = self._videos.get(item["id"])
        if fields is None:  # nobody asked for this one
            return None
        whole_at = fields.get("whole")
        whole = whole_at is None or now - datetime.fromisoformat(whole_at) >= WHOLE_EVERY
        changed = int(count) != fields.get("count", 0)
        if not changed and (not whole or int(count) == 0):
            return None
        until = fields.get("until")
        return Video(
            id=item["id"],
            count=int(count),
            until=datetime.fromisoformat(until) if until else None,
            whole=whole,
        )

    def read(self, video: Video, newest: datetime | None, now: datetime) -> None:
        """Note that a video's comments were read."""
        fields = self._videos.get(video.id)
        if fields is None:
            return
        fields["count"] = video.count
        fields["until"] = newest.isoformat() if newest else None
        if video.whole:
            fields["whole"] = now.isoformat()
