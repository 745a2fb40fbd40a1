"""The streams of a source: which are open, which are tried again and when."""

from __future__ import annotations

import queue
import time

from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.instance import Instance
from auscult.engine.connectors.mastodon.stream import WAITING, Channel, Item, Listener
from auscult.engine.connectors.mastodon.track import Track
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network

SLOWEST = 300.0  # seconds between two tries, at most
DOUBLED = 9  # times that a pause is doubled, from one second to the slowest
SETTLED = 60.0  # a stream that lasted so long starts anew with short pauses
DAILY = 86_400.0


NO_STREAMS = "The server has no streams."


class Listening:
    """Opens the streams of a source, and opens them again.

    Attributes
    ----------
    instance : Instance
        Where the streams are.
    queue : queue.Queue
        What comes of all of them.
    events : int
        That were taken from it.
    """

    def __init__(
        self, api: Api, instance: Instance, config: MastodonConfig, network: Network
    ) -> None:
        self._api = api
        self.instance = instance
        self._config = config
        self._network = network
        self._received = 0  # bytes of streams that ended
        self.queue: queue.Queue[tuple[Listener[Track], Item]] = queue.Queue(WAITING)
        self.events = 0

    def streamed(self, track: Track) -> bool:
        """Return whether a timeline could have a stream at all."""
        return bool(self._config.streaming and self.instance.streaming and track.timeline.stream)

    def renew(self, tracks: list[Track]) -> None:
        """Open the streams whose time has come."""
        now = time.monotonic()
        for track in tracks:
            if track.why:
                self.close(track)
            elif track.listener is None and track.listen_at <= now and self.streamed(track):
                self._open(track)

    def _open(self, track: Track) -> None:
        assert track.timeline.stream is not None
        path, params = track.timeline.stream
        track.listening_since = time.monotonic()
        channel = Channel(
            url=self.instance.streaming + path,
            params=params,
            headers={**self._api.headers, "Accept": "text/event-stream"},
            silent_after=self._config.silent_after,
            refusal=self._api.refusal,
        )
        track.listener = Listener(track, channel, into=self.queue, network=self._network)

    def opened(self, track: Track) -> None:
        """Note that a stream is open: a look now closes the gap before it."""
        track.live, track.stream_why = True, ""
        track.again = track.behind = True
        track.due = time.monotonic()

    def ended(self, track: Track, why: Remote) -> None:
        """Note that a stream ended: looks go on in its place until it opens again."""
        now = time.monotonic()
        self.close(track)
        track.failures = 0 if now - track.listening_since > SETTLED else track.failures
        track.listen_at = now + self._pause(track, why)
        track.failures += 1
        track.stream_why = NO_STREAMS if _is_missing(why) else str(why)
        track.due = min(track.due, now)

    def _pause(self, track: Track, why: Remote) -> float:
        if isinstance(why, Closed) or why.permanent or why.needs_login:
            return DAILY
        # With jitter, so that all who listened don't come back in the same second.
        jitter = 0.5 + self._network.random.random()
        pause = min(SLOWEST, 2.0 ** min(track.failures, DOUBLED)) * jitter
        return max(pause, why.retry_after or 0.0)  # "after 0 seconds" is no leave to hurry

    def close(self, track: Track) -> None:
        """Close a timeline's stream, if it has one."""
        track.live = False
        if track.listener is not None:
            listener, track.listener = track.listener, None
            listener.close()
            self._received += listener.received

    def received(self, tracks: list[Track]) -> int:
        """Return the bytes of all streams."""
        return self._received + sum(one.listener.received for one in tracks if one.listener)


def _is_missing(why: Remote) -> bool:
    return isinstance(why, Closed) and why.permanent
