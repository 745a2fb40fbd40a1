"""Streams in their units: the head of the answer, then a frame or a chunk at a time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from random import Random

PIECE = 1 << 16


def units(origin: socket.socket, *, web_socket: bool) -> Iterator[bytes]:
    """Yield the head of an answer, and then each frame (of a web socket) or chunk, whole."""
    came = bytearray()
    end = came.find(b"\r\n\r\n")
    while end < 0:
        if not _more(origin, came):
            return
        end = came.find(b"\r\n\r\n")
    yield _taken(came, end + 4)
    measure = _frame if web_socket else _chunk
    while True:
        size = measure(came)
        if size and size <= len(came):
            yield _taken(came, size)
        elif not _more(origin, came):
            if came:
                yield bytes(came)
            return


def garbage_unit(random: Random, *, web_socket: bool) -> bytes:
    """Return a message that says nothing, or bytes that are no message at all."""
    noise = random.randbytes(30)
    if web_socket:
        # A binary message with noise; a reserved kind of frame, which ends the stream.
        return random.choice([b"\x82\x1e" + noise, b"\x81\x07{broken", b"\x83\x01x"])
    line = b"event: update\ndata: " + noise.hex().encode() + b"\n\n"
    return f"{len(line):x}\r\n".encode() + line + b"\r\n"


def _more(origin: socket.socket, came: bytearray) -> bool:
    try:
        data = origin.recv(PIECE)
    except OSError:
        return False
    came += data
    return bool(data)


def _taken(came: bytearray, size: int) -> bytes:
    unit = bytes(came[:size])
    del came[:size]
    return unit


def _frame(came: bytearray) -> int:
    """Return the size of the frame that begins here, 0 while it isn't known."""
    if len(came) < 2:
        return 0
    length = came[1] & 0x7F
    if length < 126:
        return 2 + length
    more = 2 if length == 126 else 8
    if len(came) < 2 + more:
        return 0
    return 2 + more + int.from_bytes(came[2 : 2 + more], "big")


def _chunk(came: bytearray) -> int:
    """Return the size of the chunk that begins here, 0 while it isn't known."""
    line = came.find(b"\r\n")
    if line < 0:
        return 0
    try:
        return line + 2 + int(came[:line].split(b";")[0], 16) + 2
    except ValueError:
        return len(came)
