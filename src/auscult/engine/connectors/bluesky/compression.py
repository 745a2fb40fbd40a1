"""Compressed frames: one frame of zstd in each binary message, with a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import zstandard

from auscult.engine.connectors.bluesky.events import Unreadable
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network

LARGEST = 16 << 20  # bytes of one frame once it is decompressed
DICTIONARY = "network.bsky.jetstream.getZstdDictionary"


class Unpacker:
    """Decompresses frames by one dictionary.

    Parameters
    ----------
    dictionary : bytes
        With its number, as RFC 8878 describes it.

    Raises
    ------
    ValueError
        It is none.
    """

    def __init__(self, dictionary: bytes) -> None:
        try:
            data = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_FULLDICT)
            self.number = data.dict_id()
            self._decompress = zstandard.ZstdDecompressor(
                dict_data=data, max_window_size=LARGEST
            ).decompress
        except zstandard.ZstdError as error:
            raise ValueError(f"it is no dictionary: {error}") from error

    def __call__(self, frame: bytes) -> bytes:
        """Return the frame decompressed.

        Raises
        ------
        Unreadable
            It isn't compressed with this dictionary, or grows too large.
        """
        try:
            # A size that the frame names would be taken at its word.
            if zstandard.frame_content_size(frame) > LARGEST:
                raise Unreadable(f"decompressed it has more than {LARGEST:,} bytes")
            return self._decompress(frame, max_output_size=LARGEST)
        except zstandard.ZstdError as error:
            raise Unreadable(f"it can't be decompressed: {error}") from error


class Offer(NamedTuple):
    """What a handshake asks for."""

    parameter: tuple[str, str]
    unpack: Unpacker


def offer_for_two(host: str, network: Network) -> Offer | None:
    """Fetch the dictionary of a host of version 2; None: it hands out none."""
    client = network.client(timeout=10.0, total=20.0)
    try:
        answer = client.get(f"{_web(host)}/xrpc/{DICTIONARY}", max_bytes=LARGEST)
        unpack = Unpacker(answer.raise_for_status().body)
    except (Remote, ValueError):
        return None  # compression is a courtesy; the stream itself says what is wrong
    finally:
        client.close()
    return Offer(("zstdDictionary", str(unpack.number)), unpack)


def offer_for_one(path: Path) -> Offer:
    """Read the dictionary of version 1.

    Raises
    ------
    Correctable
        There is none at this path.
    """
    try:
        return Offer(("compress", "true"), Unpacker(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise Correctable(
            f"The dictionary {path} can't be used: {error}.",
            field="dictionary",
            code="no-dictionary",
            hint="It is the file zstd_dictionary of Jetstream; without it, leave this empty.",
        ) from error


def _web(host: str) -> str:
    return "http" + host.removeprefix("ws")
