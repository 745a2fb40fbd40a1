"""Where a stream was left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from auscult.engine.connectors.base import Snapshot

# The cursor names the last event that was taken; the stream goes on behind it. Servers were
# seen to reorder events where replay turns into the live stream: some are taken twice, which
# changes nothing, rather than one not at all.
OVERLAP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a server's stream was read.

    Attributes
    ----------
    host : str
        The server.
    seq : int or None
        The last event; None: none came yet.
    until : datetime or None
        The time up to which everything was read.
    tries : int
        How often the repository that the next event asks for could not be fetched.
    """

    host: str
    seq: int | None = None
    until: datetime | None = None
    tries: int = 0

    @classmethod
    def read(cls, snapshot: Snapshot | None, host: str) -> Place:
        """Return the place that a snapshot names, on this host.

        The numbers of another host mean nothing here: everything that this one has is read,
        and what is known already comes twice.
        """
        if not snapshot:
            return cls(host=host)
        until = snapshot["until"]
        place = cls(
            host=host,
            seq=snapshot["seq"],
            until=datetime.fromisoformat(until) if until else None,
            tries=snapshot["tries"],
        )
        return place if snapshot["host"] == host else replace(place, seq=0, tries=0)

    def snapshot(self) -> Snapshot:
        """Return it as JSON's types."""
        return {
            "host": self.host,
            "seq": self.seq,
            "until": self.until.isoformat() if self.until else None,
            "tries": self.tries,
        }

    def cursor(self, *, history: bool) -> int | None:
        """Return the cursor that goes on here; None begins with this moment."""
        if self.seq is not None:
            return max(0, self.seq - OVERLAP)
        # Something was covered, though no event came: what came since is all of the future.
        return 0 if history or self.until is not None else None

    def reached(self, until: datetime, seq: int | None = None) -> Place:
        """Return the place after more was read."""
        newest = max(until, self.until) if self.until else until
        if seq is None or (self.seq is not None and seq <= self.seq):
            return replace(self, until=newest)
        return replace(self, until=newest, seq=seq, tries=0)
