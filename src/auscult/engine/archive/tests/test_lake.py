"""The lake against a dictionary that does the same, and its promises one by one."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.archive import Lake, LakeDamagedError, LakeError, compact, forget, sampled
from auscult.engine.archive import segments as segments_module
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.nominate import AllOf, AnyOf, Everything, Has, HasPrefix, Need

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = (
    "nurse",
    "ward",
    "clinic",
    "flu",
    "vaccine",
    "waiting",
    "parking",
    "kind",
    "doctor",
    "queue",
)


def words_of(posts: pa.Table) -> pa.Array:
    return pc.utf8_lower(posts.column("text")).combine_chunks()


def posts_of(numbers: list[int]) -> pa.Table:
    """Post n: made n hours after the start by author n % 7, and says so."""
    return pa.table(
        {
            "uri": [f"at://town/{n}" for n in numbers],
            "author": [f"author-{n % 7}" for n in numbers],
            "created_at": pa.array(
                [START + timedelta(hours=n) for n in numbers], SCHEMA.field("created_at").type
            ),
            "text": [f"{WORDS[n % 10]} number{n} in town" for n in numbers],
            "language": [("en", "en-GB", "de", None)[n % 4] for n in numbers],
            "hashtags": [["health"] if n % 2 else None for n in numbers],
        },
        schema=pa.schema(
            [
                SCHEMA.field(n)
                for n in ("uri", "author", "created_at", "text", "language", "hashtags")
            ]
        ),
    )


def numbers_in(lake: Lake, **how: Any) -> list[int]:
    return sorted(
        int(uri.removeprefix("at://town/"))
        for table in lake.scan(columns=["uri"], **how)
        for uri in table.column("uri").to_pylist()
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", terms=words_of)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of 8 and segments of 32 posts, so that few posts meet every border."""
    make_small(monkeypatch.setattr)


def make_small(setattr_: Any) -> None:
    setattr_(segments_module, "GROUP_ROWS", 8)
    setattr_(compact, "SEGMENT_ROWS", 32)
    setattr_(forget, "AT_ONCE", 64)
    setattr_(compact, "INCOMING_ROWS", 100)
    setattr_(compact, "INCOMING_SEGMENTS", 6)


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


def test_forgotten_posts_are_gone_and_stay_away(lake: Lake) -> None:
    lake.write(posts_of(list(range(30))), source="town", key="1")
    lake.compact()
    lake.write(posts_of(list(range(30, 40))), source="town", key="2")
    assert lake.forget(["at://town/3", "at://town/33", "at://town/999"], ["author-5"]) == 6
    left = [n for n in range(40) if n not in (3, 33) and n % 7 != 5]
    assert numbers_in(lake) == left
    assert lake.forget(["at://town/3"]) == 0
    # Delivered again, under another key; and a post that never was here before.
    assert lake.write(posts_of([3, 4, 5, 999, 41]), source="town", key="3") == 2
    assert numbers_in(lake) == sorted([*left, 4, 41])


def test_what_is_forgotten_between_two_tables_isnt_in_the_second(lake: Lake) -> None:
    lake.write(posts_of(list(range(40))), source="town", key="1")
    lake.compact()
    scan = iter(lake.scan(columns=["uri"], rows=8))
    next(scan)
    lake.forget([f"at://town/{n}" for n in range(20)])
    rest = [uri for table in scan for uri in table["uri"].to_pylist()]
    assert {int(uri[10:]) for uri in rest} == set(range(20, 32))


def test_pending_tombstones_apply_before_the_manifest_knows(lake: Lake, tmp_path: Path) -> None:
    """A process that died between the log and the manifest has forgotten all the same."""
    lake.write(posts_of(list(range(40))), source="town", key="1")
    lake.compact()
    other = Lake(tmp_path / "lake")
    list(other.scan())
    lake._store.log.append(["at://town/7"], ["author-0"])
    left = [n for n in range(40) if n % 7]
    assert numbers_in(lake) == numbers_in(other) == left
    assert sum(other.counts(["hour"])["posts"].to_pylist()) == len(left)
    lake.compact()
    assert numbers_in(lake) == left
    assert lake.rows == len(left)


def test_a_torn_tombstone_is_cut_off(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of([1, 2, 3]), source="town", key="1")
    lake.forget(["at://town/1"])
    with (tmp_path / "lake" / "tombstones.log").open("ab") as log:
        log.write(b"half a record")
    later = Lake(tmp_path / "lake")
    assert numbers_in(later) == [2, 3]
    assert later.forget(["at://town/2"]) == 1
    assert numbers_in(Lake(tmp_path / "lake")) == [3]


