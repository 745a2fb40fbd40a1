"""The contract of a source: what a connector is, what its reader hands out.

A connector is found by its name through the entry point group `auscult.connectors`.
It is data (`capabilities`, `Config`) and one function, `open`, which returns a reader.
`docs/explanation/connectors.md` says why it is as it is; `conformance.py` proves it of
every connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar, cast, get_args, runtime_checkable

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from auscult.engine.connectors.live import About, Proposal, SigningIn, Status
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network

GROUP = "auscult.connectors"
EXCERPT = 200  # code points of a broken record that are shown

# The point from which to resume: a JSON object that only the connector understands. It is
# stored in the transaction that stores its batch.
Snapshot: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Something that its source took back: one post, or everything of one author.

    Exactly one of `uri`, `author` and `alias` is given. A deletion by `uri` or `author` may
    come before its post, and for posts that were never seen: the consumer keeps it as a
    tombstone. An `alias` is the source's own name of a post (`Batch.aliases`); one that the
    consumer doesn't know is kept as a tombstone for the replay window.
    """

    uri: str | None = None
    author: str | None = None
    at: datetime | None = None  # when the source says it happened
    alias: str | None = None

    def __post_init__(self) -> None:
        if sum(name is not None for name in (self.uri, self.author, self.alias)) != 1:
            raise ValueError("a deletion names one of a uri, an author and an alias")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A record that could not be read and was kept aside.

    Attributes
    ----------
    location : str
        The file, or the address, as its owner knows it.
    line : int
        Number of the line (from 1) or row at which the record starts; 0: the whole location.
    reason : str
        What is wrong with it, in words.
    excerpt : str
        The start of it, at most 200 code points.
    """

    location: str
    line: int
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What is known of a stretch of time: that it was read, or why it was not.

    Attributes
    ----------
    community : str
        What was covered: a file, an instance, a hashtag, a feed. Empty: the whole source.
    since, until : datetime
        From the first to the last moment, UTC; `until` is not before `since`.
    reason : str
        Empty: covered. Else it is a gap, and this says why.
    sampled : float
        Share of the posts that the source gave, 0 < sampled <= 1.
    """

    community: str
    since: datetime
    until: datetime
    reason: str = ""
    sampled: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One step of a source; the consumer stores all of it or nothing.

    Attributes
    ----------
    posts : pyarrow.Table
        Of `kernel.posts.SCHEMA`. A uri stands at most once in a batch. A uri that an
        earlier batch had is a newer version of the same post.
    deleted : tuple of Deletion
        Taken back after the posts of this batch.
    reactions : pyarrow.Table or None
        Likes and reposts, of `live.REACTIONS`; None: none.
    withdrawn : tuple of str
        Uris of reactions that were taken back, after those of this batch.
    restored : tuple of str
        Authors whose accounts are active again: what they post from now on is welcome.
    renewed : tuple of str
        Authors of whom this batch has all posts that are known to stand: others of theirs
        go, and may come again.
    confirmed : tuple of str
        Uris of posts that a recheck found in place.
    aliases : dict of str to str
        From uris of these posts to the names by which this source will speak of them when it
        deletes them, where that isn't the uri; each name once. The consumer keeps the name of
        a post for as long as the post, for `Deletion.alias` and `LiveReader.recheck`.
    broken : tuple of Broken
        Records kept aside, or a sample of them.
    broken_more : int
        Broken records beyond those in `broken`.
    coverage : tuple of Covered
        Stretches that this batch completes.
    snapshot : dict
        Where to resume once this batch is stored.
    records : int
        Records taken from the source that were posts or can't be read:
        `posts.num_rows + len(broken) + broken_more + repeated`.
    repeated : int
        Records left out because a later record of this batch has the same uri.
    replaced : int
        Invalid sequences (not UTF-8, lone surrogates, control characters) that became
        U+FFFD.
    """

    posts: pa.Table
    snapshot: Snapshot
    deleted: tuple[Deletion, ...] = ()
    reactions: pa.Table | None = None
    withdrawn: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()
    broken_more: int = 0
    coverage: tuple[Covered, ...] = ()
    records: int = 0
    repeated: int = 0
    replaced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a reader is, in the source's own unit (bytes for files)."""

    done: int
    total: int | None  # None: a source without an end


