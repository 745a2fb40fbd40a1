"""What is forgotten or too old is gone from every file, and stays away."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import zstandard

from auscult.engine.archive import Lake
from auscult.engine.archive.tests.made import START, numbers_in, posts_of


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


def test_what_is_hidden_is_gone_for_readers_and_erased_small_segments_first(
    lake: Lake, tmp_path: Path
) -> None:
    lake.write(posts_of(list(range(200))), source="town", key="1")
    lake.compact()
    for key in range(3):
        lake.write(
            posts_of(list(range(200 + 10 * key, 210 + 10 * key))), source="town", key=f"k{key}"
        )
    lake.hide([f"at://town/{n}" for n in (7, 205, 217, 999)], ["author-3"])
    left = [n for n in range(230) if n not in (7, 205, 217) and n % 7 != 3]
    assert numbers_in(lake) == numbers_in(Lake(tmp_path / "lake")) == left
    lake.write(posts_of([7, 999, 231]), source="town", key="again")
    left.append(231)
    assert numbers_in(lake) == left
    for _ in range(5):
        assert not lake.erase(12)  # the large ones wait for compaction
        assert numbers_in(lake) == left
    held = {n for n in range(240) if _on_disk(tmp_path, n)}
    assert 7 in held
    assert not held & {205, 217, 227, 999}
    assert lake.erase(1_000)
    assert {n for n in range(240) if _on_disk(tmp_path, n)} == set(left)
    before = sorted((tmp_path / "lake" / "segments").rglob("*"))
    assert lake.erase(1_000)
    assert sorted((tmp_path / "lake" / "segments").rglob("*")) == before
    assert lake.rows == len(left)


def _on_disk(folder: Path, number: int) -> bool:
    return any(
        f"at://town/{number}" in pq.read_table(file, columns=["uri"]).column("uri").to_pylist()
        for file in (folder / "lake").rglob("*.parquet")
    )


def test_a_long_log_is_looked_up_quickly(lake: Lake) -> None:
    lake.write(posts_of(list(range(20))), source="town", key="1")
    names = [f"at://gone/{n}" for n in range(30_000)]
    for start in range(0, len(names), 1_000):
        lake.hide(names[start : start + 1_000])
    lake.hide(names[:5], ["author-1"])
    assert lake._store.log.count() == 30_001
    assert numbers_in(lake) == [n for n in range(20) if n % 7 != 1]
    forgotten = lake._store.log.since(29_990)
    assert (len(forgotten.uris), len(forgotten.authors)) == (10, 1)
