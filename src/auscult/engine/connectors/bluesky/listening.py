"""The session of a stream: host after host, from where it was left, a batch a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.bluesky.compression import Offer, offer_for_one, offer_for_two
from auscult.engine.connectors.bluesky.config import BlueskyConfig
from auscult.engine.connectors.bluesky.events import (
    Event,
    Read,
    Terminal,
    Unreadable,
    Version,
    decoder,
)
from auscult.engine.connectors.bluesky.gathering import Gathering, moment
from auscult.engine.connectors.bluesky.place import Place, address, micros
from auscult.engine.connectors.bluesky.rechecking import AppViewAnswers, Rechecks
from auscult.engine.connectors.bluesky.repository import Repositories
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.websocket import Ended, Refused, Stream, open_stream
from auscult.engine.kernel.errors import Remote

EVERY = 1.0  # seconds that a batch gathers
POSTS = 8192
BYTES = 8 << 20
LAGGING = 60.0  # seconds behind, from which it is catching up
AGAIN = 1.0  # seconds, more or less, before a host is tried anew
# What is no stream of version 2: another path, another method, or a server of something else.
UNKNOWN = (404, 405, 426, 501)


def listen(
    config: BlueskyConfig, snapshot: Snapshot | None, receiving: Receiving
) -> Iterator[Batch]:
    """Yield the batches of a stream without end.

    Raises
    ------
    Remote
        No host can be listened to now.
    """
    yield from Listening(config, snapshot or {}, receiving).batches()


class Listening:
    """One reader's way through its hosts."""

    def __init__(self, config: BlueskyConfig, snapshot: Snapshot, receiving: Receiving) -> None:
        self._config = config
        self._place = Place.read(snapshot)
        # No two batches begin at the same snapshot: the archive names a batch by it.
        self._number = int(snapshot.get("batch", 0))
        self._receiving = receiving
        self._clock = receiving.clock
        self._versions: dict[str, Version] = {}  # that hosts were found to speak
        self._offers: dict[str, Offer] = {}
        self._uncompressed: set[str] = set()  # hosts that didn't know their own dictionary
        self._gap = ""  # why nothing is known of the time between the place and the next event
        self._frames = self._bytes = self._unreadable = 0
        self._authors = frozenset(() if config.asks_for_authors else config.authors)
        self._repositories = Repositories(config.directory, receiving)
        answers = partial(AppViewAnswers, config.appview, self._clock) if config.appview else None
        self._rechecks = Rechecks(answers, receiving)

    def batches(self) -> Iterator[Batch]:
        """Listen to one host until it fails, then to the next one."""
        hosts = self._config.hosts
        turn = hosts.index(self._place.host) if self._place and self._place.host in hosts else 0
        failures: list[Remote] = []  # since something new was heard
        while True:
            place = self._place
            try:
                yield from self._listen(hosts[turn % len(hosts)])
            except Remote as error:
                heard = self._place != place
                failures = [] if heard else [*failures, error]
                if len(failures) >= len(hosts):
                    # One that may pass weighs more than one that won't.
                    raise next((f for f in failures if not f.permanent), error) from None
                # A stream that was cut is taken up where it was; one that is silent or can't
                # be read is better taken from somebody else.
                turn += not (heard and isinstance(error, Ended))
                self._receiving.note(doing="reconnecting")
                pause = AGAIN * (0.5 + self._receiving.network.random.random())
                self._receiving.pause(pause, through_rechecks=True)

    def _listen(self, host: str) -> Iterator[Batch]:
        self._receiving.note(doing="connecting")
        with ExitStack() as stack:
            stream, version, offer = self._open(host, stack)
            taking = Taking(stream, host, version, offer)
            try:
                for frames in stream.gulps():
                    self._receiving.raise_if_closed()
                    yield from self._take(taking, frames)
                    if taking.due():
                        yield from self._cut(taking)
                        yield from self._rechecks.batches(self._snapshot)
            except Remote:
                yield from self._cut(taking)
                raise

    def _take(self, taking: Taking, frames: list[bytes]) -> Iterator[Batch]:
        for frame in frames:
            self._frames += 1
            self._bytes += len(frame)
            read = taking.read(frame)
            if read is None:
                continue
            if read.event.kind == "info":
                self._heed(read.event)
                continue
            if self._authors and read.event.did not in self._authors:
                taking.gathering.pass_over(read.event)
                continue
            if taking.gathering.breaks(read.event):
                yield from self._cut(taking)
            taking.gathering.take(read, len(frame))
            if taking.gathering.resync is not None:
                yield from self._cut(taking)

    def _heed(self, event: Event) -> None:
        """Take a host's remark on the cursor."""
        if event.name == "OutdatedCursor":
            self._gap = "The host keeps no events of that time any more."
        elif event.name == "FutureCursor" and self._place is not None:
            # Its numbers began anew: what it counts now is not what the place counted.
            place = self._place
            self._place = Place(host=place.host, version=place.version, seq=None, at=place.at)
            raise Ended(f"{place.host} numbers its events anew.", code=1000, reason=event.name)

    def _cut(self, taking: Taking) -> Iterator[Batch]:
        """Hand out what was gathered, and begin again."""
        gathering = taking.begin()
        self._unreadable += gathering.broken_count
        if gathering.empty:
            return
        now = self._clock.now()
        covered = self._covered(gathering, taking, now)
        self._tell(now)
        if gathering.resync is None:
            yield gathering.batch(self._snapshot(), covered, now)
        else:
            # The snapshot passes the event together with what was fetched for it, never before.
            anew = self._repositories.read_anew(gathering.resync, self._snapshot())
            yield replace(anew, coverage=(*covered, *anew.coverage))

    def _snapshot(self) -> Snapshot:
        self._number += 1
        return {**(self._place.snapshot() if self._place else {}), "batch": self._number}

    def _covered(self, gathering: Gathering, taking: Taking, now: datetime) -> list[Covered]:
        """Move on to the last event, and say what is known of the time until then."""
        first, last = gathering.first, gathering.last
        if first is None or last is None:
            return []
        begins = moment(first.at) or now
        before = self._place
        since = before.at if before else begins
        place = Place.of(last, taking.host, taking.version, before=since)
        self._place = place
        covered = []
        pause = (begins - since).total_seconds()
        late = taking.version == 1 and pause > self._config.patience
        if late and taking.fresh and not self._gap:
            # Version 1 says nothing when it keeps no more of the time that it was asked for.
            self._gap = f"The stream began {pause / 60:.0f} minutes after the place asked for."
        if self._gap and begins > since:
            covered.append(Covered(community="", since=since, until=begins, reason=self._gap))
            since = begins
        self._gap = ""
        taking.fresh = False
        if place.at >= since:
            covered.append(Covered(community="", since=since, until=place.at))
        return covered

    def _tell(self, now: datetime) -> None:
        place = self._place
        if place is None:
            return
        lag = max(0.0, (now - place.at).total_seconds())
        self._receiving.note(
            doing="catching up" if lag > LAGGING else "live",
            **self._receiving.status.seen(place.at, self._clock),
            frames=self._frames,
            bytes=self._bytes,
            unreadable=self._unreadable,
        )

    def _open(self, host: str, stack: ExitStack) -> tuple[Stream, Version, Offer | None]:
        """Open a host's stream, finding out what it speaks and how far it goes back."""
        while True:
            version = self._config.version or self._versions.get(host, 2)
            offer = self._offer(host, version)
            try:
                return stack.enter_context(self._stream(host, version, offer)), version, offer
            except Refused as refusal:
                if not self._learned(host, version, refusal):
                    raise

    def _stream(
        self, host: str, version: Version, offer: Offer | None
    ) -> AbstractContextManager[Stream]:
        url = address(
            host,
            version,
            cursor=self._cursor(host, version),
            engagement=self._config.engagement,
            authors=self._config.authors if self._config.asks_for_authors else (),
            offer=offer.parameter if offer else None,
        )
        return open_stream(url, self._receiving.network, silent_after=self._config.patience)

    def _cursor(self, host: str, version: Version) -> int | None:
        if self._place is not None:
            return self._place.cursor(host, version)
        if not self._config.hours_back:
            return None
        return micros(self._clock.now() - timedelta(hours=self._config.hours_back))

    def _offer(self, host: str, version: Version) -> Offer | None:
        if not self._config.compress or host in self._uncompressed:
            return None
        if version == 1:
            return offer_for_one(self._config.dictionary) if self._config.dictionary else None
        offer = self._offers.get(host) or offer_for_two(host, self._receiving.network)
        if offer is not None:
            self._offers[host] = offer
        return offer

    def _learned(self, host: str, version: Version, refusal: Refused) -> bool:
        """Take what a refusal says; return whether to ask again, otherwise."""
        name = _name(refusal)
        if name == "CursorTooOld" and self._place is not None and self._place.seq is not None:
            # A time that is too old is answered with what there is.
            place = self._place
            self._place = Place(host=place.host, version=place.version, seq=None, at=place.at)
            self._gap = "The host keeps no events of that time any more."
            return True
        if name == "UnknownZstdDictionary" and host not in self._uncompressed:
            self._uncompressed.add(host)
            return True
        known = self._config.version or self._versions.get(host)
        if version == 2 and known is None and refusal.answer.status in UNKNOWN:
            self._versions[host] = 1
            return True
        return False


