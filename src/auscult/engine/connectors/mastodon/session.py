"""Reading an instance: its streams and its REST interface, woven into batches.

Each round takes what the streams brought and makes at most one request, so that a long way
back never keeps what is said now from being received. A stream is opened first; then a look
closes the gap before it, while its events wait or are taken in between: a post is known by
its uri, however often it comes.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from auscult.engine.connectors.base import Batch, Snapshot
from auscult.engine.connectors.mastodon.access import Access
from auscult.engine.connectors.mastodon.api import Api, decode
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.events import Event
from auscult.engine.connectors.mastodon.instance import Instance, discover
from auscult.engine.connectors.mastodon.listening import Listening
from auscult.engine.connectors.mastodon.looks import Looks
from auscult.engine.connectors.mastodon.memory import Memory
from auscult.engine.connectors.mastodon.pending import Pending
from auscult.engine.connectors.mastodon.rechecks import Rechecks
from auscult.engine.connectors.mastodon.statuses import Reader
from auscult.engine.connectors.mastodon.stream import Ended, Opened
from auscult.engine.connectors.mastodon.telling import Telling
from auscult.engine.connectors.mastodon.track import Track, track_of
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.errors import Remote

AWAY = timedelta(days=7)  # who comes back later begins anew, and reports a gap
COVERING = timedelta(minutes=1)  # how often a live stream's coverage is told
ROUND = 500  # events that are taken before something else has its turn
LONGEST_WAIT = 0.25  # seconds in which closing and rechecks are noticed
POSTPONED = 30.0  # seconds until a look that failed is tried again while streams are live


def read(
    config: MastodonConfig, snapshot: Snapshot | None, receiving: Receiving
) -> Iterator[Batch]:
    """Read an instance until the reader is closed.

    Raises
    ------
    Remote
        The instance fails, or wants a sign-in.
    """
    receiving.note(doing="connecting")
    network, clock = receiving.network, receiving.clock
    api = Api(config.instance, config.token, network=network, clock=clock)
    try:
        yield from Session(config, snapshot or {}, receiving, api, discover(api)).batches()
    finally:
        api.close()


class Session:
    """One opening of a source, in the receiving thread."""

    def __init__(
        self,
        config: MastodonConfig,
        snapshot: Snapshot,
        receiving: Receiving,
        api: Api,
        instance: Instance,
    ) -> None:
        self._config, self._receiving, self._api = config, receiving, api
        self._domain = instance.domain
        self._clock = receiving.clock
        known = snapshot.get("timelines", {})
        self._tracks = [track_of(one, known.get(str(one))) for one in config.read]
        # No two batches have the same snapshot: the archive names a batch by where it begins.
        self._number = int(snapshot.get("batch", 0))
        self._trouble = ""  # why requests fail, while streams go on
        self._recheck_next = False
        memory = Memory()
        reader = Reader(instance.base, instance.domain, config.own_accounts)
        self._pending = Pending(reader, memory, instance.domain, self._clock)
        self._looks = Looks(api, config, self._pending, self._clock, self._community)
        self._listening = Listening(api, instance, config, receiving.network)
        self._rechecks = Rechecks(
            api, instance, memory=memory, pending=self._pending, receiving=receiving
        )
        self._access = Access(api, instance, self._looks)
        self._telling = Telling(
            receiving=receiving,
            api=api,
            access=self._access,
            listening=self._listening,
            pending=self._pending,
        )

    def batches(self) -> Iterator[Batch]:
        """Read until the reader is closed, or the instance fails."""
        for track in self._tracks:
            self._forget_if_away(track)
        try:
            while True:
                self._receiving.raise_if_closed()
                self._round()
                self._telling.tell(self._tracks, self._trouble)
                if self._pending.due_in() == 0:
                    yield self._pending.cut(self._snapshot())
        except Remote:
            if self._pending.due_in() is not None:
                yield self._pending.cut(self._snapshot())
            raise
        finally:
            for track in self._tracks:
                self._listening.close(track)

    def _community(self, track: Track) -> str:
        """Return how a timeline is called where what was covered is told."""
        return track.timeline.community(self._domain)

    def _forget_if_away(self, track: Track) -> None:
        now = self._clock.now()
        if track.at is None or now - track.at <= AWAY:
            return
        until = now - timedelta(days=self._config.history_days)
        if track.at < until:
            reason = f"Nothing was read for more than {AWAY.days} days; reading began anew."
            covered = track.cover(until, self._community(track), reason)
            assert covered is not None
            self._pending.cover(covered)
        track.min_id = None

    def _round(self) -> None:
        self._listening.renew(self._tracks)
        self._take_events()
        self._work()
        self._cover()
        if all(track.why and track.wants_login for track in self._tracks):
            raise Remote(self._tracks[0].why, needs_login=True)

    def _take_events(self) -> None:
        wait = self._patience()
        for _ in range(ROUND):
            try:
                listener, item = self._listening.queue.get(timeout=wait)
            except queue.Empty:
                return
            wait = 0.0
            if listener is not listener.of.listener:
                continue  # one that was given up meanwhile
            match item:
                case Opened():
                    self._listening.opened(listener.of)
                case Ended(why):
                    self._listening.ended(listener.of, why)
                case Event():
                    self._event(listener.of, item)

    def _patience(self) -> float:
        """Return how long nothing else has to be done."""
        now = time.monotonic()
        waits = [max(0.0, track.due - now) for track in self._tracks if not track.why]
        waits += [self._access.due - now, LONGEST_WAIT]
        due = self._pending.due_in()
        allowed = self._api.budget.wait()
        soonest = max(min(waits), min(allowed, LONGEST_WAIT))
        return max(0.0, soonest if due is None else min(soonest, due))

    def _event(self, track: Track, event: Event) -> None:
        self._listening.events += 1
        if event.name == "delete":
            status_id = event.data.decode("utf-8", "replace").strip(' "')
            if status_id:
                self._pending.delete_id(status_id)
            return
        if event.name not in {"update", "status.update"}:
            return
        try:
            status = decode(event.data)
        except ValueError:
            self._pending.broken("it is no JSON", event.data)
            return
        read = self._pending.add(status)
        if read is not None and event.name == "update":
            self._receiving.note(**self._receiving.status.seen(read.at, self._clock))
            track.doubt = ""
            if not track.behind:
                track.saw(read.id)

    def _work(self) -> None:
        """Make one request, if one is due and allowed."""
        now = time.monotonic()
        if self._api.budget.wait() > 0:
            return
        if self._access.due <= now:
            self._examine()
            return
        track = min(
            (one for one in self._tracks if not one.why and one.due <= now),
            key=lambda one: one.due,
            default=None,
        )
        self._recheck_next = not self._recheck_next
        if (self._recheck_next or track is None) and self._rechecks.step():
            return
        if track is not None:
            self._look(track)

    def _examine(self) -> None:
        """Ask what the instance shows, at the start and daily."""
        try:
            self._access.examine(self._tracks)
        except Remote as error:
            self._failed(error)
            self._access.due = time.monotonic() + POSTPONED
            return
        self._listening.instance = self._access.instance
        self._cover(at_once=True)

    def _look(self, track: Track) -> None:
        try:
            self._looks.step(track)
            self._trouble = ""
        except Closed as error:
            self._listening.close(track)
            track.why, track.wants_login = str(error), error.needs_login
            track.sweep = track.cursor = None
        except Remote as error:
            self._failed(error)
            track.due = time.monotonic() + (error.retry_after or POSTPONED)

    def _failed(self, error: Remote) -> None:
        """Go on for as long as a stream is live; else the runner waits and opens anew."""
        if error.needs_login or not any(track.live for track in self._tracks):
            raise error
        self._trouble = str(error)

    def _cover(self, *, at_once: bool = False) -> None:
        now = self._clock.now()
        for track in self._tracks:
            until = self._known_until(track, now)
            if until is None:
                continue
            track.at = track.at or until
            if until - track.at >= COVERING or (at_once and track.why):
                covered = track.cover(until, self._community(track))
                if covered is not None:
                    self._pending.cover(covered)

    def _known_until(self, track: Track, now: datetime) -> datetime | None:
        """Return until when it is known what a timeline had; None: looks find that out."""
        if track.why:
            return now
        if track.live and not track.behind and track.listener is not None:
            return now - timedelta(seconds=max(0.0, time.monotonic() - track.listener.alive_at))
        return None

    def _snapshot(self) -> Snapshot:
        self._number += 1
        states = {str(track.timeline): track.state for track in self._tracks}
        return {"timelines": states, "batch": self._number}
