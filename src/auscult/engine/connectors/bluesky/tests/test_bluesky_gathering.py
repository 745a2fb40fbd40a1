"""Any order of events, cut into batches anywhere, ends as the events themselves say."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import Batch
from auscult.engine.connectors.bluesky.events import Account, Event, Read
from auscult.engine.connectors.bluesky.gathering import Gathering
from auscult.engine.connectors.bluesky.records import LIKE, POST, Record, Ref
from auscult.engine.connectors.conformance import check_batch

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
AUTHORS, KEYS, TEXTS = ["did:plc:a", "did:plc:b"], ["1", "2", "3"], ["x", "y", "z"]
authors, keys = st.sampled_from(AUTHORS), st.sampled_from(KEYS)
saying = st.builds(
    lambda did, key, text, operation: Event(
        type="#commit", did=did, collection=POST, rkey=key, operation=operation,
        record=Record(text=text),
    ),
    authors, keys, st.sampled_from(TEXTS), st.sampled_from(["create", "update"]),
)  # fmt: skip
taking_back = st.builds(
    lambda did, key: Event(type="#commit", did=did, collection=POST, rkey=key, operation="delete"),
    authors,
    keys,
)
moving = st.builds(
    lambda did, active, status: Event(type="#account", did=did, account=Account(active, status)),
    authors,
    st.booleans(),
    st.sampled_from(["deleted", "suspended", "throttled", None]),
)
liking = st.builds(
    lambda did, key, operation: Event(
        type="#commit", did=did, collection=LIKE, rkey=key, operation=operation,
        record=Record(subject=Ref(f"at://{AUTHORS[0]}/{POST}/1")),
    ),
    authors, keys, st.sampled_from(["create", "delete"]),
)  # fmt: skip
stories = st.lists(
    st.one_of(saying, saying, taking_back, moving, liking).flatmap(
        lambda event: st.tuples(st.just(event), st.booleans())
    ),
    max_size=30,
)


class Archive:
    """What a consumer of batches keeps, as the contract says; and so does one of events."""

    def __init__(self) -> None:
        self.posts: dict[str, str] = {}
        self.likes: set[str] = set()
        self.withdrawn: set[str] = set()
        self.tombstones: set[str] = set()
        self.left: set[str] = set()

    def say(self, uri: str, text: str) -> None:
        author = uri.split("/")[2]
        if uri not in self.tombstones and author not in self.left:
            self.posts[uri] = text

    def remove(self, uri: str) -> None:
        self.tombstones.add(uri)
        self.posts.pop(uri, None)

    def leave(self, author: str) -> None:
        self.left.add(author)
        self.posts = {u: t for u, t in self.posts.items() if u.split("/")[2] != author}

    def store(self, batch: Batch) -> None:
        check_batch(batch)
        self.left -= set(batch.restored)
        for uri, text in zip(batch.posts["uri"], batch.posts["text"], strict=True):
            self.say(uri.as_py(), text.as_py())
        for deletion in batch.deleted:
            if deletion.uri is not None:
                self.remove(deletion.uri)
            elif deletion.author is not None:
                self.leave(deletion.author)
        if batch.reactions is not None:
            self.likes |= set(batch.reactions["uri"].to_pylist())
        self.likes -= set(batch.withdrawn)

    def take(self, event: Event) -> None:
        uri = f"at://{event.did}/{event.collection}/{event.rkey}"
        if event.account is not None:
            if event.account.active:
                self.left.discard(event.did)
            elif event.account.status != "throttled":
                self.leave(event.did)
        elif event.collection == LIKE:
            (self.likes.discard if event.operation == "delete" else self.likes.add)(uri)
        elif event.operation == "delete":
            self.remove(uri)
        elif event.record is not None:
            self.say(uri, event.record.text or "")


@settings(max_examples=200, deadline=None)
@given(stories)
def test_batches_say_what_the_events_say(story: list[tuple[Event, bool]]) -> None:
    archive, oracle = Archive(), Archive()
    gathering = Gathering("here")

    def cut() -> Gathering:
        archive.store(gathering.batch({}, [], NOW))
        return Gathering("here")

    for number, (event, cuts) in enumerate(story):
        event.seq, event.time = number, f"2026-11-21T13:00:00.{number:06d}Z"
        oracle.take(event)
        if gathering.breaks(event):
            gathering = cut()
        gathering.take(Read(event), 100)
        if cuts:
            gathering = cut()
    cut()
    assert archive.posts == oracle.posts
    assert archive.likes == oracle.likes
    assert archive.left == oracle.left
