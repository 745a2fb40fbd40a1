"""What a set of watches finds: every operator, every kind of table, every way of change."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import MATCHES, WatchSet, compiled, index_terms, kernel_match
from auscult.engine.query.parse import parse
from auscult.engine.query.tree import And, Near, Node, Not, Or, Phrase, Wildcard, Word


def found(query: str | Node, post: dict[str, Any]) -> list[tuple[str, int, int]] | None:
    """Where a query hits one post; None where it is not true of it."""
    tree = query if not isinstance(query, str) else parse(query).tree
    known = {field.name: field.type for field in SCHEMA}
    posts = pa.table({name: pa.array([value], known[name]) for name, value in post.items()})
    rows = WatchSet({"q": tree}).match(posts).to_pylist()
    assert len(rows) <= 1
    return [tuple(span.values()) for span in rows[0]["spans"]] if rows else None


def texts(query: str, text: str, title: str | None = None) -> list[str] | None:
    """The pieces of text that a query hits."""
    spans = found(query, {"text": text, "title": title})
    fields = {"text": text, "title": title or ""}
    return None if spans is None else [fields[field][start:end] for field, start, end in spans]


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("flu AND shot", "A shot for #Flu", ["shot", "#Flu"]),
        ("flu OR cold", "Flu, then a cold", ["Flu", "cold"]),
        ("flu NOT bird", "bird flu", None),
        ("flu NOT bird", "swine flu", ["flu"]),
        ('"flu shot"', "flu shot, flu, shot, flu a shot", ["flu shot", "flu, shot"]),
        ("x-ray", "an X ray", ["X ray"]),
        ("flu NEAR/1 shot", "shot of flu", ["shot", "flu"]),
        ("flu NEAR/1 shot", "shot full of flu", None),
        ("flu NEAR/1f shot", "shot of flu", None),
        ("near/1:flu,shot,nurse", "nurse flu has shot", ["nurse", "flu", "shot"]),
        ("near/1:flu,shot,nurse", "nurse has flu and shot", None),
        ("onear/0:flu,shot,nurse", "flu shot nurse flu", ["flu", "shot", "nurse"]),
        ("(flu NEAR/1 shot) NEAR/2 nurse", "flu a shot b c nurse", ["flu a shot", "nurse"]),
        ("a NEAR/0 a", "a b a a", ["a", "a"]),
        ("vaccin*", "Vaccines vaccin vacci", ["Vaccines", "vaccin"]),
        ("hepa*s OR col*r", "colour", ["colour"]),
        ("hep?titis", "Hepatitis", ["Hepatitis"]),
        ('"flu vacc*"', "flu vaccine", ["flu vaccine"]),
        ("{BT}", "BT bt Bt", ["BT"]),
        ("raw:C++", "C++ or C+++ or xC++", ["C++", "C++"]),
        ("raw:b", "ab b", ["b"]),
        ("raw:example", "www.example.org example", ["example"]),
        ("#flu", "flu #flu @flu", ["#flu"]),
        ("café", "cafe café", ["café"]),
        ("cafe", "cafe café", ["cafe", "café"]),
        ("👍", "👍🏽 👍", ["👍🏽", "👍"]),
        ("👍🏽", "👍🏽 👍", ["👍🏽"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("ATLEAST/2(flu OR cold)", "flu and cold", ["flu", "cold"]),
        ("ATLEAST/3(flu OR cold)", "flu and cold", None),
        ("東京", "東京都", ["東京"]),
    ],
)
def test_operators(query: str, text: str, wanted: list[str] | None) -> None:
    assert texts(query, text) == wanted


def test_title_and_text_are_apart() -> None:
    assert texts('"flu shot"', "shot", title="flu") is None
    assert texts("flu NEAR/1000 shot", "shot", title="flu") is None
    assert texts("flu AND shot", "shot", title="flu") == ["flu", "shot"]
    assert texts("title:flu", "flu", title="cold") is None
    assert texts("title:(flu OR raw:old)", "flu", title="old flu") == ["old", "flu"]
    assert texts("ATLEAST/2(flu)", "flu", title="flu") == ["flu", "flu"]
    assert texts("title:ATLEAST/2(flu)", "flu", title="flu") is None


def test_spans_leave_out_what_is_not_true() -> None:
    assert texts("(flu AND cold) OR shot", "flu shot") == ["shot"]
    assert texts("flu AND NOT (shot AND bird)", "flu shot") == ["flu"]


POST: dict[str, Any] = {
    "uri": "https://News.Mayo.edu:443/Flu?x=1",
    "source": "reddit",
    "community": "AskDocs",
    "author": "@Ärztin",
    "author_name": "Dr. Möller",
    "author_followers": 700,
    "created_at": datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC),
    "text": "flu",
    "language": "en-GB",
    "links": ["https://who.int/flu", None],
    "in_reply_to": "at://P1",
    "root": "at://R1",
    "country": "gbr",
    "region": "usa.fl",
    "rating": 4.0,
    "author_verified": True,
    "tags": ["Pilot", "x"],
}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("site:mayo.edu", True),
        ("site:NEWS.mayo.edu", True),
        ("site:ayo.edu", False),
        ("url:mayo.edu:443/flu", True),
        ("url:news*flu", True),
        ("url:who.int", False),
        ("links:WHO.int", True),
        ("author:ärztin", True),
        ("author:@ÄRZTIN", True),
        ('author:"dr. m?ller"', True),
        ("author:dr*", True),
        ("author:möller", False),
        ("authorFollowers:[500 TO 700]", True),
        ("authorFollowers:[701 TO *]", False),
        ("authorVerified:true", True),
        ("authorVerified:false", False),
        ("language:en", True),
        ("language:e", False),
        ("language:en-gb", True),
        ("country:GBR", True),
        ("region:usa", True),
        ("region:us", False),
        ("engagementType:REPLY", True),
        ("engagementType:QUOTE", False),
        ("guid:https://News.Mayo.edu:443/Flu?x=1", True),
        ("guid:https://news.mayo.edu:443/flu?x=1", False),
        ("parentPostId:at://P1", True),
        ("rootPostId:at://r1", False),
        ("subreddit:askdocs", True),
        ("instance:askdocs", True),
        ("source:Reddit", True),
        ("tags:pilot", True),
        ("tags:pilo", False),
        ("rating:[3 TO 5]", True),
        ("rating:5", False),
        ("minuteOfDay:570", True),
        ("minuteOfDay:[571 TO *]", False),
    ],
)
def test_fields(query: str, wanted: bool) -> None:
    assert (found(query, POST) == []) is wanted
    assert (found(f"flu AND {query}", POST) is not None) is wanted
    assert found(query, {"text": "flu"}) is None  # a field without a value is never true


def set_of(count: int = 40, seed: int = 1) -> dict[str, Node]:
    """Watches over a few words, so that they hit often."""
    random = Random(seed)
    words = ["flu", "shot", "nurse", "ward", "café", "#flu", "cold", "bird", "😀", "漢"]

    def word() -> Node:
        return Word(text=random.choice(words))

    def watch() -> Node:
        kind = random.randrange(6)
        if kind == 0:
            return Near(
                operands=(word(), Or(children=(word(), word()))), distance=random.randrange(4)
            )
        if kind == 1:
            return Phrase(parts=(Word(text="flu"), Word(text=random.choice(words))))
        if kind == 2:
            return And(children=(word(), Not(child=word())))
        if kind == 3:
            return Or(children=(word(), Wildcard(pattern="nur*")))
        return And(children=(word(), Or(children=(word(), word()))))

    return {f"w{number}": watch() for number in range(count)}


def posts_of(count: int = 300, seed: int = 2) -> pa.Table:
    random = Random(seed)
    words = [
        "flu",
        "Shot",
        "nurse",
        "nurses",
        "ward",
        "Café",
        "cafe",
        "#flu",
        "@flu",
        "cold",
        "bird",
        "😀",
        "漢字",
        "-",
        "éẗ",
        "www.x.y",
    ]

    def body() -> str:
        return " ".join(random.choices(words, k=random.randrange(12)))

    return pa.table(
        {
            "text": [random.choice((body(), body(), None)) for _ in range(count)],
            "title": [random.choice((body(), None)) for _ in range(count)],
        }
    )


def pairs(matches: pa.Table) -> dict[tuple[int, str], list[dict[str, Any]]]:
    rows = {(row["post"], row["watch"]): row["spans"] for row in matches.to_pylist()}
    assert len(rows) == matches.num_rows
    return rows


def test_any_shape_of_table_gives_the_same() -> None:
    watches, posts = WatchSet(set_of()), posts_of()
    wanted = watches.match(posts)
    assert wanted.schema == MATCHES
    assert wanted.num_rows > 300
    large = posts.cast(pa.schema([("text", pa.large_string()), ("title", pa.large_string())]))
    coded = pa.table({name: posts.column(name).dictionary_encode() for name in posts.column_names})
    chunked = pa.concat_tables([posts.slice(start, 7) for start in range(0, len(posts), 7)])
    uneven = pa.table(
        {
            "text": pa.chunked_array(
                [posts["text"].combine_chunks().slice(s, 50) for s in range(0, 300, 50)]
            ),
            "title": posts["title"],
        }
    )
    for other in (large, coded, chunked, uneven, posts.combine_chunks().to_batches()[0]):
        assert watches.match(other).equals(wanted)


def test_slices_and_batches_give_their_part() -> None:
    watches, posts = WatchSet(set_of()), posts_of()
    whole = pairs(watches.match(posts))
    parts = {}
    for start in range(0, len(posts), 37):
        for (post, name), spans in pairs(WatchSet(set_of()).match(posts.slice(start, 37))).items():
            parts[post + start, name] = spans
    assert parts == whole


def test_without_spans() -> None:
    watches, posts = WatchSet(set_of()), posts_of()
    with_spans, without = watches.match(posts), watches.match(posts, spans=False)
    assert without.column("post").equals(with_spans.column("post"))
    assert without.column("watch").to_pylist() == with_spans.column("watch").to_pylist()
    assert all(spans == [] for spans in without.column("spans").to_pylist())


@pytest.mark.parametrize(
    "column", [pa.array([], pa.string()), pa.nulls(3), pa.nulls(3, pa.string())]
)
def test_nothing_to_read(column: pa.Array) -> None:
    posts = pa.table({"text": column})
    assert WatchSet(set_of()).match(posts).num_rows == 0
    assert index_terms(posts).to_pylist() == [""] * len(column)
    assert WatchSet().match(posts_of()).num_rows == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 60)), max_size=40))
def test_changes_equal_a_fresh_set(changes: list[tuple[int, int]]) -> None:
    """Put, change and remove in any order, matching in between."""
    trees, posts = list(set_of(60).values()), posts_of(60)
    changing, now = WatchSet(), dict[str, Node]()
    for name, choice in changes:
        if choice == 60 and f"w{name}" in now:
            changing.remove(f"w{name}")
            del now[f"w{name}"]
        elif choice < 60:
            changing.put(f"w{name}", trees[choice])
            now[f"w{name}"] = trees[choice]
        if choice % 3 == 0:
            changing.match(posts.slice(choice, 5))
    assert pairs(changing.match(posts)) == pairs(WatchSet(now).match(posts))
    assert len(changing) == len(now)


def test_thousands_of_changes_and_what_is_gone_is_cleared_away() -> None:
    trees, posts = list(set_of(50).values()), posts_of(100)
    changing, now = WatchSet(), dict[str, Node]()
    random = Random(5)
    for step in range(6_000):
        name = f"w{random.randrange(1_500)}"
        now[name] = trees[random.randrange(50)]
        changing.put(name, now[name])
        if step % 1_000 == 0:
            changing.match(posts.slice(0, 20))
    assert pairs(changing.match(posts)) == pairs(WatchSet(now).match(posts))
    for name in list(now)[:1_400]:
        changing.remove(name)
        del now[name]
    assert pairs(changing.match(posts)) == pairs(WatchSet(now).match(posts))
    with pytest.raises(KeyError):
        changing.remove("nobody")


def test_posts_that_outgrow_every_scratch_space() -> None:
    post = " ".join(["flu shot nurse"] * 20_000)
    watches = {
        "phrase": Phrase(parts=(Word(text="flu"), Word(text="shot"))),
        "near": parse("flu NEAR/2 nurse").tree,
        "least": parse("ATLEAST/1000(flu OR shot)").tree,
        "many": parse("(flu OR shot OR nurse) AND nur*").tree,
    }
    rows = WatchSet(watches).match(pa.table({"text": ["flu", post, "x"]})).to_pylist()
    assert {row["watch"]: len(row["spans"]) for row in rows} == {
        "phrase": 20_000, "near": 40_000, "least": 40_000, "many": 60_000
    }  # fmt: skip
    assert {row["post"] for row in rows} == {1}
    many = WatchSet({f"w{number}": Word(text="flu") for number in range(3_000)})
    assert many.match(pa.table({"text": ["flu"] * 30})).num_rows == 90_000


def test_stamps_run_out_without_harm() -> None:
    watches, posts = WatchSet(set_of()), posts_of()
    wanted = pairs(watches.match(posts))
    watches.remove("w0")
    wanted = {key: spans for key, spans in wanted.items() if key[1] != "w0"}
    assert watches._matcher is not None
    watches._matcher._scratch._stamp = 2**31 - 2**22 - 100
    for _ in range(2):
        assert pairs(watches.match(posts)) == wanted
    assert watches._matcher._scratch._stamp < 2**20


def test_the_oddest_near_is_what_brute_force_says() -> None:
    """Eight operands, in a text where each stands everywhere."""
    query = Near(operands=tuple(Word(text=w) for w in "aabbccdd"), distance=1)
    spans = found(query, {"text": "a b c d x d c b a"})
    assert spans is not None
    assert len(spans) == 8
    assert found(query, {"text": "a b c d x y d c b a"}) is None


def test_kernels_are_compiled_anew_when_a_source_changed() -> None:
    """Numba compares the entry point's own file alone; the stamp covers all of them."""
    entry: Any = kernel_match.match_rows
    kept = entry._cache._cache_file
    assert kept._source_stamp[1] == compiled.source_stamp()
