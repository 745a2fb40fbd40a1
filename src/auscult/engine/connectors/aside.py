"""Records that can't be read: all are counted, the first ones of a batch kept with their start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from auscult.engine.connectors.base import Broken, shorten
from auscult.engine.kernel.text import clean

SHOWN = 20  # of one batch
_START = 800  # bytes or characters from which what is shown is taken


@dataclass(slots=True)
class Aside:
    """What one batch sets aside.

    Attributes
    ----------
    kept : list of Broken
        The first ones.
    count : int
        Of all.
    """

    kept: list[Broken] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        """How many there are beyond those that are kept."""
        return self.count - len(self.kept)

    def add(self, location: str, reason: str, record: Any = "", *, line: int = 0) -> None:
        """Set a record aside: as text, as bytes, or as JSON's types."""
        self.count += 1
        if len(self.kept) < SHOWN:
            start = record if isinstance(record, str | bytes) else as_json(record)
            excerpt = shorten(clean(start[:_START])[0])
            self.kept.append(Broken(location=location, line=line, reason=reason, excerpt=excerpt))


def as_json(record: Any) -> bytes:
    """Return a record as JSON with its fields in order, or as Python has it where that fails."""
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, numbers beyond 64 bits, or deeper than 254 levels
        try:
            return repr(record).encode("utf-8", "backslashreplace")
        except RecursionError:
            return b"nested too deeply"
