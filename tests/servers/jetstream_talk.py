"""One subscriber of a Jetstream server, from the answer to its request until the end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from servers.jetstream_asking import Asked, Wanted
from servers.jetstream_log import TEXT, Packing, Told, error, framed

AT_ONCE = 1024  # frames that are written with one call
CLOSING = 5.0  # seconds that a close may stay unanswered
POLICY_VIOLATION, GOING_AWAY = 1008, 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong on one connection, once `after` frames were sent.

    Attributes
    ----------
    refuse
        Answer the request with this status, these headers and this body, and no stream.
    cut
        Reset the connection, in the middle of a frame.
    silent
        Send nothing more and answer nothing, not even a ping; the connection stays open.
    garbage
        Send these bytes as a message of text, and go on.
    raw
        Send these bytes as they are, whatever they do to the framing, and go on.
    error
        Send this terminal error (version 2: name, message) and close.
    close
        Close with this code.
    again
        Send this many of the last frames once more, and go on.
    """

    after: int = 0
    refuse: tuple[int, Mapping[str, str], bytes] | None = None
    cut: bool = False
    silent: bool = False
    garbage: bytes | None = None
    raw: bytes | None = None
    error: tuple[str, str] | None = None
    close: int | None = None
    again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What all subscribers of a server share; `changed` is set when there is news."""

    log: Told
    packing: Packing
    changed: asyncio.Event
    rate: Callable[[], float | None]


class Talk:
    """One subscriber, from the answer to its request until the end."""

    def __init__(
        self,
        feed: Feed,
        wanted: Wanted,
        fault: Fault,
        asked: Asked,
        protocol: ServerProtocol,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.feed, self.wanted, self.fault, self.asked = feed, wanted, fault, asked
        self.protocol, self.reader, self.writer = protocol, reader, writer
        self.recent: deque[bytes] = deque(maxlen=max(1, fault.again))
        self.deaf = False

    async def run(self) -> None:
        """Send and listen until one side ends it."""
        listening = asyncio.ensure_future(self._listen())
        sending = asyncio.ensure_future(self._send())
        try:
            await asyncio.wait((listening, sending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, sending):
                task.cancel()
            await asyncio.gather(listening, sending, return_exceptions=True)

    async def _listen(self) -> None:
        """Answer pings and closes; end the stream when the subscriber says anything else."""
        while received := await self.reader.read(1 << 16):
            if self.deaf:
                continue
            self.protocol.receive_data(received)
            for event in self.protocol.events_received():
                said = isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY)
                if said and self.wanted.wire.version == 2 and self.protocol.state is OPEN:
                    self.asked.closed = "the subscriber sent data"
                    self.protocol.send_close(POLICY_VIOLATION, "unexpected data message")
            self.writer.write(b"".join(self.protocol.data_to_send()))
            await self.writer.drain()
            if self.protocol.close_expected():
                return

    async def _send(self) -> None:
        log, wanted = self.feed.log, self.wanted
        if wanted.notice is not None:
            self.writer.write(self._pack(wanted.notice))
        position, started, pending = wanted.position, time.monotonic(), self.fault != Fault()
        while True:
            end = min(len(log), position + AT_ONCE)
            rate = self.feed.rate()
            if rate is not None:
                due = wanted.position + int((time.monotonic() - started) * rate) + 1
                end = min(end, max(due, position))
            frames = self._frames(position, end)
            if pending and self.asked.sent + len(frames) >= self.fault.after:
                frames, rest = self._split(frames)
                await self._write(frames)
                pending = False
                if await self._go_wrong(rest):
                    return
                frames = rest
            await self._write(frames)
            position = end
            if position == len(log):
                await self._news(position)
            elif rate is not None:
                await asyncio.sleep(0.01)

    def _split(self, frames: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        at = max(0, self.fault.after - self.asked.sent)
        return frames[:at], frames[at:]

    def _frames(self, first: int, end: int) -> list[bytes]:
        """Return what this subscriber gets of some events."""
        feed, wanted = self.feed, self.wanted
        choice = None if wanted.everything else wanted
        return feed.log.chosen(first, end, choice, wanted.wire, feed.packing)

    async def _write(self, frames: list[bytes]) -> None:
        if frames:
            self.recent.extend(frames[-self.fault.again :] if self.fault.again else ())
            self.asked.sent += len(frames)
            self.writer.write(b"".join(frames))
            await self.writer.drain()

    async def _news(self, position: int) -> None:
        """Wait until there are more events than `position`."""
        while len(self.feed.log) == position:
            self.feed.changed.clear()
            if len(self.feed.log) == position:
                await self.feed.changed.wait()

    async def _go_wrong(self, rest: list[bytes]) -> bool:
        """Do what the fault says; return whether the stream is over."""
        fault = self.fault
        garbage = b"" if fault.garbage is None else framed(fault.garbage, TEXT)
        repeated = b"".join(self.recent) if fault.again else b""
        self.writer.write((fault.raw or b"") + garbage + repeated)
        await self.writer.drain()
        if fault.silent:
            self.deaf = True
            await asyncio.Event().wait()
        if fault.cut:
            self.writer.write(rest[0][: len(rest[0]) // 2] if rest else b"\x81")
            await self.writer.drain()
            self.asked.closed = "cut"
            return True
        if fault.error is not None:
            self.writer.write(self._pack(error(*fault.error)))
        if fault.error is not None or fault.close is not None:
            self.asked.closed = "closed"
            self.protocol.send_close(fault.close or GOING_AWAY, "")
            self.writer.write(b"".join(self.protocol.data_to_send()))
            await self.writer.drain()
            await asyncio.sleep(CLOSING)  # or until the other side has closed as well
            return True
        return False

    def _pack(self, payload: bytes) -> bytes:
        return self.feed.packing.pack(payload, self.wanted.wire)
