"""A reader whose batches are made in a thread of its own: the frame of every live source.

The connector writes a *session*, a generator of batches that may wait for other machines as
long as it likes. What it yields stands in a queue, bounded in number and in bytes; while the
queue is full the thread waits, and reads nothing more from its socket.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from auscult.engine.connectors.base import Batch, Progress, Snapshot
from auscult.engine.connectors.live import Status
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network

BATCHES = 4
BYTES = 32 << 20
RECHECKS = 200  # uris that may wait for a recheck
AWAKE = timedelta(seconds=1)  # how often a source that gave nothing is asked again
CLOSING = 5.0  # seconds that closing waits for the thread


class Closed(Exception):
    """The reader was closed; the session lets go of what it holds and ends."""


class Receiving:
    """A reader over a session.

    Parameters
    ----------
    session : callable
        Called in the thread with the snapshot to go on from and this object. It yields
        batches, each with the snapshot that follows it. It may raise `Remote` or
        `Correctable`, which `next_batch` raises after the batches before it; when it
        returns, the source is finished.
    snapshot : dict or None
        Where to go on.
    clock, network
        Passed on to the session, as `clock` and `network`.
    name : str
        Of the thread.
    batches, bytes_at_most : int
        The bounds of the queue. One batch may be larger than the bytes: then it stands alone.
    """

    def __init__(  # noqa: PLR0913 - two of them are bounds, with defaults for everybody
        self,
        session: Session,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
        name: str,
        batches: int = BATCHES,
        bytes_at_most: int = BYTES,
    ) -> None:
        self.clock = clock
        self.network = network
        self._session = session
        self._start = snapshot
        self._snapshot: Snapshot = snapshot or {}
        self._batches, self._bytes_at_most = batches, bytes_at_most
        self._changed = threading.Condition()
        self._queue: deque[Batch] = deque()
        self._queued_bytes = 0
        self._ended = False  # the session yields nothing more
        self._error: BaseException | None = None
        self._closed = False
        self._status = Status(doing="connecting")
        self._asked: deque[str] = deque()
        self._aliases: dict[str, str] = {}  # of those of them that have one
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    # What the session uses, in its thread.

    def pause(self, seconds: float, *, through_rechecks: bool = False) -> None:
        """Wait so long, or until uris are to be rechecked.

        Parameters
        ----------
        seconds : float
        through_rechecks : bool
            Wait to the end, whatever is to be rechecked: before another machine is tried again.

        Raises
        ------
        Closed
            The reader was closed meanwhile.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (bool(self._asked) and not through_rechecks), seconds
            )
        self.raise_if_closed()

    def raise_if_closed(self) -> None:
        """Raise `Closed` once the reader is closed; call it between two waits."""
        if self._closed:
            raise Closed

    @property
    def status(self) -> Status:
        """How the source is doing."""
        return self._status

    def note(self, **changes: Any) -> None:
        """Change fields of the status."""
        self._status = replace(self._status, **changes)

    def asked(self, at_most: int) -> list[str]:
        """Take up to so many of the uris that wait for a recheck."""
        with self._changed:
            return [self._asked.popleft() for _ in range(min(at_most, len(self._asked)))]

    def alias_of(self, uri: str) -> str | None:
        """Return, and let go of, the alias that came with a uri that was taken from `asked`."""
        with self._changed:
            return self._aliases.pop(uri, None)

    # What the runner uses, in its own.

    def next_batch(self) -> Batch | None:
        """Return the next batch that the session made, or None when there is none now.

        Raises
        ------
        Remote, Correctable
            What ended the session, once every batch before it was handed out.
        """
        with self._changed:
            if self._queue:
                batch = self._queue.popleft()
                self._queued_bytes -= _size(batch)
                self._snapshot = batch.snapshot
                self._changed.notify_all()
                return batch
            if self._error is not None:
                raise self._error
            return None

    @property
    def finished(self) -> bool:
        """Whether the session came to its end and everything was handed out."""
        with self._changed:
            return self._ended and not self._queue and self._error is None

    @property
    def next_awake(self) -> datetime | None:
        """In a second: the thread may have something by then."""
        return None if self.finished else self.clock.now() + AWAKE

    @property
    def progress(self) -> Progress:
        """Messages received; a live source has no end."""
        return Progress(done=self._status.frames, total=None)

    def snapshot(self) -> Snapshot:
        """Return where to resume after the last batch that was handed out."""
        return self._snapshot

    @property
    def wants(self) -> int:
        """How many uris `recheck` would take now."""
        return RECHECKS - len(self._asked)

    def recheck(self, uris: list[str], aliases: Mapping[str, str] | None = None) -> None:
        """Ask the source whether these posts still stand; a later batch brings the answer."""
        with self._changed:
            self._asked.extend(uris)
            self._aliases.update(aliases or {})
            self._changed.notify_all()

    def close(self) -> None:
        """End the session. A thread that waits for another machine ends at its next time-out."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSING)

    def _run(self) -> None:
        batches: Iterator[Batch] | None = None
        try:
            batches = self._session(self._start, self)
            for batch in batches:
                self._put(batch)
        except Closed:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where it is read
            self._error = error
        finally:
            close = getattr(batches, "close", None)  # a generator lets go of its socket
            if close is not None:
                close()
            with self._changed:
                self._ended = True

    def _put(self, batch: Batch) -> None:
        size = _size(batch)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(size))
            self.raise_if_closed()
            self._queue.append(batch)
            self._queued_bytes += size

    def _has_room(self, size: int) -> bool:
        if not self._queue:
            return True
        fits = self._queued_bytes + size <= self._bytes_at_most
        return fits and len(self._queue) < self._batches


Session: TypeAlias = Callable[[Snapshot | None, Receiving], Iterator[Batch]]


def _size(batch: Batch) -> int:
    reactions = batch.reactions.nbytes if batch.reactions is not None else 0
    return int(batch.posts.nbytes + reactions)
