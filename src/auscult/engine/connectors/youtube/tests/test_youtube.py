"""YouTube against a server that answers with the documented shapes, errors included."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.youtube import YouTube, YouTubeConfig
from auscult.engine.connectors.youtube.posts import read_uri, uri
from auscult.engine.connectors.youtube.spending import SEARCHES, UNITS, Spending
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.posts import SCHEMA
from hearing import Rounds, hear, rounds_of
from servers.answering import NETWORK, Asked, Reply
from servers.spoiling import spoiled
from servers.youtube import CHANNEL, KEY, World, failure, stamp

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # four in the morning in California


def session(answer: Callable[[Asked], Any], **values: Any) -> AbstractContextManager[Rounds]:
    given = {"searches": ["clinic"]} if not values.keys() & {"searches", "channels"} else {}
    return rounds_of(YouTube(), answer, FixedClock(NOW), **{"key": KEY, **given, **values})


def test_it_is_off_without_a_key_and_says_what_is_missing() -> None:
    for values in ({"searches": ["a"]}, {"searches": ["a"], "key": " "}):
        config = configure(YouTubeConfig, values)
        with pytest.raises(Correctable, match="YouTube is off until you give a key"):
            YouTube().open(config, None, clock=FixedClock(NOW), network=NETWORK)
    assert any("off until" in duty for duty in YouTube().about(config).duties)
    with pytest.raises(Correctable, match="nothing to read"):
        configure(YouTubeConfig, {"key": KEY})
    with pytest.raises(Correctable, match="'@clinic' is no channel id"):
        configure(YouTubeConfig, {"key": KEY, "channels": ["@clinic"]})
    assert KEY not in repr(configure(YouTubeConfig, {"key": KEY, "searches": ["a"]}))


def test_a_video_and_its_comments_become_posts() -> None:
    world = World()
    video = world.video(1, NOW - timedelta(hours=3))
    world.comment(video, "Ugx1", NOW - timedelta(hours=2), replies=4)
    with session(world) as s:
        heard = s.open()
        film = heard.posts[f"https://www.youtube.com/watch?v={video}"]
        assert (film["title"], film["author_name"]) == ("Film 1", "Lakeside Clinic")
        assert film["hashtags"] == ["flu"]
        assert film["links"] == ["https://x.example/a"]
        assert (film["tags"], film["language"]) == (["health"], "en-GB")
        assert film["engagement"]["views"] == 1200
        assert film["engagement"]["replies"] == 5
        top, reply = heard.posts[uri(video, "Ugx1")], heard.posts[uri(video, "Ugx1.3")]
        assert (top["text"], top["in_reply_to"], top["root"]) == (
            "says Ugx1",
            film["uri"],
            film["uri"],
        )
        assert top["engagement"] == {
            "likes": 3, "replies": 4, "reposts": None, "quotes": None, "views": None
        }  # fmt: skip
        assert (reply["in_reply_to"], reply["root"]) == (top["uri"], film["uri"])
        assert reply["author"] == "UCnurse"
        assert len(heard.posts) == 6
        [covered] = [c for batch in heard.batches for c in batch.coverage]
        assert (covered.community, covered.until) == ("search clinic", NOW)


def test_what_is_new_is_found_and_the_rest_is_not_asked_again() -> None:
    world = World()
    video = world.video(1, NOW - timedelta(days=2))
    world.comment(video, "Ugx1", NOW - timedelta(days=1))
    with session(world) as s:
        s.open()
        threads = len(s.calls("/commentThreads"))
        s.again(timedelta(hours=2))
        assert len(s.calls("/commentThreads")) == threads
        assert s.calls("/search")[-1].params["publishedAfter"] == stamp(NOW - timedelta(hours=2))
        other = world.video(2, s.clock.now() - timedelta(minutes=5))
        world.comment(video, "Ugx2", s.clock.now())
        fresh = s.again(timedelta(hours=2))
        assert {uri(other), uri(video, "Ugx2")} <= set(fresh.posts)
        world.threads[video][-1]["snippet"]["totalReplyCount"] = 1  # a reply to the old comment
        world.threads[video][-1]["all"].append(
            {**world.threads[video][-1]["snippet"]["topLevelComment"], "id": "Ugx1.0"}
        )
        assert uri(video, "Ugx1.0") in s.again(timedelta(days=1)).posts


def test_a_clock_that_was_years_ahead_keeps_no_search_waiting() -> None:
    world = World()
    with session(world) as s:
        s.clock.advance(timedelta(days=1_000))
        s.open()
        stored = s.heard.snapshot
        s.close()
        s.clock.advance(timedelta(days=-1_000))
        video = world.video(1, NOW - timedelta(hours=1))
        assert uri(video) in s.open({**stored, "due": None}).posts
        assert all(c.since <= c.until for b in s.heard.batches for c in b.coverage)


def test_many_pages_of_everything_are_read() -> None:
    world = World()
    videos = [world.video(n, NOW - timedelta(minutes=n + 1)) for n in range(120)]
    for n in range(230):
        world.comment(videos[0], f"Ugx{n:03d}", NOW - timedelta(minutes=300 - n))
    with session(world, channels=[CHANNEL], searches=[]) as s:
        heard = s.open()
        assert len(heard.posts) == 120 + 230
        assert not s.calls("/search")
        assert len(s.calls("/playlistItems")) == 3
        quota = s.reader.status.quota
        assert quota is not None
        assert quota.spent == len(s.server.asked)


def test_more_than_five_hundred_videos_of_a_search_are_a_gap() -> None:
    world = World()
    for n in range(510):
        world.video(n, NOW - timedelta(minutes=n + 1))
    with session(world, comments=False) as s:
        heard = s.open()
        assert len(heard.posts) == 500
        assert heard.gaps == ["More than 500 videos: YouTube gives no more of one search."]


def test_searches_have_a_budget_of_their_own() -> None:
    world = World()
    world.video(1, NOW - timedelta(hours=1))
    with session(world, searches=["a", "b", "c"], channels=[CHANNEL], searches_a_day=2) as s:
        heard = s.open()
        assert len(s.calls("/search")) == 2
        assert s.calls("/playlistItems"), "units are left, so channels are read"
        status = s.reader.status
        assert status.quota is not None
        assert (status.quota.unit, status.quota.spent, status.quota.budget) == (SEARCHES, 2, 2)
        assert status.quota.resets_at == datetime(2026, 11, 21, 8, tzinfo=UTC)
        assert any("searches are used up" in note for note in status.notes)
        s.again(timedelta(hours=2))
        assert len(s.calls("/search")) == 2
        s.again(timedelta(hours=20))  # past midnight in California
        assert len(s.calls("/search")) == 4
        assert heard


def test_a_restart_does_not_forget_what_was_spent() -> None:
    world = World()
    world.video(1, NOW - timedelta(hours=1))
    with session(world, searches_a_day=3) as s:
        s.open()
        for _ in range(4):
            s.close()
            s.clock.advance(timedelta(hours=1))
            s.open({**s.heard.snapshot, "due": None})
        assert len(s.calls("/search")) == 3
        assert s.heard.snapshot["spent"][SEARCHES] == 3


def test_a_round_that_failed_and_begins_anew_spends_nothing_twice() -> None:
    world = World()
    world.video(1, NOW - timedelta(hours=1))
    world.always["commentThreads"] = lambda _: Reply("oops", 500)
    world.comment("video000001", "Ugx1", NOW)
    with session(world, searches=["a", "b"]) as s:
        with pytest.raises(Remote, match="500"):
            s.open()
        del world.always["commentThreads"]
        s.clock.advance(timedelta(minutes=15))
        s.open(s.heard.snapshot)
        assert len(s.calls("/search")) == 2
        assert uri("video000001", "Ugx1") in s.heard.posts


def test_what_a_failed_call_cost_is_written_down_before_the_failure_is_told() -> None:
    world = World()
    world.always["search"] = lambda _: Reply("oops", 500)
    with session(world) as s:
        with pytest.raises(Remote, match="500"):
            s.open()
        assert s.heard.snapshot["spent"][SEARCHES] == 1


def test_a_used_up_quota_is_waited_for_until_midnight_in_california() -> None:
    world = World()
    world.always["videos"] = lambda _: failure(403, "quotaExceeded", domain="youtube.quota")
    world.video(1, NOW - timedelta(hours=1))
    with session(world) as s:
        heard = s.open()
        assert heard.snapshot["due"] == "2026-11-21T08:00:00+00:00"
        assert any("units are used up" in note for note in s.reader.status.notes)
        asked = len(s.server.asked)
        s.reader.recheck([uri("video000001")])
        s.clock.advance(timedelta(hours=5))
        del world.always["videos"]
        assert len(s.server.asked) == asked
        fresh = s.again(timedelta(hours=16))
        assert uri("video000001") in fresh.posts, "nothing of the first search is lost"
        hear(s.reader, lambda h: uri("video000001") in h.confirmed, s.heard)


@pytest.mark.parametrize(
    ("reply", "words", "login", "wait"),
    [
        (failure(400, "keyInvalid", "Bad Request"), "doesn't take the key", True, None),
        (failure(400, "badRequest", "API key not valid."), "doesn't take the key", True, None),
        (failure(403, "accessNotConfigured"), "doesn't take the key", True, None),
        (failure(403, "rateLimitExceeded"), "more slowly", False, 60),
        (Reply("", 429, {"Retry-After": "9"}), "more slowly", False, 9),
        (Reply("", 503), "more slowly", False, 60),
        (failure(403, "forbidden"), "403", True, None),
        (Reply(b"{]"), "not JSON", False, 900),
        (Reply({}), "something else than a list", False, 900),
        (Reply([]), "something else than a list", False, 900),
        (Reply({"kind": "youtube#searchListResponse", "items": 3}), "something else", False, 900),
        (Reply({"items": []}, cut=4), "127.0.0.1", False, 900),
    ],
)
def test_failures_are_told_in_words(
    reply: Reply, words: str, login: bool, wait: float | None
) -> None:
    world = World()
    world.always["search"] = lambda _: reply
    with session(world) as s, pytest.raises(Remote, match=words) as failed:
        s.open()
    assert failed.value.needs_login == login
    assert failed.value.retry_after == wait
    assert KEY not in str(failed.value)


def test_closed_comments_and_lost_videos_stop_nothing_else() -> None:
    world = World()
    closed, lost, odd, fine = (world.video(n, NOW - timedelta(hours=1)) for n in range(4))
    for video in (closed, lost, odd, fine):
        world.comment(video, f"Ugx{video}", NOW)
    world.closed[closed] = failure(403, "commentsDisabled", domain="youtube.commentThread")
    world.closed[lost] = failure(404, "videoNotFound", domain="youtube.commentThread")
    world.closed[odd] = failure(400, "processingFailure", domain="youtube.commentThread")
    with session(world) as s:
        heard = s.open()
        assert uri(fine, f"Ugx{fine}") in heard.posts
        assert heard.deleted == [uri(lost)]
        assert any("commentsDisabled" in note for note in s.reader.status.notes)
        del world.closed[odd]
        assert uri(odd, f"Ugx{odd}") in s.again(timedelta(hours=2)).posts


def test_a_channel_that_is_not_there_is_a_gap() -> None:
    other = "UC" + "x" * 22
    with session(World(), channels=[other]) as s:
        heard = s.open()
        assert heard.gaps == [f"The channel {other} can't be read: channelNotFound."]


def test_checking_again_confirms_renews_and_deletes() -> None:
    world = World()
    stays, goes = (world.video(n, NOW - timedelta(hours=1)) for n in (1, 2))
    world.comment(stays, "Ugx1", NOW, replies=1)
    world.comment(stays, "Ugx2", NOW)
    with session(world) as s:
        s.open()
        world.videos[stays]["snippet"]["title"] = "Another title"
        del world.videos[goes]
        world.threads[stays] = [t for t in world.threads[stays] if t["id"] == "Ugx1"]
        ours = [uri(stays), uri(goes), *(uri(stays, c) for c in ("Ugx1", "Ugx1.0", "Ugx2"))]
        s.reader.recheck([*ours, "https://elsewhere.example/"])
        after = hear(s.reader, lambda h: len(h.deleted) + len(h.confirmed) == 5)
        assert set(after.deleted) == {uri(goes), uri(stays, "Ugx2")}
        assert after.posts[uri(stays)]["title"] == "Another title"
        assert {stays, goes} == {name.video for one in ours if (name := read_uri(one))}


def test_an_empty_list_instead_of_an_error_deletes_nothing_at_once() -> None:
    world = World()
    videos = [world.video(n, NOW - timedelta(hours=1)) for n in range(6)]
    with session(world, comments=False) as s:
        s.open()
        kept, world.videos = world.videos, {}
        s.reader.recheck([uri(video) for video in videos])
        hear(s.reader, lambda h: len(h.batches) > 0)
        world.videos = kept
        fresh = s.again(timedelta(hours=2))
        assert not fresh.deleted
        assert set(fresh.confirmed) == {uri(video) for video in videos}
        world.videos = {}
        s.reader.recheck([uri(video) for video in videos])
        hear(s.reader, lambda h: len(h.batches) > 0)
        assert set(s.again(timedelta(hours=2)).deleted) == {uri(video) for video in videos}


def test_records_that_lack_something_are_set_aside() -> None:
    world = World()
    video = world.video(1, NOW - timedelta(hours=1))
    world.comment(video, "Ugx1", NOW)
    whole = world(Asked("/videos", {"key": KEY, "id": video}, {}, 0))
    world.always["videos"] = lambda _: {**whole, "items": [*whole["items"], 7, {"id": "x"}]}
    world.threads[video].append({"id": "odd", "snippet": None, "all": []})
    with session(world) as s:
        heard = s.open()
        assert set(heard.posts) == {uri(video), uri(video, "Ugx1")}
        assert sum(len(batch.broken) for batch in heard.batches) == 5
        assert s.reader.status.unreadable == 5


def test_a_place_in_a_list_that_got_lost_is_no_reason_to_stop() -> None:
    world = World()
    world.always["search"] = lambda _: failure(400, "invalidPageToken")
    with session(world) as s, pytest.raises(Remote, match="lost its place") as failed:
        s.open()
    assert not failed.value.permanent


def test_the_account_begins_anew_at_midnight_in_california_in_both_halves_of_the_year() -> None:
    for text, resets in (
        ("2026-07-01T06:59:59+00:00", "2026-07-01T07:00:00+00:00"),
        ("2026-12-01T08:00:00+00:00", "2026-12-02T08:00:00+00:00"),
    ):
        clock = FixedClock(datetime.fromisoformat(text))
        spending = Spending(budget={SEARCHES: 1, UNITS: 2}, clock=clock, day="", spent={})
        spending.take(SEARCHES)
        assert spending.left(SEARCHES) == 0
        assert spending.resets_at.isoformat() == resets
        clock.advance(spending.resets_at - clock.now())
        assert spending.left(SEARCHES) == 1


@pytest.mark.parametrize(
    ("address", "kind", "found"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3s", "videos", "dQw4w9WgXcQ"),
        ("youtu.be/dQw4w9WgXcQ", "videos", "dQw4w9WgXcQ"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "videos", "dQw4w9WgXcQ"),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", "channels", CHANNEL),
        (CHANNEL, "channels", CHANNEL),
    ],
)
def test_addresses_are_recognised(address: str, kind: str, found: str) -> None:
    [proposal] = YouTube().probe(address, network=NETWORK)
    assert proposal.config == {kind: [found]}
    assert YouTube().about(configure(YouTubeConfig, proposal.config)).reads


@pytest.mark.parametrize(
    "address",
    ["", "clinic", "https://youtube.example/watch?v=dQw4w9WgXcQ", "https://youtube.com/@clinic",
     "https://[broken", "https://www.youtube.com/watch?v=short"],
)  # fmt: skip
def test_other_addresses_are_not(address: str) -> None:
    assert YouTube().probe(address, network=NETWORK) == ()


def test_a_person_is_told_what_it_costs() -> None:
    values = {
        "key": KEY,
        "searches": ["Lakeside Clinic", "b"],
        "channels": [CHANNEL],
        "every_minutes": 60,
    }
    about = YouTube().about(configure(YouTubeConfig, values))
    assert "about 48 of 100 searches" in about.costs
    assert "30 days" in about.duties[0]
    assert about.reads == (
        "Videos found by “Lakeside Clinic”, “b”; all videos of 1 channel, and the comments below "
        "them."
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32))
def test_one_odd_value_anywhere_is_no_crash(seed: int) -> None:
    random, world = Random(seed), World()
    video = world.video(1, NOW - timedelta(hours=1))
    world.comment(video, "Ugx1", NOW, replies=3)
    spoil = random.randint(1, 8)

    def odd(asked: Asked) -> Any:
        nonlocal spoil
        spoil -= 1
        reply = world(asked)
        return reply if spoil or isinstance(reply, Reply) else Reply(spoiled(reply, random))

    with session(odd, channels=[CHANNEL], searches=["a"]) as s:
        with contextlib.suppress(Remote, Correctable):
            s.open()
            s.reader.recheck(sorted(s.heard.posts))
            s.again(timedelta(hours=2))
        assert all(batch.posts.schema.equals(SCHEMA) for batch in s.heard.batches)