class Resume(StrEnum):
    """What happens between the last snapshot and the present when a reader is opened anew."""

    EXACT = "exact"  # nothing lost, nothing twice
    REPLAY = "replay"  # nothing lost within the window; posts may come again under the same uri
    NONE = "none"  # what was said in between is a gap, and is reported as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a source can do, as data, so that nobody asks for it by its name.

    Attributes
    ----------
    live : bool
        It goes on; a reader of a source that isn't live finishes.
    resume : Resume
        What `open` with a snapshot promises.
    replay_window : timedelta or None
        How far back `REPLAY` reaches; None: without limit.
    deletions, account_deletions, edits : bool
        It says when posts are deleted, when authors leave, when posts change.
    engagement : bool
        It gives counts of likes, reposts, replies, quotes or views.
    network : bool
        It reaches other machines.
    needs_login : bool
        It needs credentials.
    keep_at_most : timedelta or None
        The longest time for which its rules let a post be kept without asking again.
    recheck_every : timedelta or None
        Its deletions can be missed: posts are asked for again after so long.
    silent_after : timedelta
        A live source of this kind that brings nothing for so long is worth a look.
    """

    live: bool
    resume: Resume
    replay_window: timedelta | None = None
    deletions: bool = False
    account_deletions: bool = False
    edits: bool = False
    engagement: bool = False
    network: bool = False
    needs_login: bool = False
    keep_at_most: timedelta | None = None
    recheck_every: timedelta | None = None
    silent_after: timedelta = timedelta(hours=1)


class Reader(Protocol):
    """An open source. It belongs to one thread."""

    @property
    def finished(self) -> bool:
        """Nothing will come any more; a live source never is."""
        ...

    @property
    def next_awake(self) -> datetime | None:
        """When to ask again after `next_batch` gave None; None: at once, or finished."""
        ...

    @property
    def progress(self) -> Progress:
        """How far it is."""
        ...

    def next_batch(self) -> Batch | None:
        """Return the next step, or None when there is nothing now.

        It never waits for another machine or process: what takes time happens elsewhere,
        and is picked up by a later call.

        Raises
        ------
        Remote
            The other side failed; the reader stays usable unless the error is permanent.
        """
        ...

    def snapshot(self) -> Snapshot:
        """Return where to resume after the last batch that was handed out."""
        ...

    def close(self) -> None:
        """Let go of everything; may be called again."""
        ...


@runtime_checkable
class LiveReader(Reader, Protocol):
    """An open source that goes on by itself, and says how it is doing."""

    @property
    def status(self) -> Status:
        """How it is doing."""
        ...

    @property
    def wants(self) -> int:
        """How many uris `recheck` would take now; 0 where nothing can be rechecked."""
        ...

    def recheck(self, uris: list[str], aliases: Mapping[str, str] | None = None) -> None:
        """Ask whether these posts still stand; the answer comes in later batches.

        `aliases` are those that batches of this source gave for some of them.
        """
        ...


class Settings(BaseModel):
    """What every connector's configuration inherits: unknown fields are refused.

    Attributes
    ----------
    begins_anew : frozenset of str or None
        Fields whose change makes a snapshot worthless, so that the source is read from its
        start; None: every field. What is left out, such as a list that grows, may change
        under a snapshot.
    says_what : frozenset of str
        Fields with text that say what is read, and never from whom: changing one leaves
        credentials with the source, changing any other text asks for them again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    says_what: ClassVar[frozenset[str]] = frozenset()
    begins_anew: ClassVar[frozenset[str] | None] = None


ConfigT = TypeVar("ConfigT", bound=Settings)


