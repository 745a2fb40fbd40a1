"""What a person is told of a source while it is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from auscult.engine.connectors.mastodon.access import Access
from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.listening import Listening
from auscult.engine.connectors.mastodon.pending import Pending
from auscult.engine.connectors.mastodon.track import Track
from auscult.engine.connectors.receiving import Receiving

FAR = timedelta(minutes=10)
LEFT_OUT = {
    "unlisted in searches": (
        "Posts left out, because their authors don't want to be found by searches: {count}."
    ),
    "private": "Posts left out, because they aren't public: {count}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Brings the status of a source up to date, from the parts that know it."""

    receiving: Receiving
    api: Api
    access: Access
    listening: Listening
    pending: Pending

    def tell(self, tracks: list[Track], trouble: str) -> None:
        """Say how the source is doing; `trouble` is why nothing can be asked."""
        wait = self.api.budget.wait()
        now = self.receiving.clock.now()
        open_tracks = [track for track in tracks if not track.why]
        due = min((track.due for track in open_tracks), default=None)
        soon = max(wait, due - time.monotonic(), 0.0) if due is not None else None
        self.receiving.note(
            doing=_doing(open_tracks, wait, now),
            frames=self.api.asked + self.listening.events,
            bytes=self.api.received + self.listening.received(tracks),
            unreadable=self.pending.unreadable,
            last_event=self.pending.newest,
            quota=self.api.budget.quota,
            next_fetch=now + timedelta(seconds=soon) if soon is not None else None,
            notes=tuple(self._notes(tracks, trouble)),
        )

    def _notes(self, tracks: list[Track], trouble: str) -> Iterator[str]:
        for track in tracks:
            yield from self._note(track)
        asked: dict[str, list[str]] = {}  # from a reason to timelines
        for track in tracks:
            if track.stream_why and not track.why and self.listening.streamed(track):
                asked.setdefault(track.stream_why, []).append(str(track.timeline))
        for why, timelines in asked.items():
            yield f"Asked for instead of streamed: {', '.join(timelines)}. {why}"
        if trouble:
            yield f"Nothing can be asked at the moment, the stream goes on: {trouble}"
        for reason, count in sorted(self.pending.left_out.items()):
            yield LEFT_OUT[reason].format(count=f"{count:,}")

    def _note(self, track: Track) -> Iterator[str]:
        closed = " and ".join(self.access.closed_parts(track))
        if track.why:
            yield f"{track.timeline} can't be read: {track.why}"
        elif track.doubt:
            yield track.doubt
        elif closed:
            yield f"Of {track.timeline} the {closed} posts are closed; the others are read."


def _doing(tracks: list[Track], wait: float, now: datetime) -> str:
    if not tracks:
        return "nothing is open to read"
    if any(_is_far(track, now) for track in tracks):
        return "waiting, its limit is used up" if wait else "catching up"
    if all(track.live for track in tracks):
        return "catching up" if any(track.behind for track in tracks) else "live"
    return "live and asking" if any(track.live for track in tracks) else "asking"


def _is_far(track: Track, now: datetime) -> bool:
    """Return whether a look has a long way to go; most are done after a page or two."""
    if track.sweep is not None:
        return track.sweep.first
    return track.cursor is not None and (track.at is None or now - track.at > FAR)
