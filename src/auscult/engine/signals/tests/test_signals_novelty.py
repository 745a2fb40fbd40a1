"""Novelty: phrases against a second reading, quiet and loud days, planted and real truth."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel import text
from auscult.engine.kernel.errors import Correctable
from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse
from auscult.engine.signals import novelty_phrases
from auscult.engine.signals.novelty import Novelty, _kept
from auscult.engine.simulate.town import Town

ROOT = Path(__file__).resolve().parents[5]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data"))
MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
DAY = timedelta(days=1)

words = st.sampled_from(
    ["flu", "#flu", "@mayo", "café", "the", "👍🏽", "Ward", "6", "流感", "http://a.b", "."]
)
texts = st.lists(words, max_size=9).map(" ".join) | st.text(max_size=20)


def table(
    said: list[str], *, day: int = 0, authors: list[str | None] | None = None, tag: str = "p"
) -> pa.Table:
    at = [MONDAY + day * DAY + timedelta(seconds=n) for n in range(len(said))]
    uris = [f"{tag}{day}/{n}" for n in range(len(said))]
    columns = {"uri": pa.array(uris, pa.string()), "text": pa.array(said, pa.string())}
    columns["created_at"] = pa.array(at, pa.timestamp("us", "UTC"))
    if authors is not None:
        columns["author"] = pa.array(authors, pa.string())
    return pa.table(columns)


def by_hand(posts: pa.Table, voices: list[int]) -> dict[str, set[int]]:
    """Who uses which phrase, by the readable tokeniser and loops."""
    found: dict[str, set[int]] = defaultdict(set)
    for title, body, voice in zip(
        posts.column("title").to_pylist(), posts.column("text").to_pylist(), voices, strict=True
    ):
        for part in (title, body):
            tokens = text.tokens(part or "")
            for first in range(len(tokens)):
                for size in range(1, 4):
                    run = [token.base for token in tokens[first : first + size]]
                    addressed = any(text.is_signed(word) and word[0] == "@" for word in run)
                    if len(run) == size and not addressed:
                        found[" ".join(map(text.unsigned, run))].add(voice)
    return found


@settings(deadline=None)  # the first example may wait for the compiler
@given(st.lists(st.tuples(texts, texts, st.integers(0, 3)), min_size=1, max_size=6))
def test_phrases_are_those_of_the_readable_tokeniser(rows: list[tuple[str, str, int]]) -> None:
    posts = table([body for _, body, _ in rows])
    posts = posts.append_column("title", pa.array([title for title, _, _ in rows], pa.string()))
    numbers = sorted({voice for _, _, voice in rows})
    voices = [numbers.index(voice) for _, _, voice in rows]
    said = novelty_phrases.voiced(posts, np.array(voices))
    found: dict[str, set[int]] = defaultdict(set)
    for voice, row, start, size in zip(
        said.voices.tolist(), said.rows.tolist(), said.starts.tolist(), said.sizes.tolist(),
        strict=True,
    ):  # fmt: skip
        found[novelty_phrases.written(posts, row, start, size)].add(voice)
    assert found == by_hand(posts, voices)
    assert said.total == len(numbers)


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.01, 0.5), st.integers(0, 30))
def test_the_choice_is_benjamini_and_hochbergs(
    chances: list[float], share: float, more: int
) -> None:
    tests = len(chances) + more
    ranked = sorted(chances)
    sizes = [n for n in range(1, len(ranked) + 1) if ranked[n - 1] <= share * n / tests]
    chosen = _kept(np.array(chances), share, tests)
    assert sorted(chances[place] for place in chosen.tolist()) == ranked[: max(sizes, default=0)]


def usual(day: int, seed: int = 5) -> list[str]:
    """Forty posts of a day about ever the same things."""
    draw = random.Random(seed * 1000 + day)
    people = ["nurse", "doctor", "porter", "midwife", "cook", "volunteer", "surgeon", "student"]
    deeds = ["helped", "waited with", "called", "forgot", "thanked", "visited", "wrote to"]
    whom = ["my mother", "our neighbour", "the twins", "an old friend", "a stranger", "us all"]
    return [
        f"{draw.choice(people)} {draw.choice(deeds)} {draw.choice(whom)} at {draw.randrange(24)}"
        for _ in range(40)
    ]


def listened(days: int = 28) -> Novelty:
    novelty = Novelty()
    for day in range(days):
        novelty.learn(table(usual(day), day=day), until=MONDAY + (day + 1) * DAY)
    return novelty


def test_what_is_new_is_said_once_with_its_reasons() -> None:
    novelty = listened()
    news = [
        "Norovirus outbreak on ward six",
        "is it true? norovirus outbreak",
        "norovirus outbreak!",
    ]
    today = pa.concat_tables([table(usual(28), day=28), table(news, day=28, tag="n")])
    (phrase,) = novelty.new_phrases(today)
    assert (phrase.text, phrase.count, phrase.new) == ("norovirus outbreak", 3, True)
    assert phrase.expected < 0.1
    assert phrase.probability < 1e-4
    assert phrase.since == MONDAY + 28 * DAY
    assert phrase.examples == ("n28/0", "n28/1", "n28/2")


def test_rising_is_told_from_new() -> None:
    novelty = listened()
    today = table([*usual(28), *["the cook was on strike again"] , "cook strike?", "cook: strike",
                   "a cook on strike", "all cooks", *[f"cook {n} went on strike" for n in range(9)]],
                  day=28)  # fmt: skip
    found = {phrase.text: phrase for phrase in novelty.new_phrases(today)}
    assert "strike" in " ".join(found)
    assert all(phrase.count >= 2 * phrase.expected for phrase in found.values())


def test_copies_and_one_persons_posts_are_one_voice() -> None:
    novelty = listened()
    copied = ["Sign our petition against the new parking fees at the clinic"] * 30
    assert (
        novelty.new_phrases(
            pa.concat_tables([table(usual(28), day=28), table(copied, day=28, tag="c")])
        )
        == []
    )
    alone = [f"zeppelin number {n} has landed near {n} of us" for n in range(9)]
    one = table(alone, day=28, authors=["ann"] * 9)
    assert novelty.new_phrases(one) == []
    many = table(alone, day=28, authors=[f"ann{n}" for n in range(9)])
    assert [phrase.count for phrase in novelty.new_phrases(many)] == [9]


def test_quiet_days_raise_nothing() -> None:
    novelty = listened(60)
    raised = 0
    for day in range(60, 160):
        today = table(usual(day), day=day)
        raised += bool(novelty.new_phrases(today))
        novelty.learn(today, until=MONDAY + (day + 1) * DAY)
    assert raised <= 5  # a false share of 0.05 over a hundred days


def test_learning_twice_changes_nothing_and_bytes_hold_all() -> None:
    novelty, again = listened(10), listened(10)
    assert again.learn(table(usual(9), day=9), until=MONDAY + 10 * DAY) == 0
    assert again.learn(table(usual(9), day=9), until=MONDAY + 9 * DAY) == 0
    assert novelty.as_bytes() == again.as_bytes()
    kept = Novelty.from_bytes(novelty.as_bytes())
    assert kept.until == MONDAY + 10 * DAY
    later = table([*usual(10), *[f"norovirus {n}" for n in range(9)]], day=10)
    assert kept.new_phrases(later) == novelty.new_phrases(later) != []
    kept.learn(later, until=MONDAY + 11 * DAY)
    novelty.learn(later, until=MONDAY + 11 * DAY)
    assert kept.as_bytes() == novelty.as_bytes()


def test_days_in_one_call_are_days() -> None:
    posts = pa.concat_tables([table(usual(day), day=day) for day in range(10)])
    novelty = Novelty()
    assert novelty.learn(posts, until=MONDAY + 10 * DAY) == 400
    assert novelty.as_bytes() == listened(10).as_bytes()


def test_memory_is_bounded_and_what_was_dropped_is_not_new() -> None:
    novelty = Novelty(most=100)
    for day in range(20):
        novelty.learn(table(usual(day), day=day), until=MONDAY + (day + 1) * DAY)
    assert len(novelty.as_bytes()) < 100 * 16 + 2_000
    assert novelty.new_phrases(table(usual(20), day=20)) == []


def test_before_a_week_nothing_is_new() -> None:
    novelty = listened(6)
    assert not novelty.ready
    assert novelty.new_phrases(table(["norovirus"] * 5, day=6)) == []


def test_nothing_said_is_nothing_new() -> None:
    assert listened(8).new_phrases(table([], day=8)) == []


def test_mistakes_are_explained() -> None:
    with pytest.raises(Correctable, match="least is 0; it must be 1 or more"):
        listened(8).new_phrases(table([]), least=0)
    with pytest.raises(Correctable, match="aren't a saved memory of phrases"):
        Novelty.from_bytes(b"nothing")


def test_planted_stories_are_found_and_quiet_days_of_a_town_are_quiet() -> None:
    town = Town(3).simulate(days=100, posts=60_000)
    watches = WatchSet({"all": parse("hospital OR nurse OR waiting OR waited OR vaccine").tree})
    posts, events = [], []
    for some, truth in town.batches():
        rows = np.unique(watches.match(some, spans=False).column("post").to_numpy())
        posts.append(some.select(["uri", "author", "created_at", "title", "text"]).take(rows))
        events.append(truth.column("event").take(rows).combine_chunks())
    heard, event = pa.concat_tables(posts), pa.concat_arrays(events).to_pylist()
    of = dict(zip(heard.column("uri").to_pylist(), event, strict=True))
    quiet, false, found = 0, 0, set()
    novelty = Novelty()
    for today, end in by_day(heard):
        planted = sum(of[uri] is not None for uri in today.column("uri").to_pylist())
        phrases = novelty.new_phrases(today)
        quiet += planted == 0 and novelty.ready
        false += planted == 0 and bool(phrases)
        found |= {of[uri] for phrase in phrases for uri in phrase.examples}
        novelty.learn(today, until=end)
    assert quiet > 15
    assert false <= 1
    assert {"waiting-storm", "nurse-story", "vaccine-rumour"} <= found


def by_day(posts: pa.Table) -> Iterator[tuple[pa.Table, datetime]]:
    moments = novelty_phrases.micros(posts)
    days = moments // (86_400 * 1_000_000)
    for day in range(int(days.min()), int(days.max()) + 1):
        yield (
            posts.take(np.flatnonzero(days == day)),
            datetime(1970, 1, 1, tzinfo=UTC) + (day + 1) * DAY,
        )


def desks() -> list[tuple[datetime, str]]:
    """Real headlines of a year, with when they were posted."""
    folder = DATA / "health-news-posts"
    if not folder.is_dir():
        pytest.skip("real posts are not here: set AUSCULT_DATA")
    rows = []
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_bytes().decode("utf-8", "replace").split("\n"):
            parts = line.strip().split("|", 2)
            if len(parts) == 3 and parts[1].endswith("2014"):
                at = datetime.strptime(parts[1], "%a %b %d %H:%M:%S %z %Y")
                rows.append((at, parts[2]))
    return sorted(rows)[:9_000]


def found_in(rows: list[tuple[datetime, str]]) -> list[str]:
    posts = pa.table(
        {
            "uri": [str(n) for n in range(len(rows))],
            "created_at": pa.array([at for at, _ in rows], pa.timestamp("us", "UTC")),
            "text": [said for _, said in rows],
        }
    )
    novelty, found = Novelty(), []
    for today, end in by_day(posts):
        found += [phrase.text for phrase in novelty.new_phrases(today)]
        novelty.learn(today, until=end)
    return found


def test_news_has_news_and_shuffled_news_has_none() -> None:
    rows = desks()
    assert len(found_in(rows)) >= 10
    said = [one for _, one in rows]
    random.Random(1).shuffle(said)
    times = [at for at, _ in rows]
    assert len(found_in(list(zip(times, said, strict=True)))) <= 2
