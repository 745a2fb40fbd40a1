"""The child that works in the background: one loop that claims what is due, a slice at a time.

What is due stands in the database (`next_attempt`, `locked_until` on the row itself). Several
runners may work on one archive: a claim is a conditional UPDATE that one of them wins.
"""

from __future__ import annotations

import logging
import resource
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import close_old_connections, connections

from auscult.engine.connectors.base import Reader
from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.listening import actions as listening
from auscult.web.listening.following import read_on
from auscult.web.listening.lake import lake_of
from auscult.web.listening.models import BackfillState
from auscult.web.listening.queries import due_backfills
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources import actions as reading
from auscult.web.sources.errors import SourceMoved
from auscult.web.sources.models import Source
from auscult.web.sources.network import network
from auscult.web.sources.opening import open_source
from auscult.web.sources.queries import due_sources

log = logging.getLogger("auscult.runner")

IDLE = 1.0  # seconds between two looks at the database when nothing was due
IDLE_ROUNDS = 10  # of those in a row, after which a runner that grew makes room for a fresh one
LARGE = 64 << 20  # bytes that it may grow by
SLICE = 2.0  # seconds that one source is read before others get their turn
# A claim outlives the longest batch; a runner that was killed holds a source so long.
CLAIM = timedelta(minutes=2)
FILL = timedelta(seconds=3)  # a backfill's claim; a step is safe without it, too
LIVE_PAUSE = timedelta(seconds=1)  # before a live source that gave nothing is asked again
UPKEEP_EVERY = 600.0  # seconds between two rounds of expiry and clean-up


def run() -> None:
    """Work until SIGTERM; the batch in hand is finished first.

    It also ends when it has become large and has nothing to do: the supervisor starts a
    fresh one, and what the work took is given back to the machine.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    runner = Runner(clock=SystemClock(), network=network(), stop=stop)
    small, idle = _peak(), 0
    try:
        while not stop.is_set():
            close_old_connections()
            if runner.round():
                idle = 0
                continue
            idle += 1
            if idle >= IDLE_ROUNDS and not runner.reads and _peak() - small > LARGE:
                return
            stop.wait(IDLE)
    finally:
        runner.close()
        connections.close_all()  # the last one to close empties the journal


def _peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@dataclass(slots=True, kw_only=True)
class Runner:
    """Does what is due, for every organisation of the archive.

    Parameters
    ----------
    clock : Clock
        Says what is due.
    network : Network
        How sources reach other machines.
    stop : threading.Event
        Set by whoever wants the work to end after the batch in hand.
    """

    clock: Clock
    network: Network
    stop: threading.Event
    _watch_sets: dict[int, StandingWatches] = field(default_factory=dict)
    _readers: dict[int, Reader] = field(default_factory=dict)
    _upkeep_at: float = 0.0

    def round(self) -> bool:
        """Do one slice of everything that is due; return whether anything was."""
        worked = False
        for organisation in organisations():
            actor = system_actor(organisation.pk, "listener", clock=self.clock)
            worked |= self._read_sources(actor)
            worked |= self._fill_back(actor)
        if time.monotonic() >= self._upkeep_at and not self.stop.is_set():
            self._upkeep()
        return worked

    @property
    def reads(self) -> bool:
        """Whether a source is held open."""
        return bool(self._readers)

    def close(self) -> None:
        """Let go of every open source."""
        for number in list(self._readers):
            self._close(number)

    def _read_sources(self, actor: Actor) -> bool:
        worked = False
        for source in due_sources(actor, self.clock.now()):
            until = self.clock.now() + CLAIM
            if self.stop.is_set() or not reading.claim_source(actor, source=source, until=until):
                continue
            source.refresh_from_db()
            self._read(actor, source)
            worked = True
        return worked

    def _read(self, actor: Actor, source: Source) -> None:
        """Read a claimed source for a slice and give it back, or keep why that failed."""
        try:
            reader = self._open(source)
            self._take_slice(actor, source, reader)
        except SourceMoved:
            self._close(source.pk)
        except (Correctable, Remote) as error:
            log.warning("%s: %s", source.name, error)
            self._close(source.pk)
            reading.record_failure(actor, source=source, error=error, random=self.network.random)

    def _take_slice(self, actor: Actor, source: Source, reader: Reader) -> None:
        watch_set = self._watch_set(actor)
        end = time.monotonic() + SLICE

        def enough() -> bool:
            return self.stop.is_set() or time.monotonic() >= end

        for _stored in read_on(actor, source, reader, watch_set=watch_set, enough=enough):
            pass
        now = self.clock.now()
        again = now if enough() else reader.next_awake or now + LIVE_PAUSE
        done, total = reader.progress.done, reader.progress.total
        reading.release_source(
            actor,
            source=source,
            next_attempt=again,
            share_read=done / total if total else None,
            finished=reader.finished,
        )
        if reader.finished:
            self._close(source.pk)

    def _open(self, source: Source) -> Reader:
        """Return the source's open reader, at the point up to which it is stored."""
        reader = self._readers.get(source.pk)
        if reader is not None and reader.snapshot() == source.snapshot:
            return reader
        # Never opened here, or somebody else read on, or what was read wasn't stored.
        self._close(source.pk)
        reader = open_source(source, clock=self.clock, network=self.network)
        self._readers[source.pk] = reader
        return reader

    def _close(self, number: int) -> None:
        reader = self._readers.pop(number, None)
        if reader is not None:
            reader.close()

    def _watch_set(self, actor: Actor) -> StandingWatches:
        return self._watch_sets.setdefault(actor.organisation_id, StandingWatches(actor))

    def _fill_back(self, actor: Actor) -> bool:
        """Bring each due backfill forward for as long as its claim lasts."""
        worked = False
        for due in due_backfills(actor):
            until = self.clock.now() + FILL
            if self.stop.is_set() or not listening.claim_backfill(actor, backfill=due, until=until):
                continue
            backfill = due
            while backfill.state != BackfillState.DONE and self.clock.now() < until:
                if self.stop.is_set():
                    break
                backfill = listening.backfill_step(actor, backfill=backfill)
            worked = True
        return worked

    def _upkeep(self) -> None:
        """Remove what is too old, finish what was forgotten, make small files of the lake one."""
        self._upkeep_at = time.monotonic() + UPKEEP_EVERY
        for organisation in organisations():
            actor = system_actor(organisation.pk, "listener", clock=self.clock)
            listening.expire(actor)
            listening.finish_forgetting(actor)
            lake_of(actor).compact()
