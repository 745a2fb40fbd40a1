"""Sources that are asked from time to time: the session of all of them.

A connector writes a `Polled`: what one round of asking is, and how posts are checked again.
`polling` makes a session of it, for `receiving.Receiving`: it waits until a round is due,
hands on the batches, checks what is to be checked while it waits, and remembers when the next
round is due, also after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from auscult.engine.connectors.base import Batch, Snapshot
from auscult.engine.connectors.receiving import Receiving, Session
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer, Client
from auscult.engine.kernel.http.addresses import Params
from auscult.engine.kernel.posts import empty

AT_ONCE = 100  # uris that are checked in one go
JITTER = 0.05  # share of the interval by which rounds are moved, so that sources spread out
LONGEST_PAUSE = 60.0  # seconds; the clock may be set while we wait
ROUND, DUE = "round", "due"  # fields of the snapshot that are this module's


class Asking:
    """Asks another machine, and keeps the account that a person sees.

    Parameters
    ----------
    client : Client
        What asks.
    receiving : Receiving
        Whose status is kept.
    """

    def __init__(self, client: Client, receiving: Receiving) -> None:
        self._client = client
        self.receiving = receiving
        self.clock = receiving.clock

    def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Fetch an address; see `Client.get`."""
        self.receiving.raise_if_closed()
        answer = self._client.get(url, params=params, headers=headers)
        status = self.receiving.status
        self.receiving.note(frames=status.frames + 1, bytes=status.bytes + len(answer.body))
        return answer


class Polled(Protocol):
    """What is asked from time to time. It belongs to one thread."""

    every: timedelta  # from the end of one round to the start of the next

    def round(self) -> Iterator[Batch]:
        """Ask for what is new; each batch has the snapshot that follows it."""
        ...

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        """Ask whether these posts still stand."""
        ...

    def state(self) -> Snapshot:
        """Return where it stands, as JSON's types."""
        ...

    @property
    def not_before(self) -> datetime | None:
        """When it may be asked again, where that is later than `every` says."""
        ...


def polling(make: Callable[[Snapshot | None, Asking], Polled]) -> Session:
    """Return a session that asks what `make` returns, for as long as the reader is open."""

    def session(snapshot: Snapshot | None, receiving: Receiving) -> Iterator[Batch]:
        with closing(receiving.network.client()) as client:
            polled = make(snapshot, Asking(client, receiving))
            yield from _Rounds(polled, snapshot or {}, receiving).run()

    return session


def due_at_once(snapshot: Snapshot) -> Snapshot:
    """Return a source's place, but so that it is asked at once: what is asked for has changed.

    >>> due_at_once({"seen": 4, "due": "2026-11-21T08:00:00+00:00"})
    {'seen': 4}
    """
    return {name: value for name, value in snapshot.items() if name != DUE}


class _Rounds:
    def __init__(self, polled: Polled, snapshot: Snapshot, receiving: Receiving) -> None:
        self._polled = polled
        self._receiving = receiving
        self._number = int(snapshot.get(ROUND, 0))
        due = snapshot.get(DUE)
        self._due = datetime.fromisoformat(due) if due else polled.not_before

    def run(self) -> Iterator[Batch]:
        try:
            while True:
                yield from self._wait()
                self._due = None
                self._receiving.note(doing="asking", next_fetch=None)
                for batch in self._polled.round():
                    yield self._marked(batch)
                self._due = self._next_round()
                yield self._place()
        except Remote:
            yield self._place()  # what was spent before the failure isn't forgotten
            raise

    def _wait(self) -> Iterator[Batch]:
        """Wait until the next round is due, and check posts meanwhile."""
        clock, receiving = self._receiving.clock, self._receiving
        while self._due is not None:
            # A clock that was set back doesn't keep us waiting for hours.
            longest = clock.now() + self._polled.every * (1 + JITTER)
            self._due = min(self._due, max(longest, self._polled.not_before or longest))
            left = (self._due - clock.now()).total_seconds()
            if left <= 0:
                return
            receiving.note(doing="waiting", next_fetch=self._due)
            uris = receiving.asked(AT_ONCE)
            if uris:
                receiving.note(doing="checking posts again")
                for batch in self._polled.recheck(uris):
                    yield self._marked(batch)
            else:
                receiving.pause(min(left, LONGEST_PAUSE))

    def _next_round(self) -> datetime:
        spread = self._receiving.network.random.uniform(1 - JITTER, 1 + JITTER)
        due = self._receiving.clock.now() + self._polled.every * spread
        return max(due, self._polled.not_before or due)

    def _place(self) -> Batch:
        return self._marked(Batch(posts=empty(), snapshot=self._polled.state()))

    def _marked(self, batch: Batch) -> Batch:
        """Give a batch its place.

        No two batches begin at the same snapshot, since the archive names what it keeps of a
        batch by the snapshot before it.
        """
        self._number += 1
        self._tell(batch)
        due = self._due.isoformat() if self._due else None
        return replace(batch, snapshot={**batch.snapshot, ROUND: self._number, DUE: due})

    def _tell(self, batch: Batch) -> None:
        receiving = self._receiving
        changes: dict[str, Any] = {}
        if batch.posts.num_rows:
            newest = max(batch.posts.column("created_at").to_pylist())
            changes = receiving.status.seen(newest, receiving.clock)
        unreadable = receiving.status.unreadable + len(batch.broken) + batch.broken_more
        receiving.note(unreadable=unreadable, **changes)
