"""Bodies as they were before they were compressed, piece by piece, so that a bomb stays small."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

PIECE = 64 * 1024  # bytes at most of one piece that is handed out
MEMBERS = 10_000  # of one gzip body; empty ones cost time and no bytes
ACCEPTED = "gzip, deflate"
_MAGIC = b"\x1f\x8b"


class NotDecoded(ValueError):
    """A body that isn't compressed as its header says."""


class Decoder:
    """Turns the bytes of a body into what they stand for.

    Parameters
    ----------
    encoding : str
        Of the header Content-Encoding.

    Raises
    ------
    NotDecoded
        The encoding is none that was asked for.
    """

    def __init__(self, encoding: str) -> None:
        self._name = encoding.strip().lower() or "identity"
        if self._name not in {"identity", "gzip", "x-gzip", "deflate"}:
            raise NotDecoded(f"it is encoded as '{encoding[:40]}', which was not asked for")
        self._inflate: Any = None
        self._members = 0
        self._held = b""  # perhaps the start of another member
        self._over = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Return what these bytes stand for, in pieces of at most 64 KiB.

        Raises
        ------
        NotDecoded
            They aren't what the encoding says.
        """
        if self._name == "identity":
            yield from (data[at : at + PIECE] for at in range(0, len(data), PIECE))
            return
        data, self._held = self._held + data, b""
        while data and not self._over and (self._inflate is not None or self._begins(data)):
            piece, data = self._step(data)
            yield from (piece,) if piece else ()
            # All input may be taken while some of what it stands for is still to come.
            while len(piece) == PIECE and not data and self._inflate is not None:
                piece, data = self._step(b"")
                yield from (piece,) if piece else ()

    def end(self) -> None:
        """Say that the body is over.

        Raises
        ------
        NotDecoded
            It ended in the middle.
        """
        if self._inflate is not None:
            raise NotDecoded("it ended in the middle of what was compressed")

    def _begins(self, data: bytes) -> bool:
        """Begin a member, if there is one; gzip may have several, and padding after the last."""
        if self._members and self._name == "deflate":
            self._over = True
        elif self._members and len(data) < len(_MAGIC) and _MAGIC.startswith(data):
            self._held = data
        elif self._members and not data.startswith(_MAGIC):
            self._over = True
        else:
            self._members += 1
            self._inflate = self._begun(data)
        if self._members > MEMBERS:
            raise NotDecoded(f"it was compressed in more than {MEMBERS:,} parts")
        return self._inflate is not None

    def _begun(self, data: bytes) -> Any:
        if self._name != "deflate":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" should have zlib's header; some servers leave it out.
        wrapped = data[0] & 0x0F == 8 and data[0] >> 4 <= 7
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)

    def _step(self, data: bytes) -> tuple[bytes, bytes]:
        inflate = self._inflate
        try:
            piece = inflate.decompress(data, PIECE)
        except zlib.error as error:
            raise NotDecoded(f"it can't be decompressed ({error})") from error
        if not inflate.eof:
            return piece, inflate.unconsumed_tail
        self._inflate = None
        return piece, inflate.unused_data