def test_expired_posts_are_gone(lake: Lake) -> None:
    for source in ("town", "village"):
        lake.write(posts_of(list(range(50))), source=source, key="1")
    lake.compact()
    assert lake.expire("town", START + timedelta(hours=20)) == 20
    assert numbers_in(lake, sources=["town"]) == list(range(20, 50))
    assert numbers_in(lake, sources=["village"]) == list(range(50))
    assert lake.expire("town", START + timedelta(days=99)) == 30
    assert lake.sources == ["village"]


def test_forgetting_leaves_no_trace_on_disk(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of(list(range(200))), source="town", key="1")
    lake.compact()
    lake.write(posts_of(list(range(200, 230))), source="town", key="2")
    gone = [11, 77, 150, 201, *range(6, 230, 7)]  # 6: all of author-6
    assert all(f"number{n} " in readable(tmp_path) for n in gone)
    lake.forget([f"at://town/{n}" for n in gone], ["author-6"])
    lake.compact()
    left = readable(tmp_path)
    for n in gone:
        assert f"number{n} " not in left
        assert f"at://town/{n}\n" not in left
    assert "author-6" not in left
    assert "number12 " in left


def test_forgetting_a_few_leaves_no_trace_at_once(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of(list(range(30))), source="town", key="1")
    lake.compact()
    lake.forget(["at://town/3"])
    assert "number3 " not in readable(tmp_path)


def test_forgetting_without_erasing_leaves_that_to_compaction(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of(list(range(30))), source="town", key="1")
    assert lake.forget(["at://town/3"], erase=False) == 1
    assert 3 not in numbers_in(lake)
    assert "number3 " in readable(tmp_path)
    lake.compact()
    assert "number3 " not in readable(tmp_path)


def readable(folder: Path) -> str:
    """Everything that can be read out of the files: raw bytes, and every unpacked value."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        parts.append(data.decode("latin-1"))
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            parts += ["\n".join(map(str, column.to_pylist())) + "\n" for column in table.columns]
        for frame in re.finditer(rb"\x28\xb5\x2f\xfd", data):
            try:
                plain = (
                    zstandard.ZstdDecompressor().decompressobj().decompress(data[frame.start() :])
                )
            except zstandard.ZstdError:
                continue
            parts.append(plain.decode("latin-1"))
    return "\n".join(parts)


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


def churn(folder: Path, stop: Any) -> None:
    patch = pytest.MonkeyPatch()
    make_small(patch.setattr)
    lake = Lake(folder, terms=words_of)
    turn = 0
    while not stop.is_set():
        turn += 1
        lake.write(
            posts_of(list(range(1000 + turn * 7, 1007 + turn * 7))), source="town", key=str(turn)
        )
        lake.forget([f"at://town/{1000 + turn * 7}"])
        if turn % 5 == 0:
            lake.compact()


def test_readers_need_no_lock(lake: Lake, tmp_path: Path) -> None:
    """While a writer writes, forgets and compacts, each scan gives every settled post once."""
    lake.write(posts_of(list(range(200))), source="town", key="first")
    stop = threading.Event()
    writer = threading.Thread(target=churn, args=(tmp_path / "lake", stop))
    writer.start()
    reader = Lake(tmp_path / "lake")
    try:
        for _ in range(15):
            seen = numbers_in(reader, rows=16)
            assert [n for n in seen if n < 1000] == list(range(200))
            assert len(seen) == len(set(seen))
            assert sum(reader.counts(["source"])["posts"].to_pylist()) >= 200
    finally:
        stop.set()
        writer.join()


def test_the_log_is_read_once_by_many_threads(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of(list(range(9))), source="town", key="1")
    for n in range(30):
        lake.forget([f"at://town/{n}"])
        log = Lake(tmp_path / "lake")._store.log
        with ThreadPoolExecutor(8) as readers:
            counts = set(readers.map(lambda _: log.count(), range(8)))  # noqa: B023
        assert counts == {n + 1}


def batch(folder: Path, number: int) -> None:
    lake = Lake(folder)
    for key in range(5):
        start = number * 100 + key * 20
        lake.write(posts_of(list(range(start, start + 20))), source=f"s{number}", key=str(key))


def test_writers_take_turns(tmp_path: Path) -> None:
    threads = [threading.Thread(target=batch, args=(tmp_path / "lake", n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers_in(Lake(tmp_path / "lake")) == list(range(400))
