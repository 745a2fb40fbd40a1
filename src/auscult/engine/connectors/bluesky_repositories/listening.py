"""The session of a stream: from where it was left, a batch a second."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.bluesky.events import Account, Event, Read, Terminal
from auscult.engine.connectors.bluesky.gathering import Gathering
from auscult.engine.connectors.bluesky.rechecking import Rechecks
from auscult.engine.connectors.bluesky.records import LIKE, POST, REPOST
from auscult.engine.connectors.bluesky_repositories.archive import Unreadable
from auscult.engine.connectors.bluesky_repositories.checking import AT_ONCE, RecordAnswers
from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.bluesky_repositories.frames import (
    Found,
    Frame,
    Odd,
    events,
    micros,
    read_frame,
)
from auscult.engine.connectors.bluesky_repositories.place import Place
from auscult.engine.connectors.bluesky_repositories.repository import (
    Gone,
    error_of,
    read_repository,
)
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.websocket import Ended, Refused, Stream, open_stream
from auscult.engine.kernel.errors import Remote

EVERY = 1.0  # seconds that a batch gathers
POSTS = 8_192
BYTES = 8 << 20
QUIET = 60.0  # seconds after which a stream in which nothing happens says so
LAGGING = 60.0  # seconds behind, from which it is catching up
TRIES = 3  # for a repository that can't be fetched
REVISIONS = 10_000  # repositories whose last revision is remembered
SKEW = timedelta(minutes=10)  # between the server's clock and ours

TOO_OLD = "The server keeps no events of that time any more."
ANEW = "The server numbers its events anew."


def listen(
    config: RepositoriesConfig, snapshot: Snapshot | None, receiving: Receiving
) -> Iterator[Batch]:
    """Yield the batches of a stream without end.

    Raises
    ------
    Remote
        It can't be listened to now.
    """
    yield from Listening(config, snapshot or {}, receiving).batches()


class Listening:
    """One reader's way along one stream."""

    def __init__(
        self, config: RepositoriesConfig, snapshot: Snapshot, receiving: Receiving
    ) -> None:
        self._config = config
        self._place = place = Place.read(snapshot, config.host)
        # No two batches begin at the same snapshot: the archive names a batch by it.
        self._number = int(snapshot.get("batch", 0))
        self._receiving = receiving
        self._clock = receiving.clock
        self._client = receiving.network.client(timeout=30.0, total=600.0)
        self._gathering = Gathering(config.host)
        self._seq: int | None = None  # of the newest frame that was gathered
        self._at: datetime | None = None  # its time
        self._begun = time.monotonic()
        # Why nothing may be known of the time from the place to the next event.
        self._gap = ANEW if place.seq == 0 and place.until else ""
        self._coverage: list[Covered] = []
        self._revisions: dict[str, str] = {}
        self._renewed: list[str] = []
        answers = partial(RecordAnswers, config, self._clock)
        self._rechecks = Rechecks(answers, receiving, at_once=AT_ONCE)
        self._wanted = (POST, LIKE, REPOST) if config.engagement else (POST,)
        self._frames = self._unreadable = 0

    def batches(self) -> Iterator[Batch]:
        """Listen until the stream ends."""
        try:
            with self._open() as stream:
                yield from self._follow(stream)
        except Refused as refusal:
            if error_of(refusal.answer) != "FutureCursor":
                raise
            yield from self._begin_anew()
        finally:
            self._client.close()

    def _open(self) -> AbstractContextManager[Stream]:
        """Open the stream where it was left."""
        config = self._config
        cursor = self._place.cursor(history=config.history)
        query = f"?{urlencode({'cursor': cursor})}" if cursor is not None else ""
        if self._place.until is None and not config.history:
            self._place = self._place.reached(self._clock.now())
        self._receiving.note(doing="connecting")
        return open_stream(
            f"{config.host}/xrpc/com.atproto.sync.subscribeRepos{query}",
            self._receiving.network,
            silent_after=config.silent_after or math.inf,
            ping_after=config.quiet_after / 2,
        )

    def _follow(self, stream: Stream) -> Iterator[Batch]:
        try:
            for frames in stream.gulps():
                self._receiving.raise_if_closed()
                for frame in frames:
                    yield from self._take(frame)
                if self._due():
                    yield from self._cut()
                if self._idle:
                    yield from self._rechecks.batches(self._snapshot)
                self._tell(stream)
        except Terminal as error:
            yield from self._cut()
            if error.name == "FutureCursor":
                yield from self._begin_anew()
            raise Ended(
                f"{stream.host} ended the stream: {error}.", code=1000, reason=error.name
            ) from error
        except Remote:
            yield from self._cut()
            raise

    def _take(self, data: bytes) -> Iterator[Batch]:
        """Take a frame; yield the batches that it ends."""
        self._frames += 1
        try:
            frame = read_frame(data)
        except Unreadable as error:
            self._break_off(str(error), repr(data[:100]).encode())
            return
        if frame.kind == "#info" and frame.text("name") == "OutdatedCursor":
            self._gap = TOO_OLD
        now = self._clock.now()
        at = min(frame.at or now, now)  # by a clock that isn't ahead of ours
        if self._is_past(at):
            return
        if frame.needs_repository and self._is_behind(frame):
            yield from self._read_anew(frame.did, at)
        else:
            for found in events(frame, at, self._wanted):
                yield from self._gather(found, len(data))
        if frame.seq is not None:
            self._pass(frame, frame.seq, at)

    def _gather(self, found: Found, size: int) -> Iterator[Batch]:
        if isinstance(found, Odd):
            self._break_off(found.reason, found.excerpt)
            return
        if self._gathering.breaks(found.event):
            yield from self._cut()
        self._gathering.take(found, size)

    def _is_past(self, at: datetime) -> bool:
        """Tell whether an event is of the time before the first reading, which nobody wants."""
        if self._config.history or self._place.seq is not None or self._place.until is None:
            return False
        return at < self._place.until - SKEW

    def _is_behind(self, frame: Frame) -> bool:
        """Tell whether a repository says that it stands elsewhere than what was heard of it.

        A new account's first commit is followed by such a frame, which tells nothing new.
        """
        rev = frame.text("rev")
        return frame.kind != "#sync" or not rev or self._revisions.get(frame.did) != rev

    def _pass(self, frame: Frame, seq: int, at: datetime) -> None:
        """Remember that a frame was taken."""
        if self._gap:
            self._end_gap(seq, at)
        if self._place.until is None:  # what is known begins here
            self._place = self._place.reached(at)
        self._seq = max(seq, self._seq or 0)
        self._at = max(at, self._at) if self._at else at
        if frame.kind in {"#commit", "#sync"}:
            self._revisions.pop(frame.did, None)
            self._revisions[frame.did] = frame.text("rev")
            if len(self._revisions) > REVISIONS:
                del self._revisions[next(iter(self._revisions))]

    def _end_gap(self, seq: int, at: datetime) -> None:
        since, last = self._place.until, self._place.seq
        follows = last is not None and seq <= last + 1  # nothing is missing in between
        if since is not None and at > since and not follows:
            self._coverage.append(Covered(community="", since=since, until=at, reason=self._gap))
            self._place = self._place.reached(at)
        self._gap = ""

    def _read_anew(self, did: str, at: datetime) -> Iterator[Batch]:
        """Fetch a whole repository; what was gathered before it is stored before it."""
        yield from self._cut()
        try:
            # All in one batch: what of the author isn't in it doesn't stand any more.
            for found in read_repository(self._client, self._config.web, did, at, self._wanted):
                yield from self._gather(found, 0)
            self._renewed.append(did)
        except Gone:
            account = Account(active=False, status="deleted")
            event = Event(type="#account", did=did, time_us=micros(at), account=account)
            yield from self._gather(Read(event), 0)
        except (Unreadable, Remote) as error:
            yield from self._miss(did, at, error)

    def _miss(self, did: str, at: datetime, error: Unreadable | Remote) -> Iterator[Batch]:
        """Try a repository again later; after some times, go on without it and say so."""
        if self._place.tries < TRIES and not getattr(error, "permanent", False):
            self._gathering = Gathering(self._config.host)
            self._place = replace(self._place, tries=self._place.tries + 1)
            yield self._batch(self._gathering)
            raise Remote(f"The repository {did} can't be read: {error}") from error
        reason = f"The repository can't be read: {error}"
        self._break_off(reason, did.encode())
        self._coverage.append(Covered(community=did, since=at, until=at, reason=reason))

    def _begin_anew(self) -> Iterator[Batch]:
        """Forget the number of the last event, and end."""
        self._place = replace(self._place, seq=0)
        yield self._batch(Gathering(self._config.host))
        raise Ended(f"{self._config.host}: {ANEW}", code=1000, reason="FutureCursor")

    def _break_off(self, reason: str, excerpt: bytes) -> None:
        self._unreadable += 1
        self._gathering.break_off(reason, excerpt)

    @property
    def _idle(self) -> bool:
        """Whether there is nothing to tell."""
        return self._gathering.empty and self._seq is None and not self._renewed

    def _due(self) -> bool:
        """Tell whether a batch is to be handed out now."""
        if self._gathering.size >= POSTS or self._gathering.bytes >= BYTES:
            return True
        return time.monotonic() - self._begun >= (QUIET if self._idle else EVERY)

    def _cut(self) -> Iterator[Batch]:
        """Hand out what was gathered, and begin again."""
        now = self._clock.now()
        idle = self._idle
        if idle and time.monotonic() - self._begun < QUIET:
            return
        until = now if idle else self._at
        # What comes after a gap that has no end yet is not known.
        if until is not None and not self._gap:
            since = self._place.until or until
            self._place = self._place.reached(until, self._seq)
            self._coverage.append(Covered(community="", since=since, until=max(since, until)))
        gathering, self._gathering = self._gathering, Gathering(self._config.host)
        self._seq = self._at = None
        self._begun = time.monotonic()
        yield self._batch(gathering)

    def _snapshot(self) -> Snapshot:
        self._number += 1
        return {**self._place.snapshot(), "batch": self._number}

    def _batch(self, gathering: Gathering) -> Batch:
        batch = gathering.batch(self._snapshot(), self._coverage, self._clock.now())
        batch = replace(batch, renewed=tuple(self._renewed))
        self._coverage, self._renewed = [], []
        return batch

    def _tell(self, stream: Stream) -> None:
        seen = self._receiving.status.seen(self._at, self._clock) if self._at else {}
        lag = seen.get("lag", 0.0)
        self._receiving.note(
            doing="catching up" if lag > LAGGING else "live",
            frames=self._frames,
            bytes=stream.received,
            unreadable=self._unreadable,
            **seen,
        )
