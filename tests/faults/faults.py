"""What goes wrong on a network, and when: by a seeded schedule."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """A kind of fault."""

    CUT = "cut"  # reset after some bytes
    REFUSED = "refused"  # closed without an answer
    HALF_OPEN = "half-open"  # nothing is forwarded any more, and nothing closed
    SLOW = "slow bytes"
    GARBAGE = "garbage"  # bytes that are no answer, or messages that are none
    BUSY = "503"
    BUSY_UNTIL = "503 with Retry-After"
    LIMITED = "429"
    LIMITED_UNTIL = "429 with Retry-After"
    EXPIRED = "401"  # the token, or the session
    REPLAYED = "earlier answers again"
    REORDERED = "reordered"
    EMPTY = "an empty list"  # instead of an error
    SKEWED = "another time"  # in the header Date


# With which status some of them are answered, and after how many seconds to ask again.
STATUSES: dict[Kind, tuple[int, str]] = {
    Kind.BUSY: (503, ""),
    Kind.BUSY_UNTIL: (503, "1"),
    Kind.LIMITED: (429, ""),
    Kind.LIMITED_UNTIL: (429, "1"),
    Kind.EXPIRED: (401, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one request.

    Attributes
    ----------
    kind : Kind
    after : int
        Bytes that are forwarded first.
    seed : int
        For what else is left to chance.
    """

    kind: Kind
    after: int
    seed: int


@dataclass
class Schedule:
    """Chooses faults until there were enough of them; then all goes well.

    Attributes
    ----------
    random : random.Random
    kinds : sequence of Kind
        To choose from.
    times : int
        How many faults there are in all.
    share : float
        Of the requests that meet one, until then; of streams, all do.
    longest : int
        Most bytes that go well before one.
    met : Counter
        Faults that were met, by kind.
    """

    random: Random
    kinds: Sequence[Kind]
    times: int
    share: float = 0.5
    longest: int = 6_000
    met: Counter[Kind] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def over(self) -> bool:
        """Whether there are no more."""
        return self.met.total() >= self.times

    def next(self, *, goes_on: bool) -> Fault | None:
        """Return the fault that the next request, or the next stretch of a stream, meets."""
        with self._lock:
            if self.over or (not goes_on and self.random.random() >= self.share):
                return None
            kind = self.random.choice(self.kinds)
            self.met[kind] += 1
            # Short stretches are as likely as long ones: most of a stream happens early.
            after = int(self.longest ** self.random.random())
            return Fault(kind=kind, after=after, seed=self.random.getrandbits(32))
