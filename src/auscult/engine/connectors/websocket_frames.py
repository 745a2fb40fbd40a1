"""Frames of a web socket, as a server sends them (RFC 6455, section 5), read in a tight loop.

A day of a whole network is replayed through it, and decoding needs the time: frames of a post's
size are read four to five times as fast as by the library `websockets` (one microsecond for
five). What a server sends is the simple half of the protocol: nothing is masked, and without
extensions a frame is a header of two to ten bytes and what follows it. Everything else
(handshake, what is sent) is the library's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from websockets.exceptions import ProtocolError
from websockets.frames import Close

FINAL = 0x80  # the bit of a message's last frame
RESERVED, KIND = 0x70, 0x0F  # the other bits of its first byte
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KINDS = (CONTINUED, TEXT, BINARY, CLOSE, PING, PONG)
WHOLE = (FINAL | TEXT, FINAL | BINARY)  # heads of messages that are one frame
CONTROL = 125  # the longest payload of a control frame
MASKED = 1 << 64  # stands for the length of a masked frame: longer than all that may come
TOO_BIG, INVALID = 1009, 1002  # codes with which a stream is closed

_EIGHT = struct.Struct("!Q").unpack_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a server sent against the protocol, and the code to close the stream with."""

    code: int
    reason: str


class Frames:
    """Cuts what a server sends into messages.

    Parameters
    ----------
    max_size : int
        Bytes that one message may have.

    Attributes
    ----------
    pings : list of bytes
        Payloads that wait for their pongs; the caller empties it.
    close : websockets.frames.Close or None
        With which the server ended the stream.
    fault : Fault or None
        What the server did against the protocol. After it, or a close, nothing is read.
    """

    def __init__(self, max_size: int) -> None:
        self.pings: list[bytes] = []
        self.close: Close | None = None
        self.fault: Fault | None = None
        self._max_size = max_size
        self._came: list[bytes] = []  # pieces of the frame that isn't whole yet
        self._have = 0  # bytes of them
        self._need = 2  # bytes with which there may be more to read
        self._parts: list[bytes] | None = None  # of a message that goes over several frames
        self._parts_size = 0

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun that isn't whole yet."""
        return bool(self._have) or self._parts is not None

    @property
    def ended(self) -> bool:
        """Whether nothing more will be read."""
        return self.close is not None or self.fault is not None

    def feed(self, data: bytes) -> list[bytes]:
        """Take what came, and return the messages that are whole now.

        Text and binary messages are bytes alike; text is not checked to be UTF-8.
        """
        self._came.append(data)
        self._have += len(data)
        # A large message comes in many pieces: they are joined once, not again for each.
        if self.ended or self._have < self._need:
            return []
        joined = data if len(self._came) == 1 else b"".join(self._came)
        messages: list[bytes] = []
        rest = joined[self._read(joined, messages) :]
        self._came, self._have = ([rest] if rest else []), len(rest)
        return messages

    def _read(self, data: bytes, messages: list[bytes]) -> int:
        """Read whole frames into messages; return where the first unfinished one begins."""
        size, at, most = len(data), 0, self._max_size
        whole = WHOLE if self._parts is None else ()
        self._need = 2
        while at + 2 <= size:
            head, length, start = data[at], data[at + 1], at + 2
            if length >= 126:
                start, length = _long(data, at, length)
            end = start + length
            if end > size or length > most:
                self._need = end - at
                self._look_ahead(head, length)
                break
            if head in whole:
                messages.append(data[start:end])
            else:
                self._odd(head, data[start:end], messages)
                if self.ended:
                    break
                whole = WHOLE if self._parts is None else ()
            at = end
        return at

    def _look_ahead(self, head: int, length: int) -> None:
        """Don't wait for the rest of a frame that can't be one."""
        if length == MASKED:
            self._fail(INVALID, "a frame is masked, as none of a server's is")
        elif head & RESERVED:
            self._fail(INVALID, "reserved bits are set")
        elif head & KIND not in KINDS:
            self._fail(INVALID, f"there is no frame of the kind {head & KIND}")
        elif length > self._max_size:
            self._fail(*_unread(length, self._max_size))

    def _odd(self, head: int, payload: bytes, messages: list[bytes]) -> None:
        """Take a frame that isn't a whole message."""
        kind, final = head & KIND, bool(head & FINAL)
        self._look_ahead(head, len(payload))
        if self.ended:
            return
        if kind in (CLOSE, PING, PONG):
            self._control(kind, payload, final=final)
        else:
            self._part(kind, payload, messages, final=final)

    def _control(self, kind: int, payload: bytes, *, final: bool) -> None:
        if len(payload) > CONTROL or not final:
            self._fail(INVALID, "a control frame is too long, or in parts")
        elif kind == PING:
            self.pings.append(payload)
        elif kind == CLOSE:
            try:
                self.close = Close.parse(payload)
            except (ProtocolError, UnicodeDecodeError) as error:
                self._fail(INVALID, f"its close frame can't be read: {error}")

    def _part(self, kind: int, payload: bytes, messages: list[bytes], *, final: bool) -> None:
        if (kind == CONTINUED) is (self._parts is None):
            self._fail(INVALID, "the parts of a message are out of order")
            return
        parts = self._parts = self._parts or []
        parts.append(payload)
        self._parts_size += len(payload)
        if self._parts_size > self._max_size:
            self._fail(*_unread(self._parts_size, self._max_size))
        elif final:
            messages.append(b"".join(parts))
            self._parts, self._parts_size = None, 0

    def _fail(self, code: int, reason: str) -> None:
        self.fault = Fault(code=code, reason=reason)


def _long(data: bytes, at: int, length: int) -> tuple[int, int]:
    """Return where a longer frame's payload begins, and how long it is.

    While its header isn't whole, the payload begins behind all that came, with no length.
    """
    if length == 126:
        if at + 4 > len(data):
            return at + 4, 0
        return at + 4, data[at + 2] << 8 | data[at + 3]
    if length > 127:
        return at + 2, MASKED
    if at + 10 > len(data):
        return at + 10, 0
    return at + 10, int(_EIGHT(data, at + 2)[0])


def _unread(length: int, most: int) -> tuple[int, str]:
    return TOO_BIG, f"a message has {length:,} bytes, more than the {most:,} that are allowed"
