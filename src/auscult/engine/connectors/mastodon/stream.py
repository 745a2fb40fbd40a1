"""One stream of an instance, received in a thread of its own.

Its events stand in a queue that all streams of a source share. While that is full the thread
waits and reads nothing from its socket.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from auscult.engine.connectors.mastodon.events import Event, Parser, TooLarge
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client, Headers, Network, Stream

WAITING = 200  # events of all streams; each has a megabyte at most, and a few thousand bytes
LOOKS = 0.5  # seconds between two looks at whether it was closed, while the queue is full
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """The instance accepted: what is said from now on comes."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing comes any more."""

    why: Remote


Item: TypeAlias = Opened | Event | Ended
# Says what a refusal means, from its status and headers; None: nothing in particular.
Refusal: TypeAlias = Callable[[int, Headers], Remote | None]
Queue: TypeAlias = "queue.Queue[tuple[Listener[T], Item]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where a stream is, and when it counts as broken.

    Attributes
    ----------
    url : str
    params, headers : dict
    silent_after : float
        Seconds without a line, comments too, after which it has ended.
    refusal : callable
    """

    url: str
    params: dict[str, str]
    headers: dict[str, str]
    silent_after: float
    refusal: Refusal


class Listener(Generic[T]):
    """Listens to a stream, from now on until it ends or is closed.

    Parameters
    ----------
    of : Any
        Whose it is, for whoever takes its events.
    channel : Channel
    into : queue.Queue
        For `(self, item)`: `Opened`, events, and last `Ended`, unless it was closed.
    network : Network

    Attributes
    ----------
    received : int
        Bytes.
    alive_at : float
        When the last line came, by the monotonic clock.
    """

    def __init__(self, of: T, channel: Channel, *, into: Queue[T], network: Network) -> None:
        self.of = of
        self.received = 0
        self.alive_at = time.monotonic()
        self._channel = channel
        self._into = into
        self._closed = False
        self._client: Client = network.client(timeout=channel.silent_after)
        self._thread = threading.Thread(target=self._run, name=f"mastodon {of}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        self._client.close()
        self._thread.join(LOOKS * 4)

    def _run(self) -> None:
        try:
            why = self._listen()
        except Remote as error:
            why = error
        except Correctable as error:  # its address may not be reached
            why = Remote(str(error), permanent=True)
        if not self._closed:
            self._put(Ended(why))

    def _listen(self) -> Remote:
        with self._opened() as stream:
            refused = self._refused(stream)
            if refused is not None:
                return refused
            self._put(Opened())
            try:
                self._receive(stream)
            except TooLarge:
                return Remote(f"{stream.url} sent an event without an end.")
        return Remote(f"{stream.url} ended the stream.")

    def _opened(self) -> AbstractContextManager[Stream]:
        channel = self._channel
        return self._client.stream(channel.url, headers=channel.headers, params=channel.params)

    def _refused(self, stream: Stream) -> Remote | None:
        if stream.status != 200:
            known = self._channel.refusal(stream.status, stream.headers)
            if known is not None:
                return known
            stream.raise_for_status()
            return Remote(f"{stream.url} answered {stream.status}.")
        if "text/event-stream" not in stream.headers.get("content-type", "text/event-stream"):
            return Remote(f"{stream.url} is no stream of events.", permanent=True)
        return None

    def _receive(self, stream: Stream) -> None:
        parser = Parser()
        lines = 0
        self.alive_at = time.monotonic()
        for chunk in stream.chunks():
            self.received += len(chunk)
            for event in parser.feed(chunk):
                self._put(event)
            now = time.monotonic()
            if parser.lines > lines:
                lines, self.alive_at = parser.lines, now
            elif now - self.alive_at > self._channel.silent_after:  # bytes come, but never a line
                raise Remote(f"{stream.url} sent bytes, and no line for too long.")
            if self._closed:
                return

    def _put(self, item: Item) -> None:
        while not self._closed:
            try:
                self._into.put((self, item), timeout=LOOKS)
            except queue.Full:
                continue
            return
