"""GDELT against a server that answers as it is known to answer."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.gdelt import Gdelt, GdeltConfig, names
from auscult.engine.connectors.gdelt.answers import _loads
from auscult.engine.connectors.gdelt.reading import LONGEST, SECOND, Window, windows
from auscult.engine.connectors.gdelt.turns import Turns
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.posts import SCHEMA
from hearing import Heard, hear, one_round
from servers.answering import NETWORK, Asked, Reply, answering
from servers.gdelt import World, article
from servers.spoiling import spoiled

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(
    answer: Callable[[Asked], Any],
    clock: FixedClock | None = None,
    snapshot: Any = None,
    **values: Any,
) -> tuple[Heard, list[Asked]]:
    with answering(answer) as server:
        given = {"enabled": True, "query": "clinic", "address": server.url, "pause": 0, **values}
        config = configure(GdeltConfig, given)
        reader = Gdelt().open(config, snapshot, clock=clock or FixedClock(NOW), network=NETWORK)
        try:
            return hear(reader, one_round), server.asked
        finally:
            reader.close()


def test_it_is_off_until_somebody_switches_it_on() -> None:
    for values in ({"query": "clinic"}, {"query": "clinic", "enabled": False}):
        with pytest.raises(Correctable, match=r"off until you switch it on.*enabled: true"):
            configure(GdeltConfig, values)
    assert configure(GdeltConfig, {"query": "clinic", "enabled": True})
    with pytest.raises(Correctable, match="one request in 5 seconds"):
        configure(GdeltConfig, {"query": "clinic", "enabled": True, "pause": 1})


def test_an_article_becomes_a_title_and_a_link() -> None:
    seen = NOW - timedelta(hours=1)
    heard, asked = read(World([seen]))
    [row] = heard.versions
    assert row["uri"] == "https://news0.example/0#gdelt"
    assert (row["title"], row["text"]) == ("Clinic opens , number 0", "")
    assert row["links"] == ["https://news0.example/0"]
    assert (row["language"], row["country"]) == ("es", "gbr")
    assert (row["author"], row["community"]) == ("news0.example", "news0.example")
    assert row["media"][0]["url"] == "https://news0.example/0.jpg"
    assert row["created_at"] == seen
    assert asked[0].params["maxrecords"] == "250"
    assert not heard.gaps


@given(st.lists(st.integers(0, 86_399), max_size=30))
def test_windows_cover_a_stretch_once(cuts: list[int]) -> None:
    end = NOW + timedelta(seconds=sum(cuts))
    found = windows(NOW, end)
    assert (found[0].since, found[-1].until) == (NOW, end)
    assert all(b.since - a.until == SECOND for a, b in itertools.pairwise(found))
    assert all(w.until - w.since <= LONGEST for w in found)
    for window in found:
        if halves := window.halves():
            first, second = halves
            assert (first.since, second.until) == (window.since, window.until)
            assert second.since - first.until == SECOND
            assert first.since <= first.until


def test_full_answers_are_asked_again_in_halves_and_nothing_is_lost() -> None:
    seen = [NOW - timedelta(seconds=37 * n) for n in range(1_500)]
    heard, asked = read(World(seen))
    assert len(heard.posts) == len(seen)
    assert len(heard.versions) == len(seen)
    assert len(asked) < 40
    assert not heard.gaps


def test_what_does_not_fit_into_a_minute_is_a_gap() -> None:
    seen = [NOW - timedelta(hours=2)] * 300
    heard, _ = read(World(seen))
    assert len(heard.posts) == 250
    assert any("More articles in this minute" in gap for gap in heard.gaps)


def test_articles_that_are_listed_late_are_found_and_none_comes_twice() -> None:
    clock = FixedClock(NOW)
    world = World([NOW - timedelta(hours=1)])
    with answering(world) as server:
        values = {"enabled": True, "query": "clinic", "address": server.url, "pause": 0}
        reader = Gdelt().open(configure(GdeltConfig, values), None, clock=clock, network=NETWORK)
        heard = hear(reader, one_round)
        assert len(heard.versions) == 1
        world.articles.append(article(9, NOW - timedelta(hours=2)))
        clock.advance(timedelta(minutes=20))
        reader.recheck(["wake"])
        hear(reader, lambda h: len(h.versions) > 1, heard)
        reader.close()
    assert [row["uri"] for row in heard.versions][1] == "https://news2.example/9#gdelt"


def test_reading_goes_on_where_it_was_and_three_months_are_the_limit() -> None:
    heard, _ = read(World([]))
    snapshot = json.loads(json.dumps({**heard.snapshot, "due": None}))
    clock = FixedClock(NOW + timedelta(days=1))
    _, asked = read(World([]), clock, snapshot)
    assert asked[0].params["startdatetime"] == "20261120090000"
    late = FixedClock(NOW + timedelta(days=95))
    heard, asked = read(World([]), late, snapshot)
    assert heard.gaps == ["GDELT keeps three months only."]
    assert asked[0].params["startdatetime"] == f"{late.now() - timedelta(days=90):%Y%m%d%H%M%S}"


@pytest.mark.parametrize(
    "sentence",
    [
        "Your query was too short or too long.",
        "The specified phrase is too short.\n",
        "Queries containing OR'd terms must be surrounded by ().",
        "Parentheses may only be used around OR'd statements.",
        "One or more of your keywords contained an illegal character.",
        "One or more of your parenthetical clauses had an error in it.",
    ],
)
def test_a_refused_query_is_told_to_who_wrote_it(sentence: str) -> None:
    with pytest.raises(Correctable, match="GDELT doesn't take this query") as refused:
        read(lambda _: Reply(sentence))
    assert sentence.strip() in refused.value.message
    assert refused.value.field == "query"


@pytest.mark.parametrize(
    ("reply", "words", "wait"),
    [
        (Reply("Please limit requests to one every 5 seconds.", 429), "fewer requests", 60),
        (Reply("Please limit requests to one every 5 seconds."), "fewer requests", 60),
        (Reply("slow down", 429, {"Retry-After": "17"}), "fewer requests", 17),
        (Reply("busy", 503), "fewer requests", 60),
        (Reply("<html><body>Gateway</body></html>"), "a page instead of articles", None),
        (Reply(b'{"error": "no"}'), "without a list", None),
        (Reply(b'{"articles": [{"url": "https://x.example/1", "ti'), "cut off", None),
        (Reply(b"\x00\xff\xfe garbage"), "GDELT answered", None),
        (Reply(b""), "a page instead of articles", None),
        (Reply({"articles": []}, cut=5), "127.0.0.1", None),
        (Reply("broken", 500), "500", None),
    ],
)
def test_failures_are_told_in_words_and_asked_again(
    reply: Reply, words: str, wait: float | None
) -> None:
    with pytest.raises(Remote, match=words) as failed:
        read(lambda _: reply)
    assert failed.value.retry_after == wait
    assert not failed.value.permanent


def test_slow_bytes_are_waited_for() -> None:
    heard, _ = read(lambda _: Reply({"articles": [article(1, NOW)]}, slow=0.0005))
    assert len(heard.versions) == 1


def test_json_with_raw_line_breaks_and_backslashes_is_mended() -> None:
    whole = json.dumps({"articles": [article(1, NOW), article(2, NOW)]})
    odd = whole.replace("number 1", "number\n1 \\d C:\\users \x01")
    heard, _ = read(lambda _: Reply(odd.encode()))
    assert [row["title"] for row in heard.versions] == [
        "Clinic opens , number 1 \\d C:\\users \ufffd",
        "Clinic opens , number 2",
    ]
    broken = whole.replace('"title": "Clinic opens , number 1"', '"title": "a "quote" b"')
    heard, _ = read(lambda _: Reply(broken.encode()))
    assert len(heard.versions) == 1
    [aside] = heard.batches[0].broken
    assert "not JSON" in aside.reason


@given(st.text())
def test_mending_leaves_valid_json_as_it_is(text: str) -> None:
    assert _loads(json.dumps({"title": text})) == {"title": text}


def test_articles_that_lack_something_are_set_aside() -> None:
    good = article(1, NOW)
    odd: list[Any] = [{**good, "seendate": "yesterday"}, {**good, "url": None}, 7, None]
    heard, _ = read(lambda _: {"articles": [good, *odd]})
    assert len(heard.versions) == 1
    assert sum(len(batch.broken) for batch in heard.batches) == len(odd)


def test_an_answer_that_is_nested_without_end_is_a_failure_of_the_moment() -> None:
    with pytest.raises(Remote, match="not JSON") as failed:
        read(lambda _: Reply(b'{"articles":' + b"[" * 100_000))
    assert not failed.value.permanent


def test_a_clock_that_is_ahead_is_put_right() -> None:
    heard, _ = read(lambda _: {"articles": [article(1, NOW + timedelta(days=3))]})
    assert heard.versions[0]["created_at"] == NOW


def test_all_sources_of_a_program_take_turns() -> None:
    turns = Turns()
    waits = [turns.take("https://a.example/x", 5.0) for _ in range(3)]
    assert waits[0] == 0
    assert waits[1] == pytest.approx(5, abs=0.5)
    assert waits[2] == pytest.approx(10, abs=0.5)
    assert turns.take("https://b.example/x", 5.0) == 0


def test_requests_are_apart() -> None:
    seen = [NOW - timedelta(seconds=200 * n) for n in range(400)]
    _, asked = read(World(seen), pause=0.2)
    moments = [one.at for one in asked]
    assert len(moments) >= 3
    assert all(b - a > 0.15 for a, b in itertools.pairwise(moments))


def test_names_have_codes() -> None:
    assert names.language("NorwegianNynorsk") == "nn"
    assert names.language("Klingon") is None
    assert names.country("Cote D'Ivoire") == "civ"
    assert names.country("Equatorial Guinea") is None
    codes = {*names._COUNTRY_CODES.values()}
    assert all(len(code) == 3 and code.islower() for code in codes)
    assert len(names._LANGUAGE_CODES) == 65


def test_closing_ends_a_wait() -> None:
    with answering(lambda _: {}) as server:
        values = {"enabled": True, "query": "clinic", "address": server.url, "pause": 600}
        config = configure(GdeltConfig, {**values, "history_days": 3})
        reader = Gdelt().open(config, None, clock=FixedClock(NOW), network=NETWORK)
        hear(reader, lambda h: h.batches)
        begun = time.monotonic()
        reader.close()
        assert time.monotonic() - begun < 2


def test_a_window_too_short_for_gdelt_is_a_gap() -> None:
    heard, _ = read(lambda _: Reply("Timespan is too short."))
    assert heard.gaps
    assert Window(since=NOW, until=NOW + timedelta(seconds=90)).halves() is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32))
def test_one_odd_value_anywhere_is_no_crash(seed: int) -> None:
    whole = {"articles": [article(n, NOW - timedelta(hours=1)) for n in range(3)]}
    with contextlib.suppress(Remote, Correctable):
        heard, _ = read(lambda _: spoiled(whole, Random(seed)))
        assert all(batch.posts.schema.equals(SCHEMA) for batch in heard.batches)
