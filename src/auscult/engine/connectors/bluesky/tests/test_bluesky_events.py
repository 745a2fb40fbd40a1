"""Frames of both versions, whole and broken."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.bluesky.events import Terminal, Unreadable, Version, decoder
from servers.jetstream_log import account, commit, error, identity, info, sync, written

DID, POST = "did:plc:anna", "app.bsky.feed.post"
TIME = 1_795_266_000_250_000
EVENTS = [
    commit(DID, POST, "1", {"text": "Flu <jabs> & more", "langs": ["en"]}),
    commit(DID, POST, "1", {"text": "edited"}, operation="update"),
    commit(DID, POST, "1", None),
    commit(DID, "app.bsky.feed.like", "2", {"subject": {"uri": "at://x", "cid": "y"}}),
    account(DID),
    account(DID, status="takendown"),
    identity(DID, "anna.example"),
    sync(DID),
]


def frame(event: Any, version: Version) -> bytes:
    made = written(event, 7, TIME, version)
    assert made is not None
    return made


@pytest.mark.parametrize("event", EVENTS[:-1], ids=lambda event: event.kind)
def test_both_versions_tell_the_same(event: Any) -> None:
    one, two = (decoder(version)(frame(event, version)).event for version in (1, 2))
    assert (one.seq, one.at) == (TIME, TIME)
    assert (two.seq, two.at) == (7, "2026-11-21T13:00:00.250000Z")
    for name in ("kind", "did", "operation", "collection", "rkey", "cid", "record", "account"):
        assert getattr(one, name) == getattr(two, name), name


def test_what_a_commit_says() -> None:
    event = decoder(2)(frame(EVENTS[0], 2)).event
    assert (event.did, event.collection, event.rkey, event.operation) == (DID, POST, "1", "create")
    assert event.record is not None
    assert event.record.text == "Flu <jabs> & more"
    assert decoder(2)(frame(EVENTS[7], 2)).event.kind == "sync"
    left = decoder(2)(frame(EVENTS[5], 2)).event.account
    assert left is not None
    assert (left.active, left.status) == (False, "takendown")


def test_an_odd_record_costs_only_what_is_odd_in_it() -> None:
    versions: tuple[Version, ...] = (1, 2)
    for version in versions:
        odd = commit(DID, POST, "1", {"text": "flu", "langs": "en", "reply": 5, "tags": ["a"]})
        read = decoder(version)(frame(odd, version))
        record = read.event.record
        assert record is not None
        assert (record.text, record.langs, record.tags) == ("flu", None, ["a"])


def test_invalid_text_is_mended_and_counted() -> None:
    good = frame(commit(DID, POST, "1", {"text": "fluXX"}), 2)
    for bad in (b"\xff", b"\\ud800"):
        event, replaced = decoder(2)(good.replace(b"XX", bad))
        assert event.record is not None
        assert (event.record.text, replaced) == ("flu\ufffd", 1)


def test_errors_end_and_notices_tell() -> None:
    with pytest.raises(Terminal, match="ConsumerTooSlow: read faster"):
        decoder(2)(error("ConsumerTooSlow", "read faster"))
    notice = decoder(2)(info("OutdatedCursor", "from 5")).event
    assert (notice.kind, notice.name, notice.message) == ("info", "OutdatedCursor", "from 5")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"$type":"message"}',
        b'{"$type":"message","payload":5}',
        b'{"$type":"message","payload":{"$type":"x#commit","seq":-1,"time":"t"}}',
        b'{"$type":"message","payload":{"$type":"x#commit","seq":1}}',
        b'{"$type":"message","payload":{"seq":1,"time":"t","record":[1]}}',
        b"[" * 100_000,
        b"\x28\xb5\x2f\xfd" + bytes(50),
    ],
)
def test_what_is_no_event_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        decoder(2)(broken)
    with pytest.raises(Unreadable):
        decoder(1)(broken)


@settings(deadline=None)
@given(st.sampled_from(EVENTS[:-1]), st.sampled_from([1, 2]), st.data())
def test_any_damage_is_read_or_named(event: Any, version: Version, data: st.DataObject) -> None:
    whole = frame(event, version)
    at = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(at, min(len(whole), at + 30)))
    damaged = whole[:at] + data.draw(st.binary(max_size=12)) + whole[end:]
    with contextlib.suppress(Unreadable, Terminal):
        decoder(version)(damaged)


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_comes_through(text: str) -> None:
    payload = json.dumps({"did": DID, "time_us": 1, "kind": "commit", "commit": {
        "operation": "create", "collection": POST, "rkey": "1", "record": {"text": text}}})  # fmt: skip
    event, replaced = decoder(1)(payload.encode())
    assert event.record is not None
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    valid = text.isascii() or paired == text
    assert not valid or (event.record.text, replaced) == (text, 0)
    event.record.text.encode() if event.record.text else None
