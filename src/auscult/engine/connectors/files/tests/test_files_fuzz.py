"""Whatever a file holds, it is read: no error but one a person can act on, no line lost."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import Batch
from auscult.engine.connectors.conformance import NOON, check_batch, read_all
from auscult.engine.connectors.files import Files, FilesConfig
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable

CLOCK = FixedClock(NOON)
JSON_LINES = b"".join(
    json.dumps(
        {
            "uri": f"at://a/{n}",
            "text": f"post {n} \u00e9\U0001f600 #x",
            "created_at": f"2026-01-01T00:00:{n:02d}Z",
            "hashtags": ["x"],
            "media": [{"kind": "picture", "alt": "a"}],
            "engagement": {"likes": n},
            "author_verified": True,
            "rating": 4.5,
        }
    ).encode()
    + b"\n"
    for n in range(12)
)
BARS = b"".join(
    f"58626665873138892{n}|Thu Apr 09 20:37:1{n} +0000 2015|Some words, number {n}\r\n".encode()
    for n in range(9)
)
TABLE = b"id,date,author,text\r\n" + b"".join(
    f'{n},2026-03-0{n + 1} 10:00,"a, {n}","Line ""{n}""\nand another line"\r\n'.encode()
    for n in range(8)
)
BITS = [
    b'"', b"\n", b"\r", b"\r\n", b"|", b",", b";", b"\t", b"{", b"}", b"[", b"null", b"\x00",
    b"\xff", b"\xc2\x85", b"\\ud800", b"\\u0000", b'{"text":1}', b"\xef\xbb\xbf", b"1e999", b"NaN",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, base: bytes) -> bytes:
    """Change, remove, double and insert bytes."""
    data = bytearray(base)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data[at:at] = draw(st.sampled_from(BITS) | st.binary(max_size=3))
        elif kind == 1:
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == 2:
            data[at : at + 1] = draw(st.sampled_from(BITS))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 60))]
    return bytes(data)


def _read(folder: Path, name: str, data: bytes, **more: Any) -> list[Batch] | None:
    path = folder / name
    path.write_bytes(data)
    config = FilesConfig.model_validate({"paths": [path], **more})
    try:
        batches = read_all(Files(), config, None, clock=CLOCK)
    except Correctable as error:
        assert error.code  # noqa: PT017

        return None
    for batch in batches:
        check_batch(batch)
    _check_every_cut(config, batches)
    return batches


def _check_every_cut(config: FilesConfig, batches: list[Batch]) -> None:
    """Resume after the first, a middle and the last batch."""
    whole = pa.concat_tables([b.posts for b in batches]) if batches else None
    for cut in {1, len(batches) // 2, len(batches)} - {0}:
        if cut > len(batches) or whole is None:
            continue
        stored = json.loads(json.dumps(batches[cut - 1].snapshot))
        rest = read_all(Files(), config, stored, clock=CLOCK)
        together = pa.concat_tables([b.posts for b in [*batches[:cut], *rest]])
        assert together.equals(whole)
        broken = [x for b in batches for x in b.broken]
        assert [x for b in [*batches[:cut], *rest] for x in b.broken] == broken


def _records(batches: list[Batch]) -> int:
    return sum(batch.records for batch in batches)


def _filled(data: bytes) -> int:
    return sum(bool(line.strip(b" \t\r")) for line in data.split(b"\n"))


@settings(max_examples=40, deadline=None)
@given(mutated(JSON_LINES), st.integers(1, 3000))
def test_json_lines_are_all_accounted_for(data: bytes, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        batches = _read(Path(folder), "a.jsonl", data, block_size=size)
        if batches is not None and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            assert _records(batches) == _filled(data)


@settings(max_examples=40, deadline=None)
@given(mutated(BARS), st.integers(1, 1000))
def test_lines_between_bars_are_all_accounted_for(data: bytes, size: int) -> None:
    columns = {"id": "1", "created_at": "2", "text": "3"}
    with tempfile.TemporaryDirectory() as folder:
        more: dict[str, Any] = {"delimiter": "|", "quoted": False, "header": False}
        batches = _read(
            Path(folder), "a.txt", data, block_size=size, encoding="utf-8", columns=columns, **more
        )
        if batches is not None and b"\n" in data:
            kept = data.removeprefix(b"\xef\xbb\xbf")
            blank = sum(not line.decode("utf-8", "replace").strip() for line in kept.split(b"\n"))
            assert _records(batches) == len(kept.split(b"\n")) - blank


@settings(max_examples=40, deadline=None)
@given(mutated(TABLE), st.integers(1, 1000))
def test_tables_resume_wherever_they_were_cut(data: bytes, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), "a.csv", data, block_size=size)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.txt", "a.jsonl", "a.tsv", "a.gz"]))
def test_any_bytes_are_read_or_refused_in_words(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), name, data, block_size=64)


@settings(max_examples=25, deadline=None)
@given(mutated(gzip.compress(JSON_LINES * 5, mtime=0)))
def test_a_damaged_packed_file_is_read_as_far_as_it_goes(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), "a.jsonl.gz", data, block_size=500)


def _parquet() -> bytes:
    sink = pa.BufferOutputStream()
    rows = pa.Table.from_pylist([json.loads(line) for line in JSON_LINES.splitlines()])
    pq.write_table(rows, sink, row_group_size=5)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@settings(max_examples=25, deadline=None)
@given(mutated(_parquet()))
def test_a_damaged_parquet_file_is_refused_in_words(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), "a.parquet", data)


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_nesting_is_a_broken_line(depth: int, tmp_path: Path) -> None:
    deep = b'{"x":' + b"[" * depth + b"]" * depth + b"}\n"
    batches = _read(tmp_path, "a.jsonl", JSON_LINES + deep + JSON_LINES.replace(b"//a", b"//b"))
    assert batches is not None
    assert [broken.line for batch in batches for broken in batch.broken] == [13]


def test_a_line_without_end_is_passed_over(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("auscult.engine.connectors.files.blocks.RECORD_LIMIT", 5_000)
    long = b'{"text": "' + b"x" * 20_000 + b'"}\n'
    batches = _read(tmp_path, "a.jsonl", JSON_LINES + long + b"{}\n", block_size=1_000)
    assert batches is not None
    broken = [broken for batch in batches for broken in batch.broken]
    assert [(b.line, b.reason) for b in broken] == [
        (13, "it is too long to be a post"),
        (14, "it has no created_at"),
    ]
