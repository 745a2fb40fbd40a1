"""A consumer by the contract alone: it keeps what stands, and takes a reader up again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from auscult.engine.connectors.base import Batch, Connector, Covered, LiveReader, Settings
from auscult.engine.connectors.conformance import check_batch
from auscult.engine.kernel.clock import Clock, FixedClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Client, Network, Reach

LONGEST = 120.0  # seconds until it must stand as it should, on a busy machine, too
IDLE = 0.03  # seconds without a batch after which a source counts as quiet
QUIET_TURNS = 3  # turns for which it must stand as it should
RECHECKING, ENOUGH = 8, 100  # quiet turns between two rechecks, and uris for each
PAUSE = timedelta(seconds=2)  # before a source is taken up again


class Impatient(Network):
    """A network that waits a second where others wait half a minute."""

    def client(self, *, timeout: float = 30.0, total: float = 120.0) -> Client:
        """Return a client that waits for little."""
        return super().client(timeout=min(timeout, 0.4), total=min(total, 3.0))


def impatient() -> Network:
    """Return a network of this machine that doesn't wait long."""
    return Impatient(Reach(("127.0.0.1",)))


@dataclass
class Desk:
    """What stands after the batches that came."""

    posts: dict[str, tuple[str, str]] = field(default_factory=dict)  # uri to author and text
    aliases: dict[str, str] = field(default_factory=dict)
    buried: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    coverage: list[Covered] = field(default_factory=list)
    broken: int = 0
    snapshot: dict[str, Any] | None = None

    @property
    def standing(self) -> dict[str, str]:
        """Uri to text."""
        return {uri: text for uri, (_, text) in self.posts.items()}

    @property
    def gaps(self) -> list[str]:
        """Reasons for what could not be read."""
        return [one.reason for one in self.coverage if one.reason]

    def knows(self, moment: datetime) -> bool:
        """Tell whether all that was said at a moment is said to have been read."""
        found = [one for one in self.coverage if one.since <= moment <= one.until]
        return bool(found) and not any(one.reason for one in found)

    def store(self, batch: Batch) -> None:
        """Apply a batch, in the order that the contract gives."""
        check_batch(batch)
        self.left -= set(batch.restored)
        names = ("uri", "author", "text")
        columns = (batch.posts.column(name).to_pylist() for name in names)
        came = {uri: (author, text) for uri, author, text in zip(*columns, strict=True)}
        self.posts.update(came)
        self.aliases.update(batch.aliases)
        self._take_back(batch)
        self.posts = {
            uri: post
            for uri, post in self.posts.items()
            if uri not in self.buried
            and post[0] not in self.left
            and (post[0] not in batch.renewed or uri in came)
        }
        self.broken += len(batch.broken) + batch.broken_more
        self.coverage += batch.coverage
        self.snapshot = json.loads(json.dumps(batch.snapshot))

    def _take_back(self, batch: Batch) -> None:
        by_alias = {alias: uri for uri, alias in self.aliases.items()}
        for one in batch.deleted:
            if one.author is not None:
                self.left.add(one.author)
            elif one.uri is not None:
                self.buried.add(one.uri)
            elif one.alias in by_alias:
                self.buried.add(by_alias[one.alias])


@dataclass
class Following:
    """Follows a source as the runner does, without its waits.

    Attributes
    ----------
    failures : list of Remote
        What was raised, in order.
    """

    connector: Connector
    config: Settings
    clock: Clock
    step: timedelta | None = None
    network: Network = field(default_factory=impatient)
    desk: Desk = field(default_factory=Desk)
    failures: list[Remote] = field(default_factory=list)
    _to_check: Iterator[str] = field(default_factory=lambda: iter(()))

    def until(self, wanted: Callable[[], dict[str, str]], turn: Callable[[], bool]) -> None:
        """Read until what stands is what is wanted, and stays so.

        Parameters
        ----------
        wanted : callable
            What should stand: uri to text.
        turn : callable
            Called whenever the source is quiet; whether all happened that was to happen.
        """
        ends = time.monotonic() + LONGEST
        reader = self._opened()
        stood = turns = 0
        try:
            while stood < QUIET_TURNS:
                quiet, reader = self._turn(reader)
                if time.monotonic() > ends:
                    raise AssertionError(self._said(wanted()))
                if quiet:
                    settled = turn() and self.desk.standing == wanted()
                    stood = stood + 1 if settled else 0
                    turns += 1
                    if turns % RECHECKING == 0:
                        self._recheck(reader)
        finally:
            reader.close()

    def _turn(self, reader: LiveReader) -> tuple[bool, LiveReader]:
        """Take what there is; tell whether it was nothing, and the reader to go on with."""
        idle = time.monotonic() + IDLE
        try:
            while time.monotonic() < idle:
                batch = reader.next_batch()
                if batch is not None:
                    self.desk.store(batch)
                    return False, reader
                time.sleep(0.002)
        except Remote as error:
            self.failures.append(error)
            return False, self._again(reader, timedelta(seconds=error.retry_after or 0) + PAUSE)
        due = (self.desk.snapshot or {}).get("due")
        if due is not None:
            later = datetime.fromisoformat(due) - self.clock.now()
            return True, self._again(reader, later + PAUSE)
        self._pass(self.step)
        return True, reader

    def _again(self, reader: LiveReader, later: timedelta) -> LiveReader:
        """Close a reader, let some time pass, and open it where it was left."""
        reader.close()
        self._pass(later)
        return self._opened()

    def _pass(self, time: timedelta | None) -> None:
        if time is not None and isinstance(self.clock, FixedClock):
            self.clock.advance(max(time, timedelta(0)))

    def _opened(self) -> LiveReader:
        reader = self.connector.open(
            self.config, self.desk.snapshot, clock=self.clock, network=self.network
        )
        assert isinstance(reader, LiveReader)
        self._recheck(reader)
        return reader

    def _recheck(self, reader: LiveReader) -> None:
        """Ask whether some of what stands still does, as the runner does from time to time."""
        if self.connector.capabilities.recheck_every is None or reader.wants < ENOUGH:
            return
        uris = list(islice(self._to_check, min(reader.wants, ENOUGH)))
        if len(uris) < ENOUGH:
            self._to_check = iter(sorted(self.desk.posts))
        aliases = self.desk.aliases
        reader.recheck(uris, {uri: aliases[uri] for uri in uris if uri in aliases})

    def _said(self, wanted: dict[str, str]) -> str:
        standing = self.desk.standing
        missing = sorted(set(wanted.items()) - set(standing.items()))[:5]
        more = sorted(set(standing.items()) - set(wanted.items()))[:5]
        why = [str(one) for one in self.failures[-3:]]
        return (
            f"missing {missing}, too much {more} after {len(self.failures)} failures, "
            f"the last of them {why}; gaps: {self.desk.gaps}"
        )
