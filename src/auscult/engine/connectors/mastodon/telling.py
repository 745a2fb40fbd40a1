"""What a person is told of a source while it is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.listening import Listening
from auscult.engine.connectors.mastodon.pending import Pending
from auscult.engine.connectors.mastodon.track import Track
from auscult.engine.connectors.receiving import Receiving

LEFT_OUT = {
    "unlisted in searches": (
        "{count} posts were left out: their authors don't want to be found by searches."
    ),
    "private": "{count} posts were left out: they are not public.",
}


def tell(
    receiving: Receiving,
    *,
    api: Api,
    tracks: list[Track],
    listening: Listening,
    pending: Pending,
    trouble: str,
) -> None:
    """Bring the status of a source up to date."""
    wait = api.budget.wait()
    now = receiving.clock.now()
    open_tracks = [track for track in tracks if not track.why]
    due = min((track.due for track in open_tracks), default=None)
    soon = max(wait, due - time.monotonic()) if due is not None else None
    receiving.note(
        doing=_doing(open_tracks, wait),
        frames=api.asked + listening.events,
        bytes=api.received + listening.received(tracks),
        unreadable=pending.unreadable,
        last_event=pending.newest,
        quota=api.budget.quota,
        next_fetch=now + timedelta(seconds=max(0.0, soon)) if soon is not None else None,
        notes=tuple(_notes(tracks, listening, pending, trouble)),
    )


def _doing(tracks: list[Track], wait: float) -> str:
    if not tracks:
        return "nothing is open to read"
    if any(track.sweep or track.cursor for track in tracks):
        return "waiting, its limit is used up" if wait else "catching up"
    if all(track.live for track in tracks):
        return "catching up" if any(track.behind for track in tracks) else "live"
    return "live and asking" if any(track.live for track in tracks) else "asking"


def _notes(
    tracks: list[Track], listening: Listening, pending: Pending, trouble: str
) -> Iterator[str]:
    for track in tracks:
        if track.why:
            yield f"{track.timeline} can't be read: {track.why}"
        elif track.stream_why and listening.streamed(track):
            yield f"{track.timeline} is asked for instead of streamed: {track.stream_why}"
    if trouble:
        yield f"Nothing can be asked at the moment, the stream goes on: {trouble}"
    for reason, count in sorted(pending.left_out.items()):
        yield LEFT_OUT[reason].format(count=f"{count:,}")
