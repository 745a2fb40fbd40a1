"""Features and outcomes against a second reading, post by post; words for every reason."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.planning.claims import (
    SENTENCES,
    Claim,
    Feature,
    Outcome,
    Reason,
    Why,
    always_hashtags,
    features,
    media_beat_none,
    post_at,
    post_on,
    questions_get_answers,
    say,
    short_beats_long,
    video_beats_text,
)
from auscult.engine.planning.claims.pairs import neighbours

BERLIN = "Europe/Berlin"
CLAIMS = [
    always_hashtags(3), media_beat_none(), post_at(9, BERLIN), post_on(1, BERLIN),
    questions_get_answers(), short_beats_long(), video_beats_text(),
]  # fmt: skip

COUNTS = st.none() | st.integers(0, 10**6)
POSTS = st.lists(
    st.fixed_dictionaries({
        "uri": st.uuids().map(str),
        "text": st.text(max_size=30) | st.sampled_from(["Why?", "See https://x.org/?q=1", "なぜ？"]),
        "created_at": st.integers(0, 2 * 10**9).map(
            lambda seconds: datetime.fromtimestamp(seconds, UTC)
        ),
        "hashtags": st.none() | st.lists(st.text(max_size=3), max_size=4),
        "links": st.none() | st.lists(st.text(max_size=3), max_size=2),
        "mentions": st.none() | st.lists(st.text(max_size=3), max_size=2),
        "media": st.none() | st.lists(
            st.fixed_dictionaries({"kind": st.sampled_from(["image", "video", "audio", None])}),
            max_size=3,
        ),
        "engagement": st.none() | st.fixed_dictionaries(
            {"likes": COUNTS, "reposts": COUNTS, "replies": COUNTS}
        ),
        "author_followers": st.none() | st.integers(0, 10**9),
    }),
    max_size=8,
)  # fmt: skip


def _kinds(post: dict[str, Any], kind: str) -> int:
    return sum(one["kind"] == kind for one in post["media"] or [])


def _asks(post: dict[str, Any]) -> bool:
    return any(sign in re.sub(r"https?://\S+", "", post["text"]) for sign in "?？؟")


SECOND_READING = {
    Feature.HOUR: lambda post: post["created_at"].astimezone(ZoneInfo(BERLIN)).hour,
    Feature.WEEKDAY: lambda post: post["created_at"].astimezone(ZoneInfo(BERLIN)).weekday(),
    Feature.HASHTAGS: lambda post: len(post["hashtags"] or []),
    Feature.MEDIA: lambda post: len(post["media"] or []),
    Feature.IMAGES: lambda post: _kinds(post, "image"),
    Feature.VIDEOS: lambda post: _kinds(post, "video"),
    Feature.LENGTH: lambda post: len(post["text"]),
    Feature.LINKS: lambda post: len(post["links"] or []),
    Feature.MENTIONS: lambda post: len(post["mentions"] or []),
    Feature.QUESTION: _asks,
}


@given(rows=POSTS, cut=st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_features_and_outcomes_are_those_of_a_second_reading(
    rows: list[dict[str, Any]], cut: int
) -> None:
    posts = pa.Table.from_pylist(rows, schema=SCHEMA).slice(cut)
    rows = rows[cut:]
    assert set(SECOND_READING) == set(Feature)
    for feature, read in SECOND_READING.items():
        assert features.values(feature, posts, BERLIN).tolist() == [read(post) for post in rows]
    for outcome, names in {
        Outcome.ENGAGEMENT: ["likes", "reposts", "replies"],
        Outcome.REPLIES: ["replies"],
    }.items():
        said = [[(post["engagement"] or {}).get(name) for name in names] for post in rows]
        np.testing.assert_array_equal(
            features.counts(outcome, posts),
            [
                sum(part or 0 for part in parts) if parts != [None] * len(parts) else np.nan
                for parts in said
            ],
        )
    days = [(post["created_at"].astimezone(ZoneInfo(BERLIN)).date() - date(1970, 1, 1)).days
            for post in rows]  # fmt: skip
    assert features.local_days(posts, BERLIN).tolist() == days


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claims_come_back_from_data(claim: Claim) -> None:
    assert Claim.from_data(json.loads(json.dumps(claim.as_data()))) == claim


@given(
    posts=st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 100)), max_size=40)
)
def test_neighbours_are_those_of_a_plain_walk(posts: list[tuple[int, bool, int]]) -> None:
    posts = sorted(posts, key=lambda post: (post[0], post[2]))
    day = 86_400_000_000
    expected, taken = [], -1
    for place in range(len(posts) - 1):
        (here, one, at), (there, other, then) = posts[place : place + 2]
        if place > taken and here == there and one != other and then - at <= 28:
            expected.append((place, place + 1))
            taken = place + 1
    first, second = neighbours(
        np.array([post[0] for post in posts], np.int64),
        np.array([post[1] for post in posts], np.bool_),
        np.array([post[2] * day for post in posts], np.int64),
    )
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == expected


def test_settled_posts_are_those_read_late_enough() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {"uri": str(hours), "text": "", "created_at": at,
         "collected_at": None if hours is None else at + timedelta(hours=hours)}
        for hours in (None, 47, 48, 49)
    ]  # fmt: skip
    posts = pa.Table.from_pylist(rows, schema=SCHEMA)
    assert features.settled(posts, timedelta(days=2)).tolist() == [True, False, True, True]


def test_every_reason_has_a_sentence_in_which_its_numbers_stand() -> None:
    assert set(SENTENCES) == set(Why)
    numbers = ("worthwhile", "needed", "have", "authors", "percent", "pairs", "posts", "claims",
               "days", "of")  # fmt: skip
    for why in Why:
        sentence = say(Reason(why=why, numbers=tuple((name, 7) for name in numbers)))
        assert sentence.endswith(".")
        assert "%(" not in sentence


def test_sentences_are_translated_before_their_numbers_are_filled_in() -> None:
    german = {SENTENCES[Why.UNCOUNTED]: "Ohne Zahlen: %(posts)s."}
    reason = Reason(why=Why.UNCOUNTED, numbers=(("posts", 3),))
    assert say(reason, german.__getitem__) == "Ohne Zahlen: 3."
    assert say(reason, german.__getitem__, lambda number: f"{number:.1f}") == "Ohne Zahlen: 3.0."