class Taking:
    """What comes from one open stream."""

    def __init__(self, stream: Stream, host: str, version: Version, offer: Offer | None) -> None:
        self.host, self.version = host, version
        self.fresh = True  # no event came yet
        self.gathering = Gathering(stream.host)
        self._name = stream.host
        self._decode = decoder(version)
        self._unpack = offer.unpack if offer else None
        self._begun = time.monotonic()

    def read(self, frame: bytes) -> Read | None:
        """Return the event of a frame; None when it can't be read, which is noted.

        Raises
        ------
        Ended
            The host says that it ends the stream, and why.
        """
        try:
            # A host may send some frames as they are; JSON begins with a brace, zstd never.
            plain = frame[:1] == b"{" or self._unpack is None
            data = frame if plain or self._unpack is None else self._unpack(frame)
        except Unreadable as error:
            self.gathering.break_off(str(error), b"")
            return None
        try:
            return self._decode(data)
        except Unreadable as error:
            self.gathering.break_off(str(error), data)
        except Terminal as error:
            raise Ended(
                f"{self._name} ended the stream: {error}.", code=1000, reason=error.name
            ) from error
        return None

    def due(self) -> bool:
        """Tell whether a batch is to be handed out now."""
        gathering = self.gathering
        full = gathering.size >= POSTS or gathering.bytes >= BYTES
        return full or time.monotonic() - self._begun >= EVERY

    def begin(self) -> Gathering:
        """Return what was gathered, and begin a batch."""
        gathered, self.gathering = self.gathering, Gathering(self._name)
        self._begun = time.monotonic()
        return gathered


def _name(refusal: Refused) -> str:
    """Return the name of an XRPC error."""
    try:
        return str(refusal.answer.json()["error"])
    except (ValueError, KeyError, TypeError, Remote):
        return ""
