"""Figures of peers against a second, plain reading of the same posts."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.posts import SCHEMA
from auscult.web.listening.peer_figures import FEWEST, FORMATS, Figures, figures, quartiles

END = datetime(2026, 11, 20, 13, tzinfo=UTC)
WEEKS = 13
HOUR = timedelta(hours=1)


def post(uri: str, hours_ago: float, **more: Any) -> dict[str, Any]:
    at = END - hours_ago * HOUR
    return {
        "uri": uri,
        "author": "a",
        "created_at": at,
        "collected_at": at + timedelta(days=2),
        "text": "x",
        **more,
    }


def figures_of(*posts: dict[str, Any], authors: tuple[str, ...] = ("a",)) -> dict[str, Figures]:
    tables = [pa.Table.from_pylist([one], schema=SCHEMA) for one in posts]
    return figures(tables, authors, until=END, weeks=WEEKS)


def test_the_newest_version_of_a_post_counts_once() -> None:
    old = post("u", 30, engagement={"likes": 1})
    new = {**old, "collected_at": old["collected_at"] + HOUR, "engagement": {"likes": 9}}
    several = [post(f"v{n}", 30, engagement={"likes": 9}) for n in range(4)]

    for order in ((old, new), (new, old)):
        told = figures_of(*order, *several)["a"]
        assert told.posts == 5
        assert (told.engagement.median, told.engagement.n) == (9.0, 5)


def test_each_post_has_one_format() -> None:
    told = figures_of(
        post("1", 1, media=[{"kind": "video"}, {"kind": "image"}], links=["https://x.example"]),
        post("2", 1, media=[{"kind": "image"}]),
        post("3", 1, media=[], links=["https://x.example"]),
        post("4", 1, media=[{"kind": "audio"}]),
        post("5", 1, in_reply_to="q"),
        post("6", 1, repost_of="r"),
    )["a"]

    assert told.formats == {"video": 1, "picture": 1, "link": 1, "text": 2}
    assert (told.posts, told.replies) == (5, 1)


def test_a_time_has_its_weeks_and_hours() -> None:
    # The end is a Friday, 13:00.
    told = figures_of(
        post("now", 0.5), post("week", 24 * 7 + 0.5), post("first", 24 * 7 * WEEKS), post("late", 0),
        post("before", 24 * 7 * WEEKS + 1),
    )["a"]  # fmt: skip

    assert told.weeks == (1, *[0] * (WEEKS - 3), 1, 1)
    assert told.hours[4][12] == 2
    assert told.hours[4][13] == 1
    assert sum(map(sum, told.hours)) == told.posts == 3


def test_counts_that_were_read_too_soon_say_nothing() -> None:
    soon = {"collected_at": END, "engagement": {"likes": 0}}
    told = figures_of(*(post(f"s{n}", 2, **soon) for n in range(9)), post("b", 1, engagement=None))

    assert told["a"].engagement.n == 0
    assert told["a"].engagement.median is None


def test_an_account_without_posts_has_figures_as_well() -> None:
    told = figures_of(authors=("a", "b"))

    assert told["a"].posts == told["b"].posts == 0
    assert told["a"].first is None
    assert told["a"].weeks == (0,) * WEEKS


POSTS = st.builds(
    lambda uri, ago, author, likes, replies, reply, kind, link, wait, followers: {
        "uri": f"{author}{uri}",
        "author": author,
        "created_at": END - ago * timedelta(minutes=7),
        "collected_at": END + wait * HOUR,
        "text": "",
        "engagement": None if likes is None else {"likes": likes, "replies": replies},
        "in_reply_to": "x" if reply else None,
        "media": [{"kind": kind}] if kind else None,
        "links": ["https://x.example"] if link else None,
        "author_followers": followers,
    },
    st.integers(0, 12),
    st.integers(0, 20_000),
    st.sampled_from("abc"),
    st.one_of(st.none(), st.integers(0, 500)),
    st.one_of(st.none(), st.integers(0, 50)),
    st.booleans(),
    st.sampled_from(["", "image", "video", "audio"]),
    st.booleans(),
    st.integers(0, 60),
    st.one_of(st.none(), st.integers(0, 9)),
)


@settings(deadline=None)
@given(st.lists(POSTS, max_size=60))
def test_figures_are_those_of_a_plain_reading(given_posts: list[dict[str, Any]]) -> None:
    newest: dict[str, dict[str, Any]] = {}
    for one in given_posts:
        known = newest.get(one["uri"])
        if known is None or one["collected_at"] > known["collected_at"]:
            newest[one["uri"]] = one

    told = figures_of(*given_posts, authors=("a", "b"))

    for author in "ab":
        mine = [
            one
            for one in newest.values()
            if one["author"] == author and END - WEEKS * 7 * 24 * HOUR <= one["created_at"] < END
        ]
        account = told[author]
        assert account.posts == len(mine) == sum(account.weeks) == sum(account.formats.values())
        slots = Counter((p["created_at"].weekday(), p["created_at"].hour) for p in mine)
        assert {
            (day, hour): count
            for day, row in enumerate(account.hours)
            for hour, count in enumerate(row)
            if count
        } == dict(slots)
        assert account.replies == sum(p["in_reply_to"] is not None for p in mine)
        ripe = [
            p["engagement"]["likes"] + (p["engagement"]["replies"] or 0)
            for p in mine
            if p["engagement"] and p["collected_at"] - p["created_at"] >= timedelta(days=1)
        ]
        assert account.engagement.n == len(ripe)
        if len(ripe) >= FEWEST:
            assert account.engagement.median == statistics.median(ripe)


def test_quartiles_are_not_told_of_a_handful() -> None:
    assert quartiles(np.array([1.0, 2.0, 3.0, 4.0])).median is None
    assert quartiles(np.arange(9.0)).high == pytest.approx(6.0)
    assert set(FORMATS) == set(figures_of()["a"].formats)
