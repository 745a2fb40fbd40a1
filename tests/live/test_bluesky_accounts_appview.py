"""Accounts and threads are read from a real AppView; nightly, because it is heavy."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from auscult.engine.connectors.base import Snapshot, configure
from auscult.engine.connectors.bluesky import AccountsConfig, BlueskyAccounts
from auscult.engine.connectors.conformance import HERE
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock, SystemClock
from hearing import Heard, hear
from servers.atproto import Pds, Said

pytestmark = pytest.mark.nightly
PATIENCE = 60.0  # seconds; it takes about one


def until(met: Callable[[], object]) -> None:
    """Wait until the AppView has taken in what was done."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "the AppView didn't come to know it"
        time.sleep(0.1)


def shown(appview: Pds, said: Said) -> int:
    """Return how often a post was liked; -1: it isn't shown."""
    posts = appview.ask("app.bsky.feed.getPosts", uris=said.uri)["posts"]
    return int(posts[0]["likeCount"]) if posts else -1


@contextlib.contextmanager
def reading(
    appview: Pds, clock: FixedClock, snapshot: Snapshot | None = None, **values: object
) -> Iterator[Receiving]:
    config = configure(AccountsConfig, {"host": appview.appview_url, **values})
    reader = BlueskyAccounts().open(config, snapshot, clock=clock, network=HERE)
    try:
        yield reader
    finally:
        reader.close()


def rounds(heard: Heard) -> bool:
    return any(batch.coverage for batch in heard.batches)


def test_what_an_account_says_with_its_counts(appview: Pds) -> None:
    nurse, guest = appview.create_account("nurse"), appview.create_account("guest")
    said = appview.post(nurse, "Flu jabs from Monday")
    appview.like(guest, said)
    appview.reply(guest, said, "At what time?")
    until(lambda: shown(appview, said) == 1)
    clock = FixedClock(SystemClock().now())
    with reading(appview, clock, accounts=[nurse.handle], threads=[said.uri]) as reader:
        heard = hear(reader, rounds)
    post = heard.posts[said.uri]
    assert (post["author"], post["author_name"]) == (nurse.did, nurse.handle)
    assert post["engagement"]["likes"] == 1
    assert post["author_followers"] == 0
    assert "At what time?" in heard.texts


def test_what_is_taken_back_is_found_and_so_is_who_left(appview: Pds) -> None:
    nurse = appview.create_account("nurse")
    kept, gone = appview.post(nurse, "Stays"), appview.post(nurse, "Goes")
    until(lambda: shown(appview, gone) == 0 and shown(appview, kept) == 0)
    clock = FixedClock(SystemClock().now())
    with reading(appview, clock, accounts=[nurse.did]) as reader:
        heard = hear(reader, rounds)
        appview.delete(nurse, gone)
        until(lambda: shown(appview, gone) == -1)
        reader.recheck([kept.uri, gone.uri])
        hear(reader, lambda heard: heard.confirmed, heard)
    assert heard.confirmed == [kept.uri]
    assert heard.deleted == [gone.uri]
    snapshot = heard.snapshot
    appview.take_down_account(nurse)
    until(lambda: shown(appview, kept) == -1)
    authors: list[str | None] = []
    for _ in range(2):
        clock.advance(timedelta(hours=2))
        with reading(appview, clock, snapshot, accounts=[nurse.did]) as reader:
            heard = hear(reader, rounds)
        snapshot = heard.snapshot
        authors += [one.author for batch in heard.batches for one in batch.deleted]
    assert authors == [nurse.did]
