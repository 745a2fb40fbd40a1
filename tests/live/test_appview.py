"""A network with an AppView counts and threads what is said; nightly, because it is heavy."""

from __future__ import annotations

import time
from typing import Any

import pytest

from servers.atproto import Pds, Said

pytestmark = pytest.mark.nightly
PATIENCE = 60.0  # seconds; it takes about one


def seen(appview: Pds, said: Said, **counts: int) -> dict[str, Any]:
    """Return a post as the AppView shows it, once its counts are these."""
    until = time.monotonic() + PATIENCE
    post: dict[str, Any] = {}
    while time.monotonic() < until:
        posts = appview.ask("app.bsky.feed.getPosts", uris=said.uri)["posts"]
        post = posts[0] if posts else {}
        if post and {name: post[name] for name in counts} == counts:
            return post
        time.sleep(0.1)
    pytest.fail(f"after {PATIENCE} s the AppView shows {post}, not {counts}")


def test_reactions_replies_and_quotes_are_counted_and_taken_back(appview: Pds) -> None:
    author, reader = appview.create_account("nurse"), appview.create_account("reader")
    said = appview.post(author, "Flu jabs from Monday")
    liked = appview.like(reader, said)
    appview.repost(reader, said)
    appview.reply(reader, said, "At what time?")
    appview.quote(reader, said, "Go and get one")
    seen(appview, said, likeCount=1, repostCount=1, replyCount=1, quoteCount=1)
    appview.delete(reader, liked)
    seen(appview, said, likeCount=0, repostCount=1)


def test_feeds_and_threads_show_what_was_said(appview: Pds) -> None:
    author, reader = appview.create_account("nurse"), appview.create_account("reader")
    said = appview.post(author, "Visiting hours have changed")
    answer = appview.reply(reader, said, "Since when?")
    appview.reply(author, answer, "Since today", root=said)
    seen(appview, said, replyCount=1)
    seen(appview, answer, replyCount=1)
    feed = appview.ask("app.bsky.feed.getAuthorFeed", actor=author.did)["feed"]
    assert said.uri in {one["post"]["uri"] for one in feed}
    thread = appview.ask("app.bsky.feed.getPostThread", uri=said.uri)["thread"]
    (first,) = thread["replies"]
    assert first["post"]["record"]["text"] == "Since when?"
    (second,) = first["replies"]
    assert second["post"]["record"]["text"] == "Since today"
    appview.delete(reader, answer)
    seen(appview, said, replyCount=0)
