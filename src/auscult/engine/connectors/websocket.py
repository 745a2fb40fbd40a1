"""A web socket that is only listened to: connect, receive in gulps, notice silence.

The handshake, and what is sent, are made by the library `websockets` without its own input and
output; what comes in is cut into messages by `websocket_frames.py`.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from websockets.frames import Close, CloseCode, Frame, Opcode

from auscult.engine.connectors.websocket_frames import Frames
from auscult.engine.connectors.websocket_handshake import Refused, shake_hands
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Connection, Network

__all__ = ["Ended", "Refused", "Stream", "open_stream"]

CONNECT = 20.0  # seconds in which the stream must stand
WAKE = 0.25  # seconds after which a gulp is handed out although nothing came
UNFINISHED = 60.0  # seconds that one message may take from its first byte to its last
GULP = 1 << 18  # bytes that are asked for at once
MAX_SIZE = 16 << 20
# A quiet stream is emptied ten times a second and not at every message: that many
# fewer turns of the loop, and a message waits no longer than a batch takes to fill.
REST = 0.1
SMALL = 1 << 16  # bytes; after fewer it rests
AT_HAND = 0.001  # seconds that are waited for more of what has come already


class Ended(Remote):
    """The other side ended the stream.

    Attributes
    ----------
    code, reason
        Of its close frame; 1006 and nothing where it sent none.
    """

    def __init__(self, message: str, *, code: int, reason: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class Silence:
    """For how long the stream has been waited for, in seconds.

    Time in which the reader was busy with something else is none of it.
    """

    bytes: float = 0.0
    messages: float = 0.0
    unfinished: float = 0.0
    asked: bool = False  # a ping was sent into it

    def waited(self, seconds: float, frames: Frames, *, came: bool, messages: bool) -> None:
        """Count one wait, and what it brought."""
        self.bytes = 0.0 if came else self.bytes + seconds
        self.messages = 0.0 if messages else self.messages + seconds
        going = frames.unfinished and not messages
        self.unfinished = self.unfinished + seconds if going else 0.0
        self.asked = self.asked and not came


class Stream:
    """An open stream; `open_stream` makes it.

    Attributes
    ----------
    host : str
        Whom it comes from.
    received : int
        Bytes so far.
    """

    def __init__(
        self,
        connection: Connection,
        came: bytes,
        *,
        silent_after: float,
        ping_after: float,
        max_size: int,
    ) -> None:
        self.host = connection.host
        self.received = len(came)
        self._connection = connection
        self._frames = Frames(max_size)
        self._first = self._frames.feed(came)
        self._silent_after = silent_after
        self._ping_after = ping_after
        self._wake = min(WAKE, silent_after, ping_after)
        self._failure: Remote | None = None  # raised once all that came before it is read

    def gulps(self) -> Iterator[list[bytes]]:
        """Yield the messages that came meanwhile, at least every 0.25 s, also when none did.

        Text and binary messages are bytes alike. While the caller is busy nothing is read, so
        that the other side waits, and the memory of this one stays what it is.

        Raises
        ------
        Ended
            The other side closed the stream, or cut it.
        Remote
            It was silent for too long, or broke the protocol.
        """
        silence = Silence()
        if self._first:
            yield self._first
        self._connection.settimeout(self._wake)
        while True:
            begun = time.monotonic()
            data = self._received()
            messages = self._frames.feed(data) if data else []
            silence.waited(
                time.monotonic() - begun, self._frames, came=bool(data), messages=bool(messages)
            )
            yield messages
            self._reply()
            self._watch(silence)
            if 0 < len(data or b"") < SMALL:
                time.sleep(REST)

    def _received(self) -> bytes | None:
        """Return what came, all of it up to a gulp; None when nothing did.

        Over TLS a call of `recv` gives one record, and a server may put each message into one
        of its own: what has come already is taken before we rest.
        """
        if self._frames.ended:
            raise self._end()
        if self._failure is not None:
            raise self._failure
        pieces: list[bytes] = []
        have = 0
        while have < GULP and (data := self._piece(GULP - have)):
            self._connection.settimeout(AT_HAND)
            pieces.append(data)
            have += len(data)
        self._connection.settimeout(self._wake)
        if self._failure is not None and not pieces:
            raise self._failure
        self.received += have
        return b"".join(pieces) if pieces else None

    def _piece(self, size: int) -> bytes | None:
        """Return what one call of `recv` gives; None when it gives nothing, now or ever."""
        try:
            data = self._connection.recv(size)
        except TimeoutError:
            return None
        except Remote as error:
            self._failure = error
            return None
        if not data:
            why = f"{self.host} cut the stream without a word."
            self._failure = Ended(why, code=CloseCode.ABNORMAL_CLOSURE, reason="")
        return data

    def _reply(self) -> None:
        """Answer pings: of several that came meanwhile, the last one."""
        if self._frames.pings:
            self._send(Frame(Opcode.PONG, self._frames.pings[-1]))
            self._frames.pings.clear()

    def _watch(self, silence: Silence) -> None:
        if silence.messages >= self._silent_after:
            raise self._silent(silence.messages, "sent nothing")
        if silence.unfinished >= UNFINISHED:
            raise self._silent(silence.unfinished, "didn't finish a message")
        if silence.asked and silence.bytes >= 2 * self._ping_after:
            raise self._silent(silence.bytes, "answered nothing, not even a ping,")
        if not silence.asked and silence.bytes >= self._ping_after:
            silence.asked = True
            self._send(Frame(Opcode.PING, b"auscult"))

    def _silent(self, seconds: float, what: str) -> Remote:
        return Remote(f"{self.host} {what} for {seconds:.0f} s; the stream is opened anew.")

    def _end(self) -> Remote:
        fault, close = self._frames.fault, self._frames.close
        if close is not None:
            return Ended(
                f"{self.host} closed the stream: {close}.",
                code=int(close.code),
                reason=close.reason,
            )
        assert fault is not None
        return Remote(f"{self.host} sent what can't be read as a stream: {fault.reason}.")

    def leave(self) -> None:
        """Say that nothing more is wanted, and why."""
        fault = self._frames.fault
        code = fault.code if fault is not None else CloseCode.NORMAL_CLOSURE
        with contextlib.suppress(Remote):
            self._send(Frame(Opcode.CLOSE, Close(code, "").serialize()))

    def _send(self, frame: Frame) -> None:
        self._connection.sendall(frame.serialize(mask=True))


@contextlib.contextmanager
def open_stream(
    url: str,
    network: Network,
    *,
    headers: Mapping[str, str] | None = None,
    silent_after: float = math.inf,
    ping_after: float = 20.0,
    max_size: int = MAX_SIZE,
) -> Iterator[Stream]:
    """Open a stream, and close it at the end.

    Parameters
    ----------
    url : str
        `ws` or `wss`, with its query.
    network : Network
    headers : mapping, optional
        Sent with the handshake.
    silent_after : float
        Seconds without a message after which the stream is given up, though its connection
        stands; without end by default, for streams that may be quiet.
    ping_after : float
        Seconds without a byte after which the other side is asked for a sign of life; after
        as many more the stream is given up.
    max_size : int
        Bytes that one message may have.

    Raises
    ------
    Refused
        The other side answered with another status than 101.
    Remote
        It can't be reached, or doesn't speak the protocol.
    """
    with contextlib.closing(network.connect(url, timeout=CONNECT)) as connection:
        given = {"User-Agent": network.user_agent, **(headers or {})}
        came = shake_hands(url, connection, given, within=CONNECT)
        stream = Stream(
            connection,
            came,
            silent_after=silent_after,
            ping_after=ping_after,
            max_size=max_size,
        )
        try:
            yield stream
        finally:
            stream.leave()
