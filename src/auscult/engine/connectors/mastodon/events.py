"""Server-sent events, as the HTML standard defines them, from pieces of any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 1 << 20  # bytes of one event; a status has a few thousand


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes
    ----------
    name : str
        What follows `event:`; `message` where nothing does.
    data : bytes
        The lines of `data:`, joined by line feeds.
    """

    name: str
    data: bytes


class TooLarge(Exception):
    """An event has no end: what comes is no stream of events."""


class Parser:
    """Reads a stream of events piece by piece; how it is cut into pieces changes nothing.

    An event that the stream's end cuts off isn't one, as the standard says.

    Attributes
    ----------
    lines : int
        Lines that were read so far, comments too: each is a sign of life.
    """

    def __init__(self) -> None:
        self.lines = 0
        self._rest = bytearray()
        self._started = False  # what may be a byte order mark was looked at
        self._after_return = False  # the last line ended with a return; its line feed may follow
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next piece, and yield the events that it completes.

        Raises
        ------
        TooLarge
            An event has more than a megabyte.
        """
        self._rest += chunk
        if not self._started and not self._start():
            return
        for line in self._lines():
            self.lines += 1
            event = self._take(line)
            if event is not None:
                yield event
        if len(self._rest) > LARGEST:
            raise TooLarge

    def _start(self) -> bool:
        mark = b"\xef\xbb\xbf"
        if len(self._rest) < len(mark) and mark.startswith(self._rest):
            return False
        if self._rest.startswith(mark):
            del self._rest[: len(mark)]
        self._started = True
        return True

    def _lines(self) -> Iterator[bytes]:
        """Yield whole lines: they end with a line feed, a return, or both."""
        rest, self._rest = self._rest, bytearray()
        start = 0
        if self._after_return and rest:
            start = int(rest[0] == 0x0A)
            self._after_return = False
        while True:
            end = _line_end(rest, start)
            if end < 0:
                break
            line = bytes(rest[start:end])
            start = end + 1
            if rest[end] == 0x0D:
                if start < len(rest):
                    start += rest[start] == 0x0A
                else:
                    self._after_return = True
            yield line
        self._rest = rest[start:]

    def _take(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value
        elif field == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > LARGEST:
                raise TooLarge
        return None  # a comment, or a field that means nothing here (id, retry)

    def _dispatch(self) -> Event | None:
        name, data = self._name, self._data
        self._name, self._data, self._size = b"", [], 0
        if not data:
            return None
        return Event(name.decode("utf-8", "replace") or "message", b"\n".join(data))


def _line_end(data: bytearray, start: int) -> int:
    feed = data.find(b"\n", start)
    back = data.find(b"\r", start, feed if feed >= 0 else len(data))
    return back if back >= 0 else feed
