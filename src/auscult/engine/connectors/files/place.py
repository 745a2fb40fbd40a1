"""How far one file was read: what a snapshot keeps of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

_HEAD = 1024  # bytes by which a file is known again


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file.

    Attributes
    ----------
    position, line : int
        The byte (or row) and the line at which the next record starts.
    done : bool
        The file was read to its end, which was then at `size` bytes.
    size : int
        Its size when this was written.
    head : str
        Digest of its first bytes, by which a file that was replaced is noticed.
    head_size : int
        How many bytes that are.
    since, until : str
        ISO times of its oldest and newest post so far.
    """

    position: int = 0
    line: int = 1
    done: bool = False
    size: int = 0
    head: str = ""
    head_size: int = 0
    since: str = ""
    until: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it for a snapshot."""
        return asdict(self)

    def widened(self, oldest: datetime | None, newest: datetime | None) -> Place:
        """Return it with times that include these."""
        if oldest is None or newest is None:
            return self
        first, last = oldest.isoformat(), newest.isoformat()
        return replace(
            self,
            since=min(self.since, first) if self.since else first,
            until=max(self.until, last),
        )

    def marked(self, path: Path) -> Place:
        """Return it with the file's present size and head."""
        size = path.stat().st_size
        head_size = self.head_size or min(size, _HEAD)
        return replace(self, size=size, head=_head(path, head_size), head_size=head_size)

    def holds_for(self, path: Path) -> bool:
        """Return whether the file still starts as it did and was not cut."""
        same = path.stat().st_size >= self.size and self.head_size > 0
        return same and _head(path, self.head_size) == self.head

    def unchanged(self, path: Path) -> bool:
        """Return whether there is nothing to read in the file any more."""
        return self.done and path.stat().st_size == self.size and self.holds_for(path)


def _head(path: Path, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest()[:16]
