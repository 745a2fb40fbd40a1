"""Real exports are read with an account of every line."""

from __future__ import annotations

import csv
import os
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from auscult.engine.connectors.base import Batch
from auscult.engine.connectors.conformance import check_batch, read_all
from auscult.engine.connectors.files import Files, FilesConfig
from auscult.engine.kernel.clock import SystemClock

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[7] / "shared" / "data"))
pytestmark = pytest.mark.skipif(
    not (DATA / "health-news-posts").is_dir(),
    reason=f"the real data is not at {DATA}; AUSCULT_DATA names its folder",
)
DESKS = sorted(p.name for p in (DATA / "health-news-posts").glob("*.txt")) if DATA.is_dir() else []


def _read(path: Path, **more: Any) -> list[Batch]:
    config = FilesConfig.model_validate({"paths": [path], **more})
    batches = read_all(Files(), config, None, clock=SystemClock())
    for batch in batches:
        check_batch(batch)
    return batches


def _rows(batches: list[Batch], column: str) -> list[Any]:
    return [value for batch in batches for value in batch.posts.column(column).to_pylist()]


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("size", [8 << 20, 20_000])
def test_every_line_of_a_news_desk_is_a_post(desk: str, size: int) -> None:
    path = DATA / "health-news-posts" / desk
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    batches = _read(path, block_size=size)
    assert sum(batch.records for batch in batches) == len(lines)
    assert sum(len(batch.broken) for batch in batches) == 0
    prefix = f"files:health-news-posts/{path.stem}:"
    wanted = [prefix + re.sub(rb'^"', b"", line).partition(b"|")[0].decode() for line in lines]
    assert _rows(batches, "uri") == wanted
    found = sum(batch.replaced for batch in batches)
    assert found == sum(line.decode("utf-8", "replace").count("\ufffd") for line in lines)
    texts = _rows(batches, "text")
    for line, text in zip(lines, texts, strict=True):
        if not line.startswith(b'"'):
            whole = line.decode("utf-8", "replace").split("|", 2)[2]
            assert text == whole.strip()


def test_the_folder_of_news_desks_reads_as_it_stands() -> None:
    batches = _read(DATA / "health-news-posts")
    assert sum(batch.records for batch in batches) == 46_901
    assert [b.coverage[0].community for b in batches] == [Path(desk).stem for desk in DESKS]


def _csv_rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))[1:]


@pytest.mark.parametrize("size", [8 << 20, 30_000])
@pytest.mark.parametrize(
    ("name", "delimiter", "column"),
    [
        ("patient-feedback/text_data.csv", ",", 3),
        ("crisis/2013_Boston_Bombings-ontopic_offtopic.csv", ",", 1),
        ("drug-forum/sentences.tsv", "\t", 0),
    ],
)
def test_a_table_reads_as_the_csv_module_reads_it(
    name: str, delimiter: str, column: int, size: int
) -> None:
    path = DATA / name
    rows = _csv_rows(path, delimiter)
    batches = _read(path, block_size=size)
    assert sum(batch.records for batch in batches) == len(rows)
    assert sum(len(batch.broken) for batch in batches) == 0
    assert _rows(batches, "text") == [_mended(row[column]).strip() for row in rows]


def _mended(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\ufffd", text)


@pytest.mark.parametrize("kind", ["tweets", "amazonReviewSnippets", "nytEditorialSnippets"])
def test_scored_texts_read_line_by_line(kind: str, tmp_path: Path) -> None:
    with tarfile.open(DATA / "sentiment" / "hutto_ICWSM_2014.tar.gz") as archive:
        member = archive.extractfile(f"hutto_ICWSM_2014/{kind}_GroundTruth.txt")
        assert member is not None
        raw = member.read()
    path = tmp_path / "scored.txt"
    path.write_bytes(raw)
    lines = [line for line in raw.split(b"\n") if line.strip()]
    batches = _read(path)
    assert sum(batch.records for batch in batches) == len(lines)
    assert sum(len(batch.broken) for batch in batches) == 0
    texts = [line.decode("utf-8", "replace").split("\t", 2)[2].strip() for line in lines]
    assert _rows(batches, "text") == [_mended(text) for text in texts]
