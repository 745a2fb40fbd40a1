"""What a server sends, cut into messages: held against the library's own reader."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side

from auscult.engine.connectors.websocket_frames import Frames

MOST = 70_000
DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
# Lengths at which the header changes its form, and in between.
LENGTHS = st.sampled_from([0, 1, 124, 125, 126, 127, 200, 65_535, 65_536, MOST, MOST + 1])


def library(data: bytes) -> tuple[list[bytes], list[bytes], bool, bool]:
    """Return messages, pings, whether it was closed, and whether it failed."""
    protocol = Protocol(Side.CLIENT, max_size=MOST)
    protocol.receive_data(data)
    messages, parts, pings = [], b"", []
    for event in protocol.events_received():
        assert isinstance(event, Frame)
        if event.opcode in DATA:
            parts += event.data
            if event.fin:
                messages.append(bytes(parts))
                parts = b""
        elif event.opcode is Opcode.PING:
            pings.append(bytes(event.data))
    closed = protocol.close_rcvd is not None
    return messages, pings, closed, protocol.parser_exc is not None and not closed


def ours(data: bytes, cuts: list[int]) -> tuple[list[bytes], list[bytes], bool, bool]:
    frames = Frames(MOST)
    messages = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        messages += frames.feed(data[start:end])
    return messages, frames.pings, frames.close is not None, frames.fault is not None


@st.composite
def frames_sent(draw: st.DrawFn) -> bytes:
    """One frame; most are right, some can't be."""
    opcode = draw(st.sampled_from([*DATA, *DATA, Opcode.PING, Opcode.PONG, Opcode.CLOSE]))
    payload = b"x" * draw(LENGTHS) if opcode in DATA else draw(st.binary(max_size=126))
    if opcode is Opcode.CLOSE:
        payload = draw(st.sampled_from([b"", b"\x03", Close(1000, "bye").serialize(), b"\x00\x01"]))
    head = draw(st.booleans()) << 7 | opcode
    if len(payload) < 126:
        return struct.pack("!BB", head, len(payload)) + payload
    if len(payload) < 65_536:
        return struct.pack("!BBH", head, 126, len(payload)) + payload
    return struct.pack("!BBQ", head, 127, len(payload)) + payload


def crowded(frames: list[bytes]) -> bool:
    """Tell whether a control frame comes where the parts before it leave no room for its bytes.

    The library counts these to the message around the frame, though they are no part of it.
    """
    before = 0
    for frame in frames:
        size = len(frame) - {126: 4, 127: 10}.get(frame[1], 2)
        if frame[0] & 0x0F not in DATA:
            if size and before + size > MOST:
                return True
        else:
            before = 0 if frame[0] & 0x80 else before + size
    return False


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_frames_are_read_as_the_library_reads_them(data: st.DataObject) -> None:
    frames = data.draw(st.lists(frames_sent(), max_size=6))
    assume(not crowded(frames))
    sent = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    assert ours(sent, cuts) == library(sent)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_garbage_is_read_as_the_library_reads_it(sent: bytes, cuts: list[int]) -> None:
    found, expected = ours(sent, sorted(min(cut, len(sent)) for cut in cuts)), library(sent)
    assert found[:3] == expected[:3]
    assert found[3] >= expected[3]  # a frame that can't be one fails before it is whole


def test_a_message_may_come_byte_by_byte_with_pings_between_its_parts() -> None:
    sent = b"".join(
        Frame(opcode, payload, fin).serialize(mask=False)
        for opcode, payload, fin in (
            (Opcode.TEXT, b"to", False),
            (Opcode.PING, b"p", True),
            (Opcode.CONT, b"get", False),
            (Opcode.CONT, b"her", True),
            (Opcode.BINARY, b"next", True),
        )
    )
    assert ours(sent, list(range(1, len(sent)))) == ([b"together", b"next"], [b"p"], False, False)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"\x81\x80abcd", "masked"),
        (b"\xc1\x01a", "reserved bits"),
        (b"\x83\x01a", "no frame of the kind 3"),
        (b"\x80\x01a", "out of order"),
        (b"\x09\x01a", "in parts"),
        (b"\x88\x01a", "close frame can't be read"),
        (b"\x81\x7f" + b"\xff" * 8, "more than the 70,000"),
    ],
)
def test_a_fault_is_named(sent: bytes, reason: str) -> None:
    frames = Frames(MOST)
    assert frames.feed(b"\x81\x01a" + sent) == [b"a"]
    assert frames.fault is not None
    assert reason in frames.fault.reason
    assert frames.feed(b"\x81\x01b") == []


def test_a_large_message_in_small_pieces_takes_time_that_grows_with_its_size_only() -> None:
    payload = b"x" * (16 << 20)
    sent = Frame(Opcode.BINARY, payload).serialize(mask=False)
    frames = Frames(16 << 20)
    begun = time.perf_counter()
    whole = [
        message for at in range(0, len(sent), 4096) for message in frames.feed(sent[at : at + 4096])
    ]
    assert whole == [payload]
    assert time.perf_counter() - begun < 5  # joined anew at each piece it would be minutes
