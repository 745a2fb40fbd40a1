"""What a live source says of itself: how it is doing, and what a person should know of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from auscult.engine.kernel.clock import Clock

# Likes and reposts as events of their own. `uri` is the reaction's own identifier, `subject`
# the post's; `kind` is `like` or `repost`.
REACTIONS = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("author", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a network lets be asked in a period, and how much of it was used.

    Attributes
    ----------
    unit : str
        What is counted, in the plural: "units", "requests", "searches".
    spent, budget : int
        Used so far, and allowed, until `resets_at`.
    """

    unit: str
    spent: int
    budget: int
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an open source is doing.

    Attributes
    ----------
    doing : str
        In two or three words: "connecting", "catching up", "live", "waiting".
    last_event : datetime or None
        The newest event, by the source's own time.
    lag : float or None
        Seconds from that event to the moment when it was received.
    frames, bytes, unreadable : int
        Received since it was opened: messages or answers, their size as sent, and how many
        could not be read.
    quota : Quota or None
        None: nothing is rationed.
    next_fetch : datetime or None
        When a source that is asked from time to time is asked again.
    notes : tuple of str
        Sentences that a person should read: "The local timeline is closed."
    failing : bool
        It is open, but can do nothing of what it is for: no feed of a list can be read.
    """

    doing: str = ""
    last_event: datetime | None = None
    lag: float | None = None
    frames: int = 0
    bytes: int = 0
    unreadable: int = 0
    quota: Quota | None = None
    next_fetch: datetime | None = None
    notes: tuple[str, ...] = ()
    failing: bool = False

    def seen(self, event: datetime, clock: Clock) -> dict[str, Any]:
        """Return the changes that an event of this time makes: `note(**status.seen(...))`."""
        newest = max(event, self.last_event) if self.last_event else event
        return {"last_event": newest, "lag": max(0.0, (clock.now() - newest).total_seconds())}

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON's types, moments in ISO 8601."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person is told before she connects a source.

    Attributes
    ----------
    reads : str
        What will be read, in a sentence.
    how_often, costs : str
        In a few words each.
    terms : str
        The address of the rules that apply; may be empty.
    duties : tuple of str
        What these rules ask of the house, a sentence each.
    """

    reads: str
    how_often: str
    costs: str
    terms: str = ""
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """A sign-in that waits for the code which a person gets from the other side.

    Attributes
    ----------
    link : str
        What she opens, signed in to her account there.
    state : dict
        What finishing needs, as JSON's types. It holds a secret: never put it in a page.
    """

    link: str
    state: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source that an address or a handle leads to.

    Attributes
    ----------
    connector, name, config
        What `add_source` is given.
    reads : str
        What it would read, in a sentence.
    confidence : float
        0 to 1; the surest is proposed first.
    """

    connector: str
    name: str
    config: dict[str, Any]
    reads: str
    confidence: float = 1.0
