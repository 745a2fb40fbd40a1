"""The feeds of a source, asked in their time: what runs in the source's thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from auscult.engine.connectors.base import Batch, Snapshot
from auscult.engine.connectors.feeds.agenda import BETWEEN, Agenda
from auscult.engine.connectors.feeds.config import FeedsConfig
from auscult.engine.connectors.feeds.fetching import Fetched, fetch_safely
from auscult.engine.connectors.feeds.harvest import Harvest, Harvester
from auscult.engine.connectors.feeds.notes import sentences
from auscult.engine.connectors.feeds.state import from_snapshot, most_seen, to_snapshot
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.rows import Rows
from auscult.engine.kernel.http import Client

TIMEOUT, TOTAL = 20.0, 60.0  # seconds for two bytes, and for a whole answer
LOOK = 0.1  # seconds between two looks at what is running
SLEEP_FEW, SLEEP_MANY = 0.1, 1.0  # seconds between two looks at the clock when nothing is
# A batch stores the state of all feeds, so that those of many feeds are gathered.
FEW = 100
GATHERED_FEW, GATHERED_MANY, GATHERED_QUIET = 1.0, 15.0, 60.0  # seconds
LARGE = 4_000  # posts: they are handed out at once


class Session:
    """One run over the feeds, until the reader is closed.

    Parameters
    ----------
    config : FeedsConfig
    snapshot : dict or None
    receiving : Receiving
        Whose thread this is.
    between : float
        Seconds between an answer of a host and the next request to it.
    """

    def __init__(
        self,
        config: FeedsConfig,
        snapshot: Snapshot | None,
        receiving: Receiving,
        *,
        between: float = BETWEEN,
    ) -> None:
        self._receiving = receiving
        self._states = from_snapshot(snapshot, config.feeds)
        self._agenda = Agenda(self._states, time.monotonic, between)
        self._harvester = Harvester(
            self._states,
            keep=config.keep,
            at_most=most_seen(len(config.feeds)),
            random=receiving.network.random,
        )
        self._at_once = config.at_once
        self._harvest = self._empty()
        self._answers = 0  # since the last batch
        self._eventful = False  # one of them brought more than "nothing new"
        self._since = 0.0  # when the first of them came
        self._said: dict[str, str] = {}  # what failing feeds answered, in words

    def run(self) -> Iterator[Batch]:
        """Ask feeds, and yield what they bring."""
        client = self._receiving.network.client(timeout=TIMEOUT, total=TOTAL)
        threads = ThreadPoolExecutor(self._at_once, thread_name_prefix="feeds")
        running: set[Future[Fetched]] = set()
        try:
            while True:
                self._receiving.raise_if_closed()
                running |= self._begin(client, threads)
                done, running = (
                    wait(running, LOOK, FIRST_COMPLETED) if running else (set(), running)
                )
                for future in done:
                    self._take_in(future.result())
                if self._is_time(idle=not running):
                    yield self._batch()
                elif not running:
                    self._rest()
        finally:
            client.close()  # which ends what still waits for an answer
            threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, client: Client, threads: ThreadPoolExecutor) -> set[Future[Fetched]]:
        now = self._receiving.clock.now()
        begun = set()
        for address in self._agenda.take(now, self._at_once - self._agenda.running):
            state = self._states[address]
            if state.gone:
                self._harvester.still_gone(address, now, self._harvest)
                self._agenda.answered(address, None)
                self._count(eventful=True)
            else:
                begun.add(threads.submit(fetch_safely, client, address, state))
        if begun:
            self._tell(now)
        return begun

    def _take_in(self, fetched: Fetched) -> None:
        now = self._receiving.clock.now()
        before = len(self._harvest.uris)
        self._harvester.take_in(fetched, now, self._harvest)
        barred = fetched.retry_after
        self._agenda.answered(fetched.address, now + timedelta(seconds=barred) if barred else None)
        self._said.pop(fetched.address, None)
        if fetched.problem:
            self._said[fetched.address] = fetched.said
        news = len(self._harvest.uris) > before
        self._count(eventful=news or bool(fetched.problem or fetched.moved))
        status = self._receiving.status
        self._receiving.note(
            frames=status.frames + 1,
            bytes=status.bytes + fetched.size,
            unreadable=status.unreadable + _unreadable(fetched),
        )

    def _count(self, *, eventful: bool) -> None:
        if not self._answers:
            self._since = time.monotonic()
        self._answers += 1
        self._eventful = self._eventful or eventful

    def _is_time(self, *, idle: bool) -> bool:
        """Tell whether what came is handed out now."""
        if not self._answers:
            return False
        few = len(self._states) <= FEW
        if len(self._harvest.uris) >= LARGE or (few and idle and self._eventful):
            return True
        busy = GATHERED_FEW if few else GATHERED_MANY
        gathered = busy if self._eventful else GATHERED_QUIET
        return time.monotonic() - self._since >= gathered

    def _batch(self) -> Batch:
        brought, self._harvest = self._harvest, self._empty()
        self._answers, self._eventful = 0, False
        if brought.newest is not None:
            status = self._receiving.status
            self._receiving.note(**status.seen(brought.newest, self._receiving.clock))
        return brought.batch(to_snapshot(self._states))

    def _empty(self) -> Harvest:
        return Harvest(rows=Rows(self._receiving.clock.now()))

    def _rest(self) -> None:
        now = self._receiving.clock.now()
        due = self._agenda.next(now)
        self._tell(now)
        longest = SLEEP_FEW if len(self._states) <= FEW else SLEEP_MANY
        seconds = (due - now).total_seconds() if due else longest
        self._receiving.pause(min(max(seconds, LOOK), longest))

    def _tell(self, now: datetime) -> None:
        """Say how the feeds are doing."""
        self._receiving.note(
            doing=self._doing(),
            failing=self._all_fail(),
            next_fetch=self._agenda.next(now),
            notes=sentences(self._states, self._said),
        )

    def _all_fail(self) -> bool:
        return all(state.failures for state in self._states.values())

    def _doing(self) -> str:
        if self._all_fail():
            return "no feed can be read"
        doing = "reading" if self._agenda.running else "waiting"
        unread = sum(
            state.read_until is None and not state.failures for state in self._states.values()
        )
        return f"{doing}, {unread:,} feeds to go" if unread else doing


def _unreadable(fetched: Fetched) -> int:
    return len(fetched.document.faults) if fetched.document else 0
