"""The sources of one organisation that this process holds open.

A source that is due is claimed, opened and held until it ends, fails, is paused, changed or
removed, or the process stops. A claim is a lease: who is killed loses it within a minute.
What a held source has is asked of its reader, in memory; the database is asked every two seconds
for all of them together, so that hundreds that say nothing cost next to nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import InterfaceError, OperationalError

from auscult.engine.connectors.base import LiveReader, Reader
from auscult.engine.connectors.live import Status
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from auscult.web.accounts.models import Actor
from auscult.web.listening.following import read_on
from auscult.web.listening.queries import aliases_of, unconfirmed
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources import actions as reading
from auscult.web.sources.errors import SourceMoved
from auscult.web.sources.models import Source, SourceState
from auscult.web.sources.opening import open_source
from auscult.web.sources.queries import due_sources, every_source

log = logging.getLogger("auscult.runner")

SLICE = 2.0  # seconds that one source is read before others get their turn
LEASE = timedelta(minutes=1)  # it outlives the longest batch
TELL_EVERY = 3.0  # seconds between two times that a source's state is written
RECHECK_EVERY = 60.0  # seconds between two looks for mentions to be asked for again
ASKED_FOR = 3600.0  # seconds for which an answer to a recheck is awaited
# The machine's or the database's trouble, and not that of the source that was just read.
OURS = (OperationalError, InterfaceError, OSError)


@dataclass(slots=True, kw_only=True)
class Held:
    """A source that is open.

    Attributes
    ----------
    live : LiveReader or None
        The reader, where it goes on by itself.
    lease : datetime
        Until when it is claimed.
    look_at : float
        When its reader is asked again, on the monotonic clock.
    """

    source: Source
    reader: Reader
    live: LiveReader | None
    lease: datetime
    look_at: float = 0.0
    told: tuple[Status | None, float | None] = (None, None)
    told_at: float = 0.0
    recheck_at: float = 0.0
    asked: dict[str, float] = field(default_factory=dict)


class Holding:
    """What this process reads for one organisation.

    Parameters
    ----------
    actor : Actor
        Who reads.
    network : Network
        How sources reach other machines.
    stop : threading.Event
        Set by whoever wants the work to end after the batch in hand.
    """

    def __init__(self, actor: Actor, *, network: Network, stop: threading.Event) -> None:
        self._actor = actor
        self._clock = actor.clock
        self._network = network
        self._stop = stop
        self._watches = StandingWatches(actor)
        self._held: dict[int, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def look(self) -> None:
        """Let go of what was paused, changed or removed, and take what is due."""
        now = self._clock.now()
        if self._held:
            self._let_go_of_others(now)
        for source in due_sources(self._actor, now):
            if self._stop.is_set():
                return
            if reading.claim_source(self._actor, source=source, until=now + LEASE):
                source.refresh_from_db()
                self._guarded(source, partial(self._open, source, now + LEASE))

    def _let_go_of_others(self, now: datetime) -> None:
        rows = every_source(self._actor).filter(pk__in=list(self._held))
        found = {row[0]: row[1:] for row in rows.values_list("pk", "state", "revision")}
        for number, held in list(self._held.items()):
            if found.get(number) != (SourceState.READING, held.source.revision):
                self._close(number)
                reading.release_source(self._actor, source=held.source, next_attempt=now)
            elif held.lease - now < LEASE / 2 and not self._renew(held, now + LEASE):
                self._close(number)  # somebody else took it

    def _renew(self, held: Held, until: datetime) -> bool:
        renewed = reading.renew_claim(self._actor, source=held.source, was=held.lease, until=until)
        held.lease = until
        return renewed

    def read(self) -> bool:
        """Store what the held sources have, a slice each; return whether there was anything."""
        worked = False
        now = time.monotonic()
        for held in list(self._held.values()):
            if self._stop.is_set():
                break
            if held.look_at <= now:
                worked |= self._guarded(held.source, partial(self._take, held))
        return worked

    def close(self) -> None:
        """Let go of every source, so that the next process can take it at once."""
        now = self._clock.now()
        for number, held in list(self._held.items()):
            self._close(number)
            reading.release_source(self._actor, source=held.source, next_attempt=now)

    def _open(self, source: Source, lease: datetime) -> bool:
        reader = open_source(source, clock=self._clock, network=self._network)
        live = reader if isinstance(reader, LiveReader) else None
        self._held[source.pk] = Held(source=source, reader=reader, live=live, lease=lease)
        return True

    def _guarded(self, source: Source, work: Callable[[], bool]) -> bool:
        """Do a source's work; keep why it failed, and let go of it."""
        try:
            return work()
        except SourceMoved:
            self._close(source.pk)
            reading.release_source(self._actor, source=source, next_attempt=self._clock.now())
        except (Correctable, Remote) as error:
            log.warning("a source failed: %s", error, extra={"source": source.pk})
            self._close(source.pk)
            reading.record_failure(
                self._actor, source=source, error=error, random=self._network.random
            )
        except OURS:
            raise
        except Exception as error:
            self._close(source.pk)
            reading.record_crash(
                self._actor, source=source, error=error, random=self._network.random
            )
            raise
        return True

    def _take(self, held: Held) -> bool:
        """Store what one source has, for a slice of time; return whether it had anything."""
        stored = 0
        end = time.monotonic() + SLICE

        def enough() -> bool:
            return self._stop.is_set() or time.monotonic() >= end

        for _ in read_on(
            self._actor, held.source, held.reader, watch_set=self._watches, enough=enough
        ):
            stored += 1
        if held.reader.finished:
            self._finish(held)
        elif not enough():
            held.look_at = time.monotonic() + self._pause(held)
        self._tell(held)
        if held.live is not None:
            self._recheck(held, held.live)
        return stored > 0

    def _pause(self, held: Held) -> float:
        """Return for how long a reader that has nothing now isn't asked again, in seconds."""
        awake = held.reader.next_awake
        if held.live is not None or awake is None:
            return 0.0  # asking costs nothing
        return max(0.0, (awake - self._clock.now()).total_seconds())

    def _finish(self, held: Held) -> None:
        self._close(held.source.pk)
        reading.release_source(
            self._actor,
            source=held.source,
            next_attempt=self._clock.now(),
            share_read=_share_read(held.reader),
            finished=True,
        )

    def _tell(self, held: Held) -> None:
        """Write how a source is doing, where that changed, every few seconds."""
        status = held.live.status if held.live is not None else None
        told = (status, _share_read(held.reader))
        now = time.monotonic()
        if told == held.told or now - held.told_at < TELL_EVERY:
            return
        held.told, held.told_at = told, now
        reading.note_progress(
            self._actor,
            source=held.source,
            status=status.as_data() if status is not None else {},
            share_read=told[1],
        )

    def _recheck(self, held: Held, reader: LiveReader) -> None:
        """Hand a reader the mentions that it should ask for again."""
        every = held.source.capabilities.recheck_every
        now = time.monotonic()
        if every is None or now < held.recheck_at or reader.wants <= 0:
            return
        held.recheck_at = now + RECHECK_EVERY
        held.asked = {uri: at for uri, at in held.asked.items() if now - at < ASKED_FOR}
        uris = unconfirmed(
            self._actor,
            source=held.source,
            before=self._clock.now() - every,
            limit=reader.wants + len(held.asked),
        )
        fresh = [uri for uri in uris if uri not in held.asked][: reader.wants]
        if fresh:
            held.asked.update(dict.fromkeys(fresh, now))
            reader.recheck(fresh, aliases_of(held.source, fresh))

    def _close(self, number: int) -> None:
        held = self._held.pop(number, None)
        if held is not None:
            # Closing waits for a thread that waits for another machine; nobody waits for that.
            threading.Thread(target=held.reader.close, name="closing", daemon=True).start()


def _share_read(reader: Reader) -> float | None:
    progress = reader.progress
    return progress.done / progress.total if progress.total else None
