"""A file as UTF-8 bytes, from any offset: packed or not, in whatever encoding.

Offsets are those of the unpacked UTF-8 bytes. In a plain UTF-8 file a read seeks; in any
other the bytes before it are unpacked again, once, when a reader resumes.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

PACKED = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
_STEP = 1 << 20
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF8_MARK = b"\xef\xbb\xbf"


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    # Becomes the byte FF, which isn't UTF-8: counted and replaced where all else is.
    return "\udcff", cast("UnicodeDecodeError", error).end


codecs.register_error("auscult-mark", _mark_invalid)


class Stream:
    """The bytes of one file.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str or None
        Its encoding; None: UTF-8, or UTF-16 where its first two bytes say so.
    lone_returns : bool
        Lines end with a carriage return only.
    """

    def __init__(
        self, path: Path, *, encoding: str | None = None, lone_returns: bool = False
    ) -> None:
        self.path = path
        self.trouble = ""  # why a packed file ends before its end
        self._file = path.open("rb")
        self.size = path.stat().st_size
        self._packing = _packing(self._file)
        self._lone_returns = lone_returns
        self.encoding = _settled(encoding, self._first())
        self._held = bytearray()
        self._start = 0  # offset of what is held
        self._chunks: Iterator[bytes] | None = None

    @property
    def plain(self) -> bool:
        """Whether offsets are those of the file itself."""
        return not self._packing and self.encoding == "utf-8" and not self._lone_returns

    @property
    def position(self) -> int:
        """Return how much of the file itself was taken, in bytes."""
        return self._file.tell()

    def mark_length(self) -> int:
        """Return the length of the byte order mark that the text starts with."""
        return len(_UTF8_MARK) if self.read(0, 3) == _UTF8_MARK else 0

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from an offset; fewer only at the end."""
        if self.plain:
            self._file.seek(offset)
            return self._file.read(size)
        if self._chunks is None or offset < self._start:
            self._chunks, self._start = self._unpacked(), 0
            self._held.clear()
        return self._ahead(offset, size)

    def close(self) -> None:
        """Let go of the file."""
        self._chunks = None
        self._held.clear()
        self._file.close()

    def _ahead(self, offset: int, size: int) -> bytes:
        assert self._chunks is not None
        while self._start + len(self._held) < offset + size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._held += chunk
            self._drop(offset)
        self._drop(offset)
        skip = offset - self._start
        return bytes(self._held[skip : skip + size])

    def _drop(self, offset: int) -> None:
        gone = min(offset - self._start, len(self._held))
        if gone > 0:
            del self._held[:gone]
            self._start += gone

    def _first(self) -> bytes:
        self._chunks = None
        start = b"".join(next(self._raw(), b"")[:4] for _ in range(1))
        self._file.seek(0)
        self.trouble = ""
        return start

    def _raw(self) -> Iterator[bytes]:
        """Yield the unpacked bytes; a torn file ends early, with `trouble` saying why."""
        self._file.seek(0)
        source: BinaryIO = self._file
        if self._packing == ".gz":
            source = cast("BinaryIO", gzip.GzipFile(fileobj=self._file))
        elif self._packing == ".zst":
            unpacker = zstandard.ZstdDecompressor()
            source = cast(
                "BinaryIO",
                unpacker.stream_reader(self._file, read_across_frames=True, closefd=False),
            )
        try:
            while chunk := source.read(_STEP):
                yield chunk
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            self.trouble = f"the packed file is damaged: {error}"

    def _unpacked(self) -> Iterator[bytes]:
        chunks = self._raw()
        if self.encoding != "utf-8":
            chunks = _as_utf8(chunks, self.encoding)
        if self._lone_returns:
            chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
        return chunks


def _packing(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    return next((end for end, magic in PACKED.items() if start.startswith(magic)), "")


def _settled(encoding: str | None, start: bytes) -> str:
    if encoding is None:
        return _UTF16.get(start[:2], "utf-8")
    name = codecs.lookup(encoding).name
    if name == "utf-16":
        return _UTF16.get(start[:2], "utf-16-le")
    return "utf-8" if name in {"utf-8", "ascii", "utf-8-sig"} else name


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("auscult-mark")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")
