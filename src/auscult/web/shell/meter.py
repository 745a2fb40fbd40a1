"""Counters that all processes of one archive share: a file of named numbers, mapped into memory.

The web server's workers and the runner come and go; what they counted stays. A number is changed
under the file's lock, which costs microseconds. A file that can't be used costs its figures and
nothing else: pages are served and posts are read without it.

::

    record   length of the name (4 bytes), name padded to a multiple of 8, number (8 bytes)
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import mmap
import os
import struct
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

log = logging.getLogger("auscult.meter")

FILE = "meter"
SIZE = 1 << 20  # bytes: some ten thousand series; more would be a defect, and are left out
HEAD = 8  # bytes used so far, before the first record
_LENGTH, _USED, _NUMBER = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<d")


class Meter:
    """Named numbers in a file.

    Parameters
    ----------
    file : Path
        Made where it doesn't exist, readable by its owner alone.

    Raises
    ------
    OSError
        Where the file can't be made or mapped.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        self._lock = threading.Lock()
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        with self._alone():
            if os.fstat(self._file).st_size < SIZE:
                os.ftruncate(self._file, SIZE)
            self._map = mmap.mmap(self._file, SIZE)
            if not self._used():
                _USED.pack_into(self._map, 0, HEAD)
        self._places: dict[str, int] = {}
        self._known = HEAD

    def add(self, amounts: Mapping[str, float]) -> None:
        """Add to several numbers at once; one that is new starts at 0."""
        with self._alone():
            for name, amount in amounts.items():
                place = self._place(name)
                if place is not None:
                    (value,) = _NUMBER.unpack_from(self._map, place)
                    _NUMBER.pack_into(self._map, place, value + amount)

    def set(self, name: str, value: float) -> None:
        """Give a number its value."""
        with self._alone():
            place = self._place(name)
            if place is not None:
                _NUMBER.pack_into(self._map, place, value)

    def read(self) -> dict[str, float]:
        """Return all numbers by name."""
        with self._alone():
            self._learn()
            return {
                name: _NUMBER.unpack_from(self._map, place)[0]
                for name, place in self._places.items()
            }

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        # A file's lock belongs to what was opened, which threads share: so they need one more.
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _used(self) -> int:
        used: int = _USED.unpack_from(self._map, 0)[0]
        return min(used, SIZE)

    def _place(self, name: str) -> int | None:
        """Return where a number stands; None where the file is full."""
        if name not in self._places:
            self._learn()
        return self._places[name] if name in self._places else self._append(name)

    def _learn(self) -> None:
        """Read the names that others have added."""
        used = self._used()
        while self._known < used:
            (length,) = _LENGTH.unpack_from(self._map, self._known)
            begin = self._known + _LENGTH.size
            name = self._map[begin : begin + length].decode()
            self._places[name] = self._known + _name_size(length)
            self._known += _name_size(length) + _NUMBER.size

    def _append(self, name: str) -> int | None:
        coded = name.encode()
        place = self._known + _name_size(len(coded))
        if place + _NUMBER.size > SIZE:
            return None
        _LENGTH.pack_into(self._map, self._known, len(coded))
        begin = self._known + _LENGTH.size
        self._map[begin : begin + len(coded)] = coded
        _NUMBER.pack_into(self._map, place, 0.0)
        self._known = place + _NUMBER.size
        self._places[name] = place
        # Last, so that a process killed before has added nothing.
        _USED.pack_into(self._map, 0, self._known)
        return place


def _name_size(length: int) -> int:
    return -(-(_LENGTH.size + length) // 8) * 8


def meter_file(archive: Path) -> Path:
    """Return where an archive's counters stand."""
    return archive / "run" / FILE


class _Own:
    """The meters that this process has open, each with the process that opened it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Path, tuple[int, Meter | None]] = {}

    def get(self, file: Path) -> Meter | None:
        with self._lock:
            # A lock is shared with whom one was forked from: a child opens its own.
            process, meter = self._open.get(file, (0, None))
            if process != os.getpid():
                meter = self._try(file)
                self._open[file] = (os.getpid(), meter)
            return meter

    def let_go(self, file: Path) -> None:
        with self._lock:
            process, meter = self._open.pop(file, (0, None))
            if meter is not None and process == os.getpid():
                meter.close()

    @staticmethod
    def _try(file: Path) -> Meter | None:
        try:
            return Meter(file)
        except (OSError, ValueError) as error:
            log.warning("nothing is counted: %s", error)
            return None


_own = _Own()


def meter_of(archive: Path) -> Meter | None:
    """Return an archive's counters for this process; None where its folder can't be written."""
    return _own.get(meter_file(archive))


def let_go(archive: Path) -> None:
    """Close an archive's counters, where this process has them open."""
    _own.let_go(meter_file(archive))


def begin_anew(archive: Path) -> None:
    """Forget what was counted before this start, and the names of an older version."""
    with contextlib.suppress(OSError):
        meter_file(archive).unlink(missing_ok=True)
