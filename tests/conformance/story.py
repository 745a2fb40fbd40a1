"""A made-up stretch of Bluesky with all that can happen to a post, and what must be left of it.

`tell` makes the events, `outcome` replays them one by one, in the plainest way, without any of
Auscult's code: posts, edits, deletions, accounts that leave and come back, likes and reposts
given and taken back, answers and quotes.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from servers.jetstream_log import START, Event, account, commit, identity

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
WATCHED = "flu"
STEP_US = 1_000
GONE = ("deleted", "takendown", "suspended", "deactivated")
DEED = {
    "post": 45.0,
    "like": 20.0,
    "unlike": 6.0,
    "repost": 4.0,
    "edit": 7.0,
    "delete": 9.0,
    "leave": 0.5,
    "come_back": 1.0,
    "rename": 2.0,
}


@dataclass(slots=True)
class Told:
    """What a story has so far."""

    events: list[Event] = field(default_factory=list)
    # uri: did, rkey, whether it is watched, what it answers or quotes
    posts: dict[str, tuple[str, str, bool, dict[str, Any]]] = field(default_factory=dict)
    likes: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # uri: did, rkey, kind
    away: set[str] = field(default_factory=set)


def uri_of(did: str, collection: str, rkey: str) -> str:
    return f"at://{did}/{collection}/{rkey}"


def tell(seed: int, size: int, people: int = 100) -> list[Event]:
    """Return about `size` events; the last one is a post."""
    chance = random.Random(seed)
    told = Told()
    everybody = [f"did:plc:person{seed}x{number:04d}" for number in range(people)]
    deeds, weights = zip(*DEED.items(), strict=True)
    while len(told.events) < size:
        deed = chance.choices(deeds, weights)[0]
        present = [did for did in everybody if did not in told.away]
        _DEEDS[deed](told, chance, chance.choice(present))
    told.away.clear()
    _post(told, chance, everybody[0])
    return told.events


def _record(told: Told, text: str, **more: Any) -> dict[str, Any]:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        microseconds=START + len(told.events) * STEP_US
    )
    made = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"text": text, "createdAt": made, "langs": ["en"], **more}


def _text(told: Told, *, watched: bool) -> str:
    # A word that no other text has, to search files for.
    word = f"zq{len(told.events)}qz"
    return f"my {WATCHED} {word} here" if watched else f"nothing {word} here"


def _post(told: Told, chance: random.Random, did: str) -> None:
    rkey = f"3k{len(told.events):011d}"
    watched = chance.random() < 0.5
    more: dict[str, Any] = {}
    if told.posts and chance.random() < 0.35:
        other = {"uri": chance.choice(list(told.posts)), "cid": "bafyother"}
        if chance.random() < 0.7:
            more["reply"] = {"root": other, "parent": other}
        else:
            more["embed"] = {"$type": "app.bsky.embed.record", "record": other}
    record = _record(told, _text(told, watched=watched), **more)
    told.events.append(commit(did, POST, rkey, record))
    told.posts[uri_of(did, POST, rkey)] = (did, rkey, watched, more)


def _edit(told: Told, chance: random.Random, did: str) -> None:
    # Whether a watch finds a post doesn't change: who sees only the last of two versions that
    # came in one batch doesn't know that the first one was found.
    mine = [one for one in told.posts.values() if one[0] == did]
    if mine:
        _, rkey, watched, more = chance.choice(mine)
        record = _record(told, _text(told, watched=watched), **more)
        told.events.append(commit(did, POST, rkey, record, operation="update"))


def _delete(told: Told, chance: random.Random, did: str) -> None:
    mine = [uri for uri, one in told.posts.items() if one[0] == did]
    if mine:
        gone = told.posts.pop(chance.choice(mine))
        told.events.append(commit(did, POST, gone[1], None))


def _give(told: Told, chance: random.Random, did: str, collection: str) -> None:
    if told.posts:
        rkey = f"3m{len(told.events):011d}"
        subject = {"uri": chance.choice(list(told.posts)[-60:]), "cid": "bafyother"}
        record = {"subject": subject, "createdAt": _record(told, "")["createdAt"]}
        told.events.append(commit(did, collection, rkey, record))
        told.likes[uri_of(did, collection, rkey)] = (did, rkey, collection)


def _like(told: Told, chance: random.Random, did: str) -> None:
    _give(told, chance, did, LIKE)


def _repost(told: Told, chance: random.Random, did: str) -> None:
    _give(told, chance, did, REPOST)


def _unlike(told: Told, chance: random.Random, did: str) -> None:
    mine = [uri for uri, one in told.likes.items() if one[0] == did]
    if mine:
        _, rkey, collection = told.likes.pop(chance.choice(mine))
        told.events.append(commit(did, collection, rkey, None))


def _leave(told: Told, chance: random.Random, did: str) -> None:
    told.events.append(account(did, status=chance.choice(GONE)))
    told.away.add(did)
    told.posts = {uri: one for uri, one in told.posts.items() if one[0] != did}


def _come_back(told: Told, chance: random.Random, did: str) -> None:
    if told.away:
        back = chance.choice(sorted(told.away))
        told.away.discard(back)
        told.events.append(account(back))


def _rename(told: Told, chance: random.Random, did: str) -> None:
    told.events.append(identity(did, f"handle{len(told.events)}.example"))


_DEEDS = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "like": _like,
    "repost": _repost,
    "unlike": _unlike,
    "leave": _leave,
    "come_back": _come_back,
    "rename": _rename,
}


@dataclass(slots=True)
class Outcome:
    """What must be left: each mention's text and counts, and the words that must be nowhere."""

    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    standing: set[str] = field(default_factory=set)  # uris, also of what no watch found
    left: set[str] = field(default_factory=set)  # who left, also if they came back


