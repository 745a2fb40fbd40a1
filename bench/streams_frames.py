"""A day of Bluesky on disk: frames of Jetstream's version 2, ready to be sent.

The town of Lakeside says as much as the network does; its posts become records with what a
record has (facets, answers, quotes, cards), its authors get DIDs. To every ten posts one is
taken back; accounts leave and come back, and get other handles.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson

from auscult.engine.simulate.town import Town

EVENTS = "network.bsky.jetstream.subscribeEvents"
POST = "app.bsky.feed.post"
TEXT = 0x81  # a whole message of text
DELETED, LEFT, RENAMED = 0.1, 0.0004, 0.01  # to each post
RECENT = 20_000  # posts of which one is taken back
PEOPLE = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Frames in a file; `ends` says where each one ends, so number n begins at `ends[n - 1]`."""

    file: Path
    ends: Path
    posts: int
    frames: int
    size: int


def write_day(folder: Path, posts: int, seed: int = 1) -> Day:
    """Write so many posts, with what else happens meanwhile."""
    file, ends = folder / "frames", folder / "ends.npy"
    lengths: list[int] = []
    with file.open("wb", buffering=1 << 20) as out:
        for payload in _events(posts, seed):
            body = orjson.dumps({"$type": "message", "payload": payload})
            head = _head(len(body))
            out.write(head)
            out.write(body)
            lengths.append(len(head) + len(body))
    np.save(ends, np.cumsum(np.array(lengths, np.int64)))
    return Day(file=file, ends=ends, posts=posts, frames=len(lengths), size=sum(lengths))


def _head(size: int) -> bytes:
    if size < 126:
        return bytes((TEXT, size))
    if size < 1 << 16:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big")
    return bytes((TEXT, 127)) + size.to_bytes(8, "big")


def _events(count: int, seed: int) -> Iterator[dict[str, Any]]:
    chance = Random(seed)
    recent: list[tuple[str, str]] = []
    seq = 0
    for batch in Town(seed=seed, people=min(PEOPLE, max(1_000, count))).simulate(1, count):
        for row in batch.to_pylist():
            at = row["created_at"].astimezone(UTC)
            did, rkey = _place(row["uri"])
            for kind in _beside(chance):
                seq += 1
                yield _other(chance, kind, seq, at, recent)
            seq += 1
            body: dict[str, Any] = {"operation": "create", "collection": POST, "rkey": rkey}
            body |= {"cid": _cid(row["raw_hash"]), "record": _record(row, at)}
            yield _event("commit", did, seq, at, rev=rkey, **body)
            if len(recent) < RECENT:
                recent.append((did, rkey))
            else:
                recent[chance.randrange(RECENT)] = (did, rkey)


def _beside(chance: Random) -> Iterator[str]:
    if chance.random() < DELETED:
        yield "delete"
    if chance.random() < LEFT:
        yield "account"
    if chance.random() < RENAMED:
        yield "identity"


def _other(
    chance: Random, kind: str, seq: int, at: datetime, recent: list[tuple[str, str]]
) -> dict[str, Any]:
    did, rkey = chance.choice(recent) if recent else ("did:plc:nobody", "3k")
    if kind == "delete":
        body: dict[str, Any] = {"operation": "delete", "collection": POST, "rkey": rkey}
        return _event("commit", did, seq, at, rev=rkey, **body)
    told: dict[str, Any] = {"did": did, "seq": seq, "time": _time(at)}
    if kind == "account":
        gone = chance.random() < 0.7
        told |= {"active": not gone} | ({"status": "deleted"} if gone else {})
    else:
        told |= {"handle": f"h{seq}.example"}
    return _event(kind, did, seq, at, **{kind: told})


def _event(kind: str, did: str, seq: int, at: datetime, **body: Any) -> dict[str, Any]:
    time = _time(at)
    rest = {"did": did, "seq": seq, "time": time, "witnessedAt": time, **body}
    return {"$type": f"{EVENTS}#{kind}", **dict(sorted(rest.items()))}


def _record(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    text = row["text"]
    record: dict[str, Any] = {"$type": POST, "createdAt": _time(at - timedelta(seconds=1))}
    record["text"] = text
    if row["language"]:
        record["langs"] = [row["language"]]
    facets = [_tag(text, tag) for tag in row["hashtags"] or ()]
    facets += [_link(text, link) for link in row["links"] or () if link in text]
    if facets:
        record["facets"] = facets
    if row["in_reply_to"]:
        parent = _ref(row["in_reply_to"])
        record["reply"] = {"parent": parent, "root": _ref(row["root"] or row["in_reply_to"])}
    embed = _embed(row)
    if embed:
        record["embed"] = embed
    return record


def _embed(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["quote_of"]:
        return {"$type": "app.bsky.embed.record", "record": _ref(row["quote_of"])}
    if row["links"]:
        card = {"uri": row["links"][0], "title": "A page", "description": "What it is about"}
        return {"$type": "app.bsky.embed.external", "external": card}
    if row["media"]:
        blob = {"$type": "blob", "ref": {"$link": _cid(row["raw_hash"])}, "mimeType": "image/jpeg"}
        pictures = [{"alt": one["alt"] or "", "image": blob} for one in row["media"]]
        return {"$type": "app.bsky.embed.images", "images": pictures}
    return None


def _tag(text: str, tag: str) -> dict[str, Any]:
    return _facet(text, f"#{tag}", {"$type": "app.bsky.richtext.facet#tag", "tag": tag})


def _link(text: str, link: str) -> dict[str, Any]:
    return _facet(text, link, {"$type": "app.bsky.richtext.facet#link", "uri": link})


def _facet(text: str, part: str, feature: dict[str, Any]) -> dict[str, Any]:
    start = len(text[: max(0, text.find(part))].encode())
    index = {"byteStart": start, "byteEnd": start + len(part.encode())}
    return {"features": [feature], "index": index}


def _ref(uri: str) -> dict[str, str]:
    did, rkey = _place(uri)
    return {"cid": _cid(""), "uri": f"at://{did}/{POST}/{rkey}"}


def _place(uri: str) -> tuple[str, str]:
    """Return the DID and the key of a post of the town."""
    author, _, last = uri.rpartition("/")
    name = author.split("/")[2] if uri.startswith("at:") else author
    return _did(name), last[-13:].rjust(13, "3")


@lru_cache(maxsize=500_000)
def _did(name: str) -> str:
    return "did:plc:" + b32encode(hashlib.sha256(name.encode()).digest()[:15]).decode().lower()


def _cid(hexes: str | None) -> str:
    data = bytes.fromhex(hexes) if hexes else bytes(32)
    return "b" + b32encode(b"\x01\x71\x12\x20" + data).decode().lower().rstrip("=")


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
