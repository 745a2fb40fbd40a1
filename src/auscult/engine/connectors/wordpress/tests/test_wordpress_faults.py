"""WordPress: what a real one can't be made to do; `tests/live` has the real one."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.wordpress import WordPress, WordPressConfig
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.posts import SCHEMA
from hearing import Rounds, rounds_of
from servers.answering import NETWORK, Asked, Reply
from servers.spoiling import spoiled
from servers.wordpress_rest import World, error

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


ELEVEN = timedelta(minutes=11)  # a little more than from one round to the next


def session(answer: Any, path: str = "", **values: Any) -> AbstractContextManager[Rounds]:
    return rounds_of(WordPress(), answer, FixedClock(NOW), path, **values)


@pytest.mark.parametrize("pretty", [True, False])
@pytest.mark.parametrize("tell", ["header", "tag", "nothing"])
def test_the_interface_is_found_wherever_it_is(tell: str, pretty: bool) -> None:
    world = World(pretty=pretty, tell=tell)
    world.post(1, NOW - timedelta(days=1))
    world.comment(2, 1, NOW - timedelta(hours=1))
    world.comment(3, 1, NOW - timedelta(hours=1), parent=2)
    with session(world) as s:
        heard = s.open()
        home = s.server.url
        assert heard.posts[f"{home}/?p=1"]["author_name"] == "Nurse & Co"
        answer = heard.posts[f"{home}/?p=1#comment-3"]
        assert answer["in_reply_to"] == f"{home}/?p=1#comment-2"
        assert answer["root"] == f"{home}/?p=1"
        assert answer["author"] is None
        [proposal] = WordPress().probe(home, network=NETWORK)
        assert (proposal.name, proposal.config) == ("Lakeside & Co", {"address": home})


def test_other_sites_are_not_taken_for_wordpress() -> None:
    with session(
        lambda asked: Reply("<html>Hello</html>") if asked.path == "/" else error(404, "x")
    ) as s:
        with pytest.raises(Correctable, match="there is no WordPress that can be read"):
            s.open()
        assert WordPress().probe(s.server.url, network=NETWORK) == ()


def test_a_site_that_worked_before_is_asked_again_when_it_is_being_mended() -> None:
    world = World()
    with session(world) as s:
        snapshot = s.open().snapshot
        s.close()
        world.before = lambda _: Reply("<html>Back soon</html>")
        with pytest.raises(Remote) as failed:
            s.open({**snapshot, "due": None})
        assert not failed.value.permanent


def test_a_scheduled_post_is_found_though_its_last_change_is_long_ago() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=2))
    with session(world) as s:
        s.open()
        changed = f"{NOW - timedelta(days=9):%Y-%m-%dT%H:%M:%S}"
        world.post(2, NOW + timedelta(minutes=5), "was scheduled", modified_gmt=changed)
        assert s.again(ELEVEN).texts == ["was scheduled"]
        assert s.again(ELEVEN).texts == []


def test_a_comment_that_was_approved_late_is_found_within_six_hours() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=30))
    world.comment(2, 1, NOW - timedelta(minutes=1))
    with session(world) as s:
        s.open()
        world.comment(3, 1, NOW - timedelta(days=10))
        assert s.again(ELEVEN).texts == []
        assert s.again(timedelta(hours=6)).texts == ["comment 3"]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_lists_that_change_between_two_pages_lose_nothing(data: st.DataObject) -> None:
    """Edits and removals in the middle; many posts of one second, as after an import."""
    world = World()
    burst = data.draw(st.integers(0, 320))
    for number in range(1, 321):
        at = NOW - timedelta(days=3) if number <= burst else NOW - timedelta(minutes=number)
        world.post(number, at)
    removable = data.draw(st.lists(st.integers(1, 320), max_size=10, unique=True))
    edited = data.draw(st.sampled_from(sorted({*range(1, 321)} - {*removable})))
    moment = data.draw(st.integers(2, 5))
    pages = 0

    def meddle(asked: Asked) -> None:
        nonlocal pages
        pages += asked.path.endswith("/posts")
        if pages == moment:
            for number in removable:
                world.posts.pop(number, None)
            world.post(edited, NOW, "edited")
            world.posts[edited]["date_gmt"] = f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"
            pages += 100

    world.before = meddle
    with session(world, comments=False) as s:
        heard = s.open()
        texts = set(heard.texts)
        if pages < 100:  # everything was read before anything could happen
            return
        wanted = {f"post {n}" for n in range(1, 321) if n not in {*removable, edited}}
        assert wanted <= texts
        assert "edited" in texts


def test_the_hour_that_comes_twice_in_autumn_loses_nothing() -> None:
    # In Berlin it is 02:00 to 03:00 twice on 25 October 2026, at 00:00 and at 01:00 UTC.
    start = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)
    world = World()
    with session(world) as s:
        s.clock.advance(start - NOW)
        s.open()
        for number in range(1, 25):
            world.post(number, s.clock.now() + timedelta(minutes=3))
            world.comment(number, number, s.clock.now() + timedelta(minutes=4))
            s.again(ELEVEN)
        assert len(s.heard.posts) == 48


def test_what_is_the_same_is_not_sent_again() -> None:
    world = World()
    world.etags = True
    world.post(1, NOW - timedelta(days=1))
    with session(world) as s:
        s.open()
        s.again(ELEVEN)
        s.again(ELEVEN)
        marked = [one for one in s.server.asked if "if-none-match" in one.headers]
        assert len(marked) >= 3
        world.post(2, s.clock.now(), "new")
        assert s.again(ELEVEN).texts == ["new"]
        assert len(s.heard.versions) == 2


def test_comments_that_are_closed_are_a_gap_and_posts_go_on() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=1))
    world.before = lambda a: error(401, "rest_cannot_read") if "comments" in a.path else None
    with session(world) as s:
        heard = s.open()
        assert heard.texts == ["post 1"]
        assert heard.gaps == ["The site gives its posts, but not its comments."]
        assert s.reader.status.notes == ("The site gives its posts, but not its comments.",)
        world.before = lambda _: None
        world.comment(2, 1, NOW)
        assert s.again(ELEVEN).texts == ["comment 2"]
        assert not s.reader.status.notes


@pytest.mark.parametrize(
    ("reply", "words", "wait", "login"),
    [
        (error(401, "rest_not_logged_in"), "lets nobody read this without signing in", None, True),
        (error(403, "rest_cannot_access"), "lets nobody read this without signing in", None, True),
        (Reply("<h1>Access denied", 403), "keeps programs out at the moment", None, False),
        (Reply("", 429, {"Retry-After": "7"}), "429", 7, False),
        (Reply("", 429), "429", None, False),
        (Reply("", 503, {"Retry-After": "120"}), "503", 120, False),
        (Reply("Fatal error", 500), "500", None, False),
        (Reply([]), "without its length", None, False),
        (Reply({"code": "odd"}), "something else than a list", None, False),
        (Reply("<html>"), "not JSON", None, False),
        (Reply(b"\x80\xff"), "not JSON", None, False),
        (Reply([], headers={"X-WP-Total": "many"}), "without its length", None, False),
        (Reply([1, 2, 3], cut=3), "127.0.0.1", None, False),
    ],
)
def test_failures_are_told_in_words(
    reply: Reply, words: str, wait: float | None, login: bool
) -> None:
    world = World()
    world.before = lambda asked: reply if "/posts" in asked.path else None
    with session(world) as s, pytest.raises(Remote, match=words) as failed:
        s.open()
    assert failed.value.retry_after == wait
    assert failed.value.needs_login == login
    assert not failed.value.permanent


def test_a_site_that_does_not_heed_what_is_asked_is_told() -> None:
    world = World()
    for number in range(1, 121):
        world.post(number, NOW - timedelta(days=number))

    def forgetful(asked: Asked) -> Any:
        if "modified_after" not in asked.params:
            return None
        params = {name: v for name, v in asked.params.items() if name != "modified_after"}
        return world(Asked(asked.path, params, asked.headers, 0))

    world.before = forgetful
    with session(world) as s, pytest.raises(Remote, match="doesn't heed 'modified_after'"):
        s.open()


def test_a_list_without_end_ends() -> None:
    world = World()
    world.before = lambda asked: (
        Reply([], headers={"X-WP-Total": "1000000000"}) if "/posts" in asked.path else None
    )
    with session(world) as s, pytest.raises(Remote, match="without end"):
        s.open()


def test_a_list_that_is_gone_is_looked_for_again() -> None:
    world = World()
    with session(world) as s:
        s.open()
        world.pretty = False  # somebody changed the site's links
        with pytest.raises(Remote, match="has no such list") as failed:
            s.again(ELEVEN)
        assert not failed.value.permanent
        world.post(1, NOW)
        s.close()
        assert s.open({**s.heard.snapshot, "due": None}).texts == ["post 1"]


def test_slow_bytes_are_waited_for() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=1))
    page = world(
        Asked("/wp-json/wp/v2/posts", {"per_page": "100", "orderby": "date"}, {"host": ""}, 0)
    )
    page.slow = 0.0005
    world.before = lambda asked: page if "/posts" in asked.path else None
    with session(world) as s:
        assert s.open().texts == ["post 1"]


def test_things_that_lack_something_are_set_aside() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=1))
    good = dict(world.posts[1])
    odd: list[Any] = [
        {**good, "date_gmt": None},
        {**good, "content": None},
        7,
        None,
        {**good, "id": "x"},
    ]
    world.before = lambda asked: (
        Reply([good, *odd], headers={"X-WP-Total": "6"}) if "/posts" in asked.path else None
    )
    with session(world, comments=False) as s:
        heard = s.open()
        assert set(heard.posts) == {f"{s.server.url}/?p=1"}
        assert {b.reason for batch in heard.batches for b in batch.broken}
        assert s.reader.status.unreadable >= len(odd)


def test_a_clock_that_was_years_ahead_hides_no_post() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=2))
    with session(world) as s:
        s.clock.advance(timedelta(days=1_000))
        s.open()
        stored = s.heard.snapshot
        s.close()
        s.clock.advance(timedelta(days=-1_000))
        changed = f"{NOW - timedelta(days=90):%Y-%m-%dT%H:%M:%S}"
        world.post(2, NOW - timedelta(hours=1), "was scheduled", modified_gmt=changed)
        assert "was scheduled" in s.open({**stored, "due": None}).texts


@pytest.mark.parametrize("first", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_date_before_all_others_stops_nothing(first: str) -> None:
    world = World()
    world.post(1, NOW - timedelta(hours=1))
    good = world.posts[1]
    odd = [{**good, "id": 2, "date_gmt": first, "modified_gmt": first}]
    world.before = lambda asked: (
        Reply(odd, headers={"X-WP-Total": "1"}) if "/posts" in asked.path else None
    )
    with session(world) as s:
        s.open()
        assert s.reader.status.unreadable == 1
        world.before = lambda _: None
        assert s.again(ELEVEN).texts == ["post 1"]


def test_clocks_that_are_ahead_are_put_right() -> None:
    world = World()
    world.post(1, NOW + timedelta(hours=3))
    world.post(2, NOW - timedelta(hours=1))
    with session(world) as s:
        heard = s.open()
        assert heard.posts[f"{s.server.url}/?p=1"]["created_at"] == NOW
        world.post(3, NOW + timedelta(minutes=5), "in between")
        assert s.again(ELEVEN).texts == ["in between"]


def test_text_that_is_no_text_is_mended() -> None:
    world = World()
    world.post(1, NOW, title={"rendered": "A\x00B \ud83d\ude00"})
    with session(world) as s:
        [row] = s.open().versions
        assert row["title"] == "AB 😀"


def test_the_address_of_a_page_will_do_and_old_posts_can_be_left_out() -> None:
    world = World()
    world.post(1, NOW - timedelta(days=100))
    world.post(2, NOW - timedelta(days=1))
    with session(world, "/news/", since="2026-11-01") as s:
        heard = s.open()
        assert heard.texts == ["post 2"]
        [covered] = [c for batch in heard.batches for c in batch.coverage]
        assert covered.since == datetime(2026, 11, 1, tzinfo=UTC)
    with session(world) as s:
        [covered] = [c for batch in s.open().batches for c in batch.coverage]
        assert (covered.since, covered.until) == (NOW - timedelta(days=100), NOW)
        s.again(ELEVEN)
        assert s.heard.batches[-2].coverage[0].since == NOW


def test_a_password_is_sent_to_the_site_alone() -> None:
    world = World()
    with session(world) as s:
        values = {"address": s.server.url, "user": "nurse", "password": "abcd efgh"}
        s.config = configure(WordPressConfig, values)
        world.before = lambda asked: (
            Reply("", headers={"Link": '<http://127.0.0.1:1/wp-json/>; rel="https://api.w.org/"'})
            if asked.path == "/"
            else None
        )
        with pytest.raises(Correctable, match="the password isn't sent there"):
            s.open()
        assert not any("authorization" in one.headers for one in s.server.asked)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"user": "a"}, "given together"),
        (
            {"user": "a", "password": "b", "address": "http://clinic.example"},
            "https:// address only",
        ),
        ({"posts": False, "comments": False}, "neither posts nor comments"),
    ],
)
def test_configurations_that_cannot_work_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(Correctable, match=words):
        configure(WordPressConfig, {"address": "clinic.example", **values})
    assert (
        configure(WordPressConfig, {"address": " clinic.example"}).address
        == "https://clinic.example"
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32))
def test_one_odd_value_anywhere_is_no_crash(seed: int) -> None:
    random, world = Random(seed), World()
    for number in (1, 2, 3):
        world.post(number, NOW - timedelta(days=number))
        world.comment(number, number, NOW - timedelta(hours=number))
    world.posts[1]["_embedded"] |= {
        "wp:featuredmedia": [{"source_url": "http://127.0.0.1/a.png", "media_type": "image"}],
        "wp:term": [[{"name": "News"}]],
    }
    spoil = random.randint(0, 6)

    def odd(asked: Asked) -> Any:
        nonlocal spoil
        spoil -= 1
        if spoil:
            return None
        world.before = lambda _: None
        reply = world(asked)
        if isinstance(reply, Reply) and not isinstance(reply.body, str):
            return Reply(spoiled(reply.body, random), headers=reply.headers)
        return reply if isinstance(reply, Reply) else Reply(spoiled(reply, random))

    world.before = odd
    with session(world) as s, contextlib.suppress(Remote, Correctable):
        s.open()
        s.reader.recheck(sorted(s.heard.posts))
        s.again(ELEVEN)
    assert all(batch.posts.schema.equals(SCHEMA) for batch in s.heard.batches)
