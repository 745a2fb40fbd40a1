"""Compressed frames, and those that are meant to harm."""

from __future__ import annotations

import pytest
import zstandard

from auscult.engine.connectors.bluesky.compression import LARGEST, Unpacker
from auscult.engine.connectors.bluesky.events import Unreadable


def trained(seed: int) -> zstandard.ZstdCompressionDict:
    samples: list[bytes | bytearray | memoryview] = [
        f'{{"did":"did:plc:{n * seed}","seq":{n}}}'.encode() * 3 for n in range(2_000)
    ]
    return zstandard.train_dictionary(4096, samples, dict_id=seed)


KNOWN = trained(7)
UNPACK = Unpacker(KNOWN.as_bytes())


def packed(
    data: bytes, *, size: bool = True, known: zstandard.ZstdCompressionDict = KNOWN
) -> bytes:
    compressor = zstandard.ZstdCompressor(dict_data=known, write_content_size=size)
    if size:
        return compressor.compress(data)
    stream = compressor.compressobj()
    return stream.compress(data) + stream.flush()


def test_a_frame_comes_back() -> None:
    assert UNPACK.number == 7
    for size in (True, False):
        assert UNPACK(packed(b'{"seq":1}', size=size)) == b'{"seq":1}'


def test_a_frame_that_would_fill_the_memory_is_refused() -> None:
    for size in (True, False):
        bomb = packed(bytes(LARGEST + 1), size=size)
        assert len(bomb) < 10_000
        with pytest.raises(Unreadable, match=r"more than|can't be decompressed"):
            UNPACK(bomb)


def test_a_frame_of_another_dictionary_is_not_read() -> None:
    with pytest.raises(Unreadable, match="can't be decompressed"):
        UNPACK(packed(b'{"did":"did:plc:9","seq":3}' * 9, known=trained(11)))
    for broken in (b"", b"\x28\xb5\x2f\xfd", b"no frame at all"):
        with pytest.raises(Unreadable):
            UNPACK(broken)


def test_what_is_no_dictionary_is_named() -> None:
    with pytest.raises(ValueError, match="no dictionary"):
        Unpacker(b"<html>not found</html>")
