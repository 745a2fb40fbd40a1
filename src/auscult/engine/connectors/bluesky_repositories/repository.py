"""Whole repositories and single records, asked of the server that streams them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from auscult.engine.connectors.bluesky.events import Event, Read
from auscult.engine.connectors.bluesky.records import POST, read_record
from auscult.engine.connectors.bluesky_repositories.archive import (
    entries,
    read_archive,
)
from auscult.engine.connectors.bluesky_repositories.frames import Found, micros, written
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer, Client

LARGEST = 256 << 20  # bytes of a repository; those of the busiest people have a fifth of it
XRPC = "/xrpc/com.atproto."
# With which a server says that a repository is no longer to be read.
LEFT = ("RepoNotFound", "RepoTakendown", "RepoSuspended", "RepoDeactivated")
NOT_THERE = ("RecordNotFound", *LEFT)


class Gone(Exception):
    """The repository is no longer to be read: its author left."""


class Checked(NamedTuple):
    """What became of a post: it stands (with what it says now), it is gone, or nobody said."""

    uri: str
    now: Read | None = None
    gone: bool = False


def read_repository(
    client: Client, web: str, did: str, at: datetime, wanted: Container[str]
) -> Iterator[Found]:
    """Yield the posts, likes and reposts of a whole repository.

    Parameters
    ----------
    client : Client
    web : str
        The server.
    did : str
        Whose repository.
    at : datetime
        When it was said to have changed.
    wanted : container of str
        The collections that are read.

    Raises
    ------
    Gone
        The server has it no longer.
    Unreadable
        What it sent is no repository.
    Remote
        It can't be fetched.
    """
    url = f"{web}{XRPC}sync.getRepo"
    answer = client.get(url, params={"did": did}, max_bytes=LARGEST)
    if error_of(answer) in LEFT:
        raise Gone
    archive = read_archive(answer.raise_for_status().body)
    for path, cid in entries(archive):
        if path.partition("/")[0] in wanted:
            yield written(did, path, cid, archive.blocks, micros(at))


def check_post(client: Client, web: str, uri: str, at: datetime) -> Checked:
    """Ask whether a post still stands.

    Raises
    ------
    Remote
        The server can't be asked.
    """
    did, _, path = uri.removeprefix("at://").partition("/")
    collection, _, rkey = path.partition("/")
    params = {"repo": did, "collection": collection, "rkey": rkey}
    answer = client.get(f"{web}{XRPC}repo.getRecord", params=params)
    if error_of(answer) in NOT_THERE:
        return Checked(uri, gone=True)
    value = answer.raise_for_status().json()
    try:
        record = read_record(value["value"])
    except (KeyError, TypeError, msgspec.ValidationError):
        return Checked(uri)
    event = Event(
        type="#commit",
        did=did,
        time_us=micros(at),
        operation="update",
        collection=POST,
        rkey=rkey,
        cid=str(value.get("cid") or ""),
        record=record,
    )
    return Checked(uri, Read(event))


def error_of(answer: Answer) -> str:
    """Return the name of an error of XRPC; empty where there is none."""
    if answer.status < 400:
        return ""
    try:
        said = answer.json()
    except Remote:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