class Connector(Protocol):
    """A kind of source."""

    name: str
    title: str
    capabilities: Capabilities
    Config: type[Settings]

    def about(self, config: Any) -> About:
        """Say what a source with this configuration reads, how often, and at what cost."""
        ...

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Say which sources an address or a handle leads to; () when it isn't of this kind.

        It may ask other machines, for ten seconds at most; what fails is not recognised.
        """
        ...

    def open(
        self, config: Any, snapshot: Snapshot | None, *, clock: Clock, network: Network
    ) -> Reader:
        """Open the source that `config` (a `Config`) describes, at its start or at a snapshot.

        Raises
        ------
        Correctable
            The configuration can't work as it stands.
        Remote
            The other side can't be reached or refuses.
        """
        ...


@runtime_checkable
class SignsIn(Protocol):
    """A kind of source to which a person gives access by a code, not by pasting a token."""

    def begin_sign_in(self, address: str, *, network: Network) -> SigningIn:
        """Say where the person gets her code.

        Raises
        ------
        Correctable, Remote
            The address is none, or isn't of this kind.
        """
        ...

    def finish_sign_in(
        self, state: dict[str, str], code: str, *, network: Network
    ) -> dict[str, Any]:
        """Return the configuration that the code gives, its credentials among it.

        Raises
        ------
        Correctable, Remote
            The code isn't accepted.
        """
        ...


def names() -> list[str]:
    """Return the names of all connectors that are installed."""
    return sorted(_installed())


@cache
def _installed() -> dict[str, EntryPoint]:
    """Return the entry points by name; looking for them reads files of every package."""
    return {point.name: point for point in entry_points(group=GROUP)}


def find(name: str) -> Connector:
    """Return the connector of this name.

    Raises
    ------
    Correctable
        No connector has this name.
    """
    if name in _installed():
        return cast("Connector", _installed()[name].load()())
    known = ", ".join(names()) or "none is installed"
    raise Correctable(
        f"There is no source of the kind '{name}'.",
        field="source",
        code="unknown-connector",
        hint=f"Known kinds: {known}.",
    )


def configure(kind: type[ConfigT], values: dict[str, Any]) -> ConfigT:
    """Check foreign values against a connector's configuration.

    Raises
    ------
    Correctable
        A field is unknown, missing or wrong; the message names the first of them.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "configuration"
        fields = ", ".join(kind.model_fields)
        raise Correctable(
            f"{field}: {_sentence(first['msg'])} Received: {_received(kind, first)}.",
            field=field,
            code=str(first["type"]).replace("_", "-"),
            hint=f"Fields that this source has: {fields}.",
        ) from error


def secret_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields that hold credentials: with a `SecretStr` anywhere inside.

    >>> class Login(Settings):
    ...     handle: str
    ...     password: SecretStr | None = None
    >>> secret_fields(Login)
    ('password',)
    """
    return tuple(
        name for name, field in kind.model_fields.items() if _holds_secret(field.annotation)
    )


def shorten(text: str, length: int = EXCERPT) -> str:
    r"""Return the start of a text, for a message, without line breaks.

    >>> shorten("a\nb" + "c" * 300, 6)
    'a bcc…'
    """
    flat = " ".join(text[: length + 1].split())
    return flat if len(flat) <= length and len(text) <= length else flat[: length - 1] + "…"


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".") + "."


def _holds_secret(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return bool(secret_fields(annotation))
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def _received(kind: type[BaseModel], error: Mapping[str, Any]) -> str:
    """Return what was received, without credentials: the value, or all of them by name."""
    hidden = secret_fields(kind)
    at, value = error["loc"], error.get("input")
    missing = error["type"] == "missing" and len(at) == 1  # its input is the whole configuration
    if at and at[0] in hidden and not missing:
        return "a value that isn't shown"
    if isinstance(value, Mapping):
        value = {name: "…" if name in hidden else one for name, one in value.items()}
    return shorten(repr(value), 80)
