"""Writes a town to a folder: posts, the truth about them, watches to start with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auscult.engine.kernel.errors import Correctable
from auscult.engine.simulate.columns import TRUTH
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.starting import starter_watches
from auscult.engine.simulate.town import START, Simulation, Town
from auscult.engine.simulate.truth import Truth

FORMS = ("parquet", "jsonl")
_AFTER = (1.0, 6.0, 24.0, 72.0)  # hours at which the growth of attention is written down


@dataclass(frozen=True, slots=True, kw_only=True)
class TownFolder:
    """What was written where."""

    folder: Path
    posts: int
    files: tuple[Path, ...]
    bytes: int


# Inside a string a quotation mark has a backslash before it, so this is always a field.
_NULL = re.compile(rb',"[a-z_]+":null')


class _Sink(Protocol):
    def write(self, posts: pa.Table) -> None: ...
    def close(self) -> None: ...


class _ParquetSink:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, posts: pa.Table) -> None:
        self.writer.write_table(posts)

    def close(self) -> None:
        self.writer.close()


class _LinesSink:
    def __init__(self, path: Path) -> None:
        self.file: BinaryIO = path.open("wb")

    def write(self, posts: pa.Table) -> None:
        self.file.write(as_lines(posts))

    def close(self) -> None:
        self.file.close()


def as_lines(posts: pa.Table) -> bytes:
    """Write posts as JSON lines: times as ISO 8601 with `Z`; what is missing is left out."""
    for name in ("created_at", "collected_at"):
        column = posts.schema.get_field_index(name)
        posts = posts.set_column(column, name, pc.strftime(posts[name], "%Y-%m-%dT%H:%M:%SZ"))
    connection = duckdb.connect(config={"threads": 1})
    try:
        lines = connection.from_arrow(posts).query(
            "posts", "SELECT to_json(posts)::VARCHAR || chr(10) AS line FROM posts"
        )
        assert lines is not None  # a SELECT always has an answer
        return _NULL.sub(b"", b"".join(line.encode() for (line,) in lines.fetchall()))
    finally:
        connection.close()


def write_town(
    folder: Path,
    *,
    days: int = 100,
    posts: int | None = None,
    seed: int = 1,
    form: str = "parquet",
    progress: Callable[[int, int], None] | None = None,
) -> TownFolder:
    """Simulate the town of Lakeside into a folder.

    Parameters
    ----------
    folder : Path
        Made if it isn't there; it must not hold a town already.
    days, posts, seed
        As in `Town.simulate`.
    form : str
        `parquet` or `jsonl`: how `posts/YYYY-MM.*` are written.
    progress : callable, optional
        Called with the posts written so far and in all.

    Returns
    -------
    TownFolder
        `posts/` holds a file a month; `truth.json` the events and communities; `truth/` the
        tables `posts`, `people`, `changes` and `engagement`; `watches.toml` the watches.

    Raises
    ------
    Correctable
        If a number is out of range, the form is unknown, or the folder holds a town.
    """
    _check_target(folder, form)
    simulation = Town(seed).simulate(days, posts)
    (folder / "posts").mkdir(parents=True)
    (folder / "truth").mkdir(exist_ok=True)
    _write_posts(folder, simulation, form, progress)
    _write_truth(folder, simulation, {"seed": seed, "days": days, "start": START.isoformat()})
    (folder / "watches.toml").write_text(starter_watches(), encoding="utf-8")
    found = tuple(sorted(path for path in folder.rglob("*") if path.is_file()))
    return TownFolder(
        folder=folder,
        posts=len(simulation),
        files=found,
        bytes=sum(path.stat().st_size for path in found),
    )


def _check_target(folder: Path, form: str) -> None:
    if form not in FORMS:
        raise Correctable(
            f"{form!r} is no form of posts; they can be {' or '.join(FORMS)}.",
            code="unknown-form",
            field="form",
            hint="Leave it out for parquet.",
        )
    if (folder / "posts").exists():
        raise Correctable(
            f"{folder} holds a town already.",
            code="folder-taken",
            field="folder",
            hint="Name another folder, or remove this one.",
        )


def _write_posts(
    folder: Path, simulation: Simulation, form: str, progress: Callable[[int, int], None] | None
) -> None:
    sink: _Sink | None = None
    month = ""
    known = pq.ParquetWriter(folder / "truth" / "posts.parquet", TRUTH, compression="zstd")
    done = 0
    for posts, truth in simulation.batches():
        known.write_table(truth)
        months = pc.strftime(posts["created_at"], "%Y-%m").combine_chunks()
        for name in months.unique().to_pylist():
            if name != month:
                if sink is not None:
                    sink.close()
                month = name
                path = folder / "posts" / f"{name}.{form}"
                sink = _LinesSink(path) if form == "jsonl" else _ParquetSink(path, posts.schema)
            assert sink is not None
            sink.write(posts.filter(pc.equal(months, name)))
        done += posts.num_rows
        if progress is not None:
            progress(done, len(simulation))
    known.close()
    if sink is not None:
        sink.close()


def _write_truth(folder: Path, simulation: Simulation, given: dict[str, object]) -> None:
    truth = simulation.truth_with(TRUTH.empty_table())
    for name in ("people", "changes"):
        pq.write_table(getattr(truth, name), folder / "truth" / f"{name}.parquet")
    flags = pq.read_table(folder / "truth" / "posts.parquet", columns=["hospital"])["hospital"]
    rows = np.flatnonzero(flags.to_numpy())
    grown = pa.concat_tables([simulation.engagement_after(rows, hours) for hours in _AFTER])
    pq.write_table(grown, folder / "truth" / "engagement.parquet", compression="zstd")
    told = json.dumps(_told(truth, given), indent=1, ensure_ascii=False, default=str)
    (folder / "truth.json").write_text(told + "\n", encoding="utf-8")


def _told(truth: Truth, given: dict[str, object]) -> dict[str, object]:
    return given | {
        "events": [
            asdict(event)
            | {name: getattr(event, name).isoformat() for name in ("onset", "peak", "end")}
            for event in truth.events
        ],
        "communities": [
            {
                "key": community.key,
                "source": community.source,
                "name": community.name,
                "language": community.language,
                "norm": community.norm,
            }
            for community in COMMUNITIES
        ],
    }
