"""WordPress: what is gone is removed, and nothing else."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auscult.engine.connectors.wordpress import WordPress
from auscult.engine.connectors.wordpress.posts import Writer
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Remote
from hearing import Rounds, hear, rounds_of
from servers.answering import Reply
from servers.wordpress_rest import World, error

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


ELEVEN = timedelta(minutes=11)  # a little more than from one round to the next


def session(answer: Any, path: str = "", **values: Any) -> AbstractContextManager[Rounds]:
    return rounds_of(WordPress(), answer, FixedClock(NOW), path, **values)


def test_an_empty_list_instead_of_an_error_removes_nothing() -> None:
    world = World()
    for number in range(1, 4):
        world.post(number, NOW - timedelta(days=number))
    with session(world) as s:
        heard = s.open()
        uris = sorted(heard.posts)
        world.before = lambda asked: (
            Reply([], headers={"X-WP-Total": "0"}) if "include" in asked.params else None
        )
        s.reader.recheck(uris)
        start = len(s.heard.batches)
        after = hear(s.reader, lambda h: len(h.batches) > start, s.heard)
        assert (after.deleted, sorted(after.confirmed)) == ([], uris)
        world.before = lambda _: None
        del world.posts[2]
        s.reader.recheck(uris)
        after = hear(s.reader, lambda h: h.deleted, s.heard)
        assert after.deleted == [f"{s.server.url}/?p=2"]
        assert sorted(after.confirmed) == sorted([*uris, uris[0], uris[2]])


def test_a_site_that_wants_a_pause_is_not_asked_for_the_rest() -> None:
    world = World()
    for number in range(1, 31):
        world.post(number, NOW - timedelta(days=number))
    with session(world) as s:
        uris = sorted(s.open().posts)
        world.before = lambda asked: (
            Reply([], headers={"X-WP-Total": "0"})
            if "include" in asked.params
            else Reply("", 429, {"Retry-After": "30"})
        )
        asked = len(s.server.asked)
        s.reader.recheck(uris)
        with pytest.raises(Remote) as failed:
            hear(s.reader, lambda _: False, s.heard)
        assert failed.value.retry_after == 30
        assert len(s.server.asked) == asked + 2
        assert s.heard.deleted == []


def test_a_site_that_closed_its_doors_removes_nothing() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=1))
    with session(world) as s:
        s.open()
        world.before = lambda _: error(401, "rest_forbidden")
        s.reader.recheck([f"{s.server.url}/?p=1"])
        with pytest.raises(Remote, match="lets nobody read"):
            hear(s.reader, lambda _: False, s.heard)
        assert s.heard.deleted == []


def test_a_post_that_gets_a_password_is_removed() -> None:
    world = World()
    for number in (1, 2):
        world.post(number, NOW - timedelta(days=number))
    with session(world) as s:
        uris = sorted(s.open().posts)
        closed = {"rendered": "", "protected": True}
        world.post(
            1, NOW - timedelta(days=1), content=closed, modified_gmt=f"{NOW:%Y-%m-%dT%H:%M:%S}"
        )
        assert s.again(ELEVEN).deleted == [uris[0]]
        world.posts[2]["content"] = closed  # without a trace in its dates
        s.reader.recheck(uris)
        hear(s.reader, lambda h: uris[1] in h.deleted, s.heard)
        world.post(3, NOW, content=closed)
        assert s.again(ELEVEN).deleted == []


def test_only_a_sites_own_posts_are_checked() -> None:
    writer = Writer(home="https://x.example/blog", community="x.example/blog", language=None)
    assert writer.numbers(writer.uri(7)) == ("posts", 7)
    assert writer.numbers(writer.uri(7, 9)) == ("comments", 9)
    assert writer.numbers("https://y.example/?p=7") is None
    assert writer.numbers("https://x.example/blog/about") is None
