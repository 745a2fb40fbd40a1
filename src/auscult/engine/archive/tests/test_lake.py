"""The lake against a dictionary that does the same, and its promises one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.archive import Lake, LakeDamagedError, LakeError, sampled
from auscult.engine.archive.tests.made import (
    START,
    numbers_in,
    posts_of,
    words_of,
)
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.nominate import AllOf, AnyOf, Everything, Has, HasPrefix, Need


def test_a_batch_comes_back_with_every_column(lake: Lake) -> None:
    posts = posts_of(list(range(20)))
    assert lake.write(posts, source="town", key="1") == 20
    (table,) = lake.scan()
    assert table.schema.names == SCHEMA.names
    assert table.schema.types == SCHEMA.types
    assert table.select(posts.column_names).sort_by("created_at") == posts


def test_the_same_key_replaces(lake: Lake) -> None:
    lake.write(posts_of([1, 2, 3]), source="town", key="a")
    lake.write(posts_of([1, 2]), source="town", key="a")
    lake.write(posts_of([7]), source="village", key="a")
    assert numbers_in(lake) == [1, 2, 7]
    assert lake.rows == 3


def test_the_same_key_replaces_after_compaction(lake: Lake) -> None:
    lake.write(posts_of(list(range(40))), source="town", key="a")
    lake.compact()
    lake.write(posts_of(list(range(30, 60))), source="town", key="b")
    lake.compact()
    lake.write(posts_of(list(range(30, 60))), source="town", key="b")
    assert numbers_in(lake) == list(range(60))
    lake.compact()
    assert numbers_in(lake) == list(range(60))


def test_compaction_keeps_the_newer_of_two_versions(lake: Lake) -> None:
    lake.write(posts_of([1, 2]), source="town", key="a")
    edited = posts_of([2]).set_column(3, "text", pa.array(["edited"]))
    lake.write(edited, source="town", key="b")
    lake.compact()
    (table,) = lake.scan(columns=["uri", "text"])
    texts = dict(zip(table["uri"].to_pylist(), table["text"].to_pylist(), strict=True))
    assert texts == {"at://town/1": "ward number1 in town", "at://town/2": "edited"}


def test_scan_by_time_source_and_language(lake: Lake) -> None:
    lake.write(posts_of(list(range(50))), source="town", key="1")
    lake.write(posts_of(list(range(100, 120))), source="village", key="1")
    for _ in range(2):
        assert numbers_in(lake, sources=["village"]) == list(range(100, 120))
        since, until = START + timedelta(hours=10), START + timedelta(hours=110)
        expected = [*range(10, 50), *range(100, 110)]
        assert numbers_in(lake, since=since, until=until) == expected
        assert numbers_in(lake, languages=["en"], until=START + timedelta(hours=9)) == [
            0,
            1,
            4,
            5,
            8,
        ]
        assert numbers_in(lake, languages=["fr"]) == []
        lake.compact()


def test_tables_go_from_new_to_old_and_are_bounded(lake: Lake) -> None:
    for key in range(5):  # five batches that overlap wholly
        lake.write(posts_of(list(range(key, 100, 5))), source="town", key=str(key))
    scan = lake.scan(columns=["created_at"], rows=16)
    windows: list[list[datetime]] = [[]]
    for table in scan:
        assert len(table) <= 16
        windows[-1] += table["created_at"].to_pylist()
        if scan.position != "":  # the table was its window's last one
            windows.append([])
        scan.position = ""
    assert sum(map(len, windows)) == 100
    filled = [window for window in windows if window]
    assert len(filled) > 3
    for newer, older in pairwise(filled):
        assert min(newer) > max(older)


def test_row_groups_are_skipped_by_what_a_query_needs(lake: Lake) -> None:
    lake.write(posts_of(list(range(320))), source="town", key="1")
    lake.compact()

    def seen(need: Need) -> list[int]:
        return numbers_in(lake, need=need)

    assert len(seen(Everything())) == 320
    assert len(seen(Has(term="town"))) == 320  # in every row group
    one = seen(Has(term="number77"))
    assert 77 in one
    assert len(one) < 30
    assert len(seen(HasPrefix(stem="numb"))) == 320
    assert len(seen(HasPrefix(stem="nu"))) == 320  # too short for the filter to say no
    assert len(seen(HasPrefix(stem="xyz"))) < 30
    both = seen(AllOf(needs=(Has(term="number7"), Has(term="number300"))))
    assert len(both) < 30
    either = seen(AnyOf(needs=(Has(term="number7"), Has(term="number300"))))
    assert {7, 300} <= set(either)
    assert len(either) < 60


@given(
    texts=st.lists(st.text("aäbc日😷# ", max_size=12), min_size=1, max_size=40),
    asked=st.text("aäbc日😷#", min_size=1, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_a_row_group_with_the_term_is_never_skipped(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], asked: str
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake") / "lake", terms=words_of)
    posts = posts_of(list(range(len(texts))))
    lake.write(posts.set_column(3, posts.field(3), pa.array(texts)), source="town", key="1")
    lake.compact()
    having = {n for n, text in enumerate(texts) if asked in text.split(" ")}
    assert having <= set(numbers_in(lake, need=Has(term=asked)))
    starting = {n for n, t in enumerate(texts) if any(w.startswith(asked) for w in t.split(" "))}
    assert starting <= set(numbers_in(lake, need=HasPrefix(stem=asked)))


@given(cut=st.integers(0, 30), rows=st.sampled_from([5, 16, 64]), merge=st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_scan_that_was_cut_off_continues(
    tmp_path_factory: pytest.TempPathFactory, cut: int, rows: int, merge: bool
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake") / "lake", terms=words_of)
    for key in range(4):
        lake.write(posts_of(list(range(key, 90, 4))), source=f"s{key % 2}", key=str(key))
    scan = lake.scan(columns=["uri"], rows=rows)
    seen: list[str] = []
    position = ""
    for _, table in zip(range(cut), scan, strict=False):
        if scan.position != position:  # what a caller would have stored
            position = scan.position
        seen += table["uri"].to_pylist()
    if merge:
        lake.compact()
    share = scan.share_done
    rest = [
        u
        for t in lake.scan(columns=["uri"], rows=rows, after=position)
        for u in t["uri"].to_pylist()
    ]
    assert set(seen) | set(rest) == {f"at://town/{n}" for n in range(90)}
    assert len(rest) == len(set(rest))
    if rows >= 16:
        assert len(rest) <= round((1 - share) * 90) + 90 * (cut == 0)


def test_a_position_that_isnt_one_is_refused(lake: Lake) -> None:
    with pytest.raises(LakeError, match="'later' is not a position of a scan"):
        lake.scan(after="later")


def test_counts_are_those_of_the_posts(lake: Lake) -> None:
    network = pa.field("source", pa.string())
    first, second = posts_of(list(range(60))), posts_of(list(range(60, 70)))
    lake.write(first.append_column(network, pa.array(["bluesky"] * 60)), source="town", key="1")
    lake.compact()
    lake.forget(["at://town/0", "at://town/1"])
    lake.write(second.append_column(network, pa.array(["feeds"] * 10)), source="village", key="1")
    assert lake.counts(["source"]).to_pylist() == [
        {"source": "bluesky", "posts": 58},
        {"source": "feeds", "posts": 10},
    ]
    days = lake.counts(["day"], sources=["town"]).to_pylist()
    assert [(row["day"], row["posts"]) for row in days] == [
        (START, 22), (START + timedelta(days=1), 24), (START + timedelta(days=2), 12),
    ]  # fmt: skip
    assert lake.counts(["hashtag"]).to_pylist() == [{"hashtag": "health", "posts": 34}]
    top = lake.counts(["author"], limit=1, since=START + timedelta(hours=7)).to_pylist()
    assert top == [{"author": "author-0", "posts": 9}]
    with pytest.raises(LakeError, match=r"can't be counted by \['weekday'\]. Valid are hour, day"):
        lake.counts(["weekday"])
    assert Lake(Path("/nowhere")).counts(["hour"]).num_rows == 0


def test_an_absent_lake_is_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "none")
    assert list(lake.scan()) == []
    assert (lake.rows, lake.sources) == (0, [])
    assert not (tmp_path / "none").exists()


def test_what_cant_be_taken_is_refused(lake: Lake) -> None:
    with pytest.raises(LakeError, match="no column 'text' without gaps; they have uri"):
        lake.write(posts_of([1]).drop(["text"]), source="town", key="1")
    with pytest.raises(LakeError, match="has a source and a key, not 'town' and ''"):
        lake.write(posts_of([1]), source="town", key="")
    with pytest.raises(LakeError, match=r"no column body\. Valid are uri, source"):
        lake.scan(columns=["uri", "body"])
    with pytest.raises(LakeError, match="has no time zone"):
        lake.scan(since=START.replace(tzinfo=None))
    with pytest.raises(LakeError, match=r"number from 0 to 1, not 1\.5"):
        sampled(posts_of([1]), 1.5)


def test_a_missing_file_is_a_damaged_lake(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of([1]), source="town", key="1")
    next((tmp_path / "lake" / "segments").glob("*/*.parquet")).unlink()
    with pytest.raises(LakeDamagedError, match="is missing; restore it from a backup"):
        list(lake.scan())


def test_a_newer_format_is_refused(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of([1]), source="town", key="1")
    path = tmp_path / "lake" / "lake.json"
    path.write_text(path.read_text().replace('"format":1', '"format":2'))
    with pytest.raises(LakeError, match="has format 2; this version reads format 1"):
        Lake(tmp_path / "lake").forget(["a"])


def test_samples_nest_and_hold_their_share() -> None:
    posts = posts_of(list(range(4000)))
    kept = [set(sampled(posts, share)["uri"].to_pylist()) for share in (0, 0.1, 0.5, 1)]
    assert kept[0] < kept[1] < kept[2] < kept[3]
    assert 300 < len(kept[1]) < 500
    assert 1900 < len(kept[2]) < 2100


def test_leftovers_of_a_crash_are_swept(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of([1]), source="town", key="1")
    folder = next((tmp_path / "lake" / "segments").glob("*"))
    (folder / "20454-9-abc.parquet.tmp").write_bytes(b"half")
    (folder / "20454-9-abc.parquet").write_bytes(b"whole, but no manifest names it")
    assert lake.compact().swept == 2
    assert numbers_in(lake) == [1]


def test_posts_that_come_unsorted_with_long_lists_and_nulls(lake: Lake) -> None:
    posts = posts_of([9, 3, 5, 1])
    lake.write(posts.take([2, 0, 3, 1]), source="A/B ünïcode..", key="../x")
    lake.compact()
    assert numbers_in(lake, sources=["A/B ünïcode.."]) == [1, 3, 5, 9]


operations = st.lists(
    st.one_of(
        st.tuples(
            st.just("write"),
            st.sets(st.integers(0, 60), min_size=1, max_size=20),
            st.integers(0, 3),
        ),
        st.tuples(
            st.just("forget"),
            st.sets(st.integers(0, 60), max_size=4),
            st.sets(st.integers(0, 6), max_size=1),
        ),
        st.tuples(st.just("expire"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("compact"), st.just(0), st.just(0)),
    ),
    max_size=12,
)


@given(operations=operations)
@settings(max_examples=60, deadline=None)
def test_any_order_of_calls_equals_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, Any, Any]]
) -> None:
    """Keys are used once each here: what a batch holds is told apart by its uris."""
    lake = Lake(tmp_path_factory.mktemp("lake") / "lake", terms=words_of)
    held: set[int] = set()
    forgotten: set[int] = set()
    for step, (name, first, second) in enumerate(operations):
        if name == "write":
            fresh = sorted(first - held)
            lake.write(posts_of(fresh), source="town", key=f"{step}")
            held |= set(fresh) - forgotten
        elif name == "forget":
            hit = first | {n for n in range(61) if n % 7 in second}
            lake.forget([f"at://town/{n}" for n in first], [f"author-{a}" for a in second])
            forgotten |= hit
            held -= hit
        elif name == "expire":
            lake.expire("town", START + timedelta(hours=first))
            held = {n for n in held if n >= first}
        else:
            lake.compact()
        assert numbers_in(lake) == sorted(held)
        assert lake.rows == len(held)
