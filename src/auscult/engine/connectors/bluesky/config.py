"""What a person says of a source of Bluesky."""

from __future__ import annotations

import math
from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from auscult.engine.connectors.base import Settings
from auscult.engine.connectors.bluesky.events import Version

HOSTS = (
    "wss://jetstream.us-east.bsky.network",
    "wss://jetstream.us-west.bsky.network",
    "wss://jetstream2.us-east.bsky.network",
    "wss://jetstream1.us-west.bsky.network",
)


IN_ADDRESS = 100  # authors that an address has room for


class BlueskyConfig(Settings):
    """The stream of the whole network, or of some of its authors.

    Attributes
    ----------
    hosts : tuple of str
        Servers that pass on what is said on Bluesky ("Jetstream"). Those of Bluesky itself are
        there already; when one fails, the next one goes on.
    version : 1, 2 or None
        Which of its two forms the servers speak. Leave it empty: it is found out.
    authors : tuple of str
        Accounts to read, by their lasting names (`did:plc:...`); empty: everybody. Where you
        know handles, take "Accounts and threads on Bluesky" instead.
    engagement : bool
        Count likes and reposts, too; that takes about ten times the traffic.
    hours_back : float
        How many hours back reading begins; the servers keep about 36.
    silent_after : float
        After how many seconds without anything new a connection counts as broken, and is made
        anew. A stream of up to 100 authors may be quiet for as long as they are.
    compress : bool
        Have it sent in compressed form: a third of the traffic, for a little more work here.
    dictionary : Path or None
        A file on this machine that older servers need to compress what they send. Leave it
        empty.
    directory : str
        Where it is looked up which server an account is at. Leave it as it is, unless your
        network has a directory of its own.
    appview : str
        Where posts that were kept are asked for again once a week, in case their deletion was
        missed; empty: nowhere.
    """

    begins_anew: ClassVar = frozenset()  # a place is good for every host, and for any authors

    hosts: tuple[str, ...] = Field(default=HOSTS, min_length=1)
    version: Version | None = None
    authors: tuple[str, ...] = Field(default=(), max_length=10_000)
    engagement: bool = False
    hours_back: float = Field(default=0.0, ge=0.0, le=36.0)
    silent_after: float = Field(default=120.0, gt=0.0)
    compress: bool = True
    dictionary: Path | None = None
    directory: str = "https://plc.directory"
    appview: str = "https://public.api.bsky.app"

    @property
    def asks_for_authors(self) -> bool:
        """Whether a host is to send these authors only; of more, all is read and passed over."""
        return 0 < len(self.authors) <= IN_ADDRESS

    @property
    def patience(self) -> float:
        """Seconds without an event that say that something is wrong; a few authors may sleep."""
        return math.inf if self.asks_for_authors else self.silent_after

    @field_validator("hosts", "authors", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("hosts")
    @classmethod
    def _addresses(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_socket_address(host.strip()) for host in hosts)

    @field_validator("authors")
    @classmethod
    def _dids(cls, authors: tuple[str, ...]) -> tuple[str, ...]:
        for author in authors:
            if not author.startswith("did:"):
                raise ValueError(f"{author!r} is no DID; its profile page shows it as did:plc:...")
        return authors


def _socket_address(host: str) -> str:
    """Return where a host's web sockets are: `wss://` and its name, without a path."""
    scheme, _, rest = host.rpartition("://")
    schemes = {"": "wss", "wss": "wss", "https": "wss", "ws": "ws", "http": "ws"}
    name = rest.partition("/")[0]
    if scheme not in schemes or not name:
        raise ValueError(f"{host!r} is no address of a Jetstream server, such as {HOSTS[0]}")
    return f"{schemes[scheme]}://{name}"