@dataclass(slots=True)
class Oracle:
    """Replays events, one after the other."""

    mentions: dict[str, tuple[str, str]] = field(default_factory=dict)  # uri: did, text
    # Who did what to which mention: uri of the deed, its kind -> did, mention.
    deeds: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    said: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # uri: did, words
    forgotten: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def replay(self, event: Event) -> None:
        body = event.body
        if event.kind == "account" and not body["active"]:
            self.left.add(event.did)
            for uri in [uri for uri, one in self.said.items() if one[0] == event.did]:
                self._forget(uri)
            self.deeds = {key: one for key, one in self.deeds.items() if one[0] != event.did}
        elif event.kind == "commit":
            uri = uri_of(event.did, body["collection"], body["rkey"])
            if body["operation"] == "delete":
                self._forget(uri)
                self.deeds = {key: one for key, one in self.deeds.items() if key[0] != uri}
            elif body["collection"] == POST:
                self._say(uri, event.did, body["record"])
            else:
                kind = "likes" if body["collection"] == LIKE else "reposts"
                self._do(uri, kind, event.did, body["record"]["subject"]["uri"])

    def _say(self, uri: str, did: str, record: dict[str, Any]) -> None:
        words = [word for word in record["text"].split() if word.startswith("zq")]
        self.said.setdefault(uri, (did, []))[1].extend(words)
        if WATCHED in record["text"].split():
            self.mentions[uri] = (did, record["text"])
        if "reply" in record:
            self._do(uri, "replies", did, record["reply"]["parent"]["uri"])
        if "embed" in record:
            self._do(uri, "quotes", did, record["embed"]["record"]["uri"])

    def _do(self, uri: str, kind: str, did: str, subject: str) -> None:
        if subject in self.mentions:
            self.deeds[uri, kind] = (did, subject)

    def _forget(self, uri: str) -> None:
        self.forgotten.update(self.said.pop(uri, ("", []))[1])
        if self.mentions.pop(uri, None):
            self.deeds = {key: one for key, one in self.deeds.items() if one[1] != uri}


def outcome(events: list[Event]) -> Outcome:
    """Return what must be left after these events."""
    oracle = Oracle()
    for event in events:
        oracle.replay(event)
    left = Outcome(forgotten=oracle.forgotten, standing=set(oracle.said), left=oracle.left)
    for uri, (_, text) in oracle.mentions.items():
        left.texts[uri] = text
        left.counts[uri] = Counter()
    for (_, kind), (_, subject) in oracle.deeds.items():
        left.counts[subject][kind] += 1
    return left
