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
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.engine.kernel.http import Network
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.accounts.work import Job
from auscult.web.listening import actions as listening
from auscult.web.listening.models import BackfillState
from auscult.web.listening.queries import due_backfills
from auscult.web.shell import metrics
from auscult.web.shell.holding import Holding
from auscult.web.shell.jobs import JOBS
from auscult.web.shell.meter import Meter, meter_of
from auscult.web.sources.network import network

log = logging.getLogger("auscult.runner")

IDLE = 2.0  # seconds between two looks at the database when nothing was due
IDLE_ROUNDS = 10  # of those in a row, after which a runner that grew makes room for a fresh one
LARGE = 64 << 20  # bytes that it may grow by
TICK = 0.2  # seconds between two looks, in memory, at what open sources have
FILL = timedelta(seconds=3)  # a backfill's claim; a step is safe without it, too
TIDY_EVERY = 20.0  # seconds between two looks at what was forgotten
UPKEEP_EVERY = 600.0  # seconds between two rounds of expiry and clean-up
BROKEN_WAIT = 60.0  # seconds before a job that broke is tried again
LAST_WORDS = 5.0  # seconds that another machine has to answer in when the runner ends


def run() -> None:
    """Work until SIGTERM; the batch in hand is finished first.

    It also ends when it has become large and has nothing to do: the supervisor starts a
    fresh one, and what the work took is given back to the machine.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    meter = meter_of(settings.AUSCULT.archive)
    runner = Runner(clock=SystemClock(), network=network(), stop=stop, meter=meter)
    beside = threading.Thread(target=_work_beside, args=(runner, stop), daemon=True)
    beside.start()
    small, idle = _peak(), 0
    try:
        while not stop.is_set():
            close_old_connections()
            if runner.round() or _rest(runner, stop):
                idle = 0
                continue
            idle += 1
            if idle >= IDLE_ROUNDS and not runner.reads and _peak() - small > LARGE:
                return
    finally:
        stop.set()
        runner.close()
        beside.join(LAST_WORDS)
        connections.close_all()  # the last one to close empties the journal


def _work_beside(runner: Runner, stop: threading.Event) -> None:
    """Do what waits for other machines, so that the listening never waits for them."""
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                more = runner.do_waiting()
            except DatabaseError:
                log.exception("the database refused a job")
                stop.wait(BROKEN_WAIT)
                continue
            if not more:
                stop.wait(IDLE)
    finally:
        connections.close_all()


def _rest(runner: Runner, stop: threading.Event) -> bool:
    """For two seconds, store what open sources have; return whether they had anything."""
    until = time.monotonic() + IDLE
    worked = False
    while time.monotonic() < until and not stop.wait(TICK):
        worked |= runner.read()
    return worked


def _peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


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
    meter : Meter or None
        Counts what is done, and when it last moved.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        network: Network,
        stop: threading.Event,
        meter: Meter | None = None,
    ) -> None:
        self.clock = clock
        self.network = network
        self.stop = stop
        self.meter = meter
        self._held: dict[int, tuple[Actor, Holding]] = {}
        self._tidy_at = self._upkeep_at = 0.0
        self._due: dict[tuple[int, str], float] = {}

    def round(self) -> bool:
        """Do one slice of everything that is due; return whether anything was."""
        self._count({metrics.ROUNDS: 1.0})
        self.look()
        worked = self.read()
        for actor, _ in self._held.values():
            worked |= self._fill_back(actor)
        worked |= self._do_jobs(list(self._held))
        if not self.stop.is_set():
            self._tidy()
        return worked

    def look(self) -> None:
        """Ask the database which sources to take, and which to let go of."""
        for organisation in organisations():
            if organisation.pk not in self._held:
                actor = system_actor(organisation.pk, "listener", clock=self.clock)
                holding = Holding(actor, network=self.network, stop=self.stop)
                self._held[organisation.pk] = (actor, holding)
            self._held[organisation.pk][1].look()

    def read(self) -> bool:
        """Store what the open sources have; without any, this costs nothing."""
        worked = False
        for _, holding in self._held.values():
            worked |= holding.read()
        self._beat()
        return worked

    @property
    def reads(self) -> bool:
        """Whether a source is held open."""
        return any(len(holding) for _, holding in self._held.values())

    def close(self) -> None:
        """Let go of every open source."""
        for _, holding in self._held.values():
            holding.close()

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
                self._beat()
            worked = True
        return worked

    def do_waiting(self) -> bool:
        """Do a slice of each job that waits for other machines; return whether there is more."""
        return self._do_jobs([place.pk for place in organisations()], waits=True)

    def _do_jobs(self, places: list[int], *, waits: bool = False) -> bool:
        """Do a slice of each application's jobs whose turn it is."""
        worked = False
        for organisation in places:
            for job in JOBS:
                now = time.monotonic()
                if job.waits != waits or now < self._due.get((organisation, job.name), 0.0):
                    continue
                if self.stop.is_set():
                    return worked
                more, after = self._do(job, organisation)
                self._due[organisation, job.name] = time.monotonic() + after
                worked |= more
                if not waits:  # what waits says nothing of whether the listening moves
                    self._beat()
        return worked

    def _do(self, job: Job, organisation: int) -> tuple[bool, float]:
        """Do one slice of a job; return whether there is more, and the seconds until the next.

        A job that breaks is tried again later, and stops neither the listening nor the others.
        """
        began = time.monotonic()
        try:
            more = job.run(system_actor(organisation, job.name, clock=self.clock))
        except DatabaseError:
            raise  # the database's trouble, and not that of the job
        except Exception:
            log.exception("a job broke", extra={"job": job.name})
            self._count({metrics.series(metrics.ERRORS, {"where": "job"}): 1.0})
            return False, max(BROKEN_WAIT, job.every.total_seconds())
        finally:
            self._count(metrics.job_amounts(job.name, time.monotonic() - began))
        spent = time.monotonic() - began
        rest = spent * (1 / job.share - 1)
        return more, max(rest, 0.0 if more else job.every.total_seconds())

    def _count(self, amounts: dict[str, float]) -> None:
        if self.meter is not None:
            self.meter.add(amounts)

    def _beat(self) -> None:
        """Note that the runner moves."""
        if self.meter is not None:
            self.meter.set(metrics.HEARTBEAT, self.clock.now().timestamp())

    def _tidy(self) -> None:
        """Finish what was forgotten within the minute; now and then what takes longer."""
        now = time.monotonic()
        if now >= self._upkeep_at:
            self._upkeep_at, self._tidy_at = now + UPKEEP_EVERY, now + TIDY_EVERY
            for actor, _ in self._held.values():
                listening.keep_house(actor)
        elif now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            for actor, _ in self._held.values():
                listening.tidy(actor)
