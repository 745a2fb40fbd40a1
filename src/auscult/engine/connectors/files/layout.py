"""What is known of one file before it is read: how it is written, and what its columns are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from auscult.engine.connectors.files.blocks import valid_utf8, whole_lines
from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.delimited import DelimitedPlan
from auscult.engine.connectors.files.dialect import Dialect, sniff
from auscult.engine.connectors.files.guess import Sample, guess
from auscult.engine.connectors.files.jsonl import JsonPlan, flatten, kind_of, load
from auscult.engine.connectors.files.mapping import Mapping
from auscult.engine.connectors.files.stream import PACKED, Stream
from auscult.engine.connectors.files.values import Mended, texts
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import ENGAGEMENT, MOMENT, SCHEMA

SAMPLE_BYTES = 1 << 18
SAMPLE_RECORDS = 1000
FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet",
    ".pq": "parquet", ".csv": "delimited", ".tsv": "delimited", ".tab": "delimited",
    ".psv": "delimited", ".txt": "delimited",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one file is to be read.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        Its folder's and its own name without endings; it stands in the uris of posts.
    format : str
        `jsonl`, `delimited` or `parquet`.
    mapping : Mapping
        Which column is which.
    start, first_line : int
        The byte and the line (or row) of the first record.
    plan : JsonPlan, DelimitedPlan or None
        How a block is decoded; None for Parquet.
    encoding : str
        Of the text; "" for Parquet.
    lone_returns : bool
        Lines end with a carriage return only.
    modified : datetime
        When the file was last written: the time of posts that have none.
    """

    path: Path
    name: str
    format: str
    mapping: Mapping
    modified: datetime
    start: int = 0
    first_line: int = 1
    plan: JsonPlan | DelimitedPlan | None = None
    encoding: str = ""
    lone_returns: bool = False

    @property
    def community(self) -> str:
        """The file's own name, without endings."""
        return self.name.rpartition("/")[2]

    def describe(self) -> dict[str, Any]:
        """Return how the file is read, as data for JSON, a table or a form."""
        plan = self.plan
        written: dict[str, Any] = {}
        if isinstance(plan, DelimitedPlan):
            written = {
                "delimiter": plan.delimiter,
                "quoted": plan.quoted,
                "header": not all(name.isdigit() for name in plan.columns),
            }
        return {
            "file": str(self.path),
            "format": self.format,
            "encoding": self.encoding,
            **written,
            **self.mapping.describe(),
        }


def bare_name(path: Path) -> str:
    """Return a file's name without the endings that are known.

    >>> bare_name(Path("posts.2026.jsonl.gz"))
    'posts.2026'
    """
    name = path.name
    for endings in (PACKED, FORMATS):
        ending = Path(name).suffix.lower()
        if ending in endings:
            name = name[: -len(ending)]
    return name


def find_layout(path: Path, config: FilesConfig) -> Layout:
    """Look at the start of a file.

    Raises
    ------
    Correctable
        The file can't be read as posts; the message says what is missing.
    """
    name = f"{path.resolve().parent.name}/{bare_name(path)}"
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if _is_parquet(path):
        mapping = guess(_parquet_sample(path), config)
        return Layout(path=path, name=name, format="parquet", mapping=mapping, modified=modified)
    stream = Stream(path, encoding=config.encoding)
    try:
        layout = _text_layout(stream, config, name, modified)
    finally:
        stream.close()
    return layout


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _parquet_sample(path: Path) -> Sample:
    try:
        file = pq.ParquetFile(path)
        batch = next(file.iter_batches(SAMPLE_RECORDS), None)
        rows = [] if batch is None else _readable(batch).to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Correctable(
            f"{path.name} is not a Parquet file that can be read: {error}",
            field="paths",
            code="not-parquet",
            hint="Export it again.",
        ) from error
    return _sample_of(rows) if rows else Sample(values={n: [] for n in file.schema_arrow.names})


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mend strings that are not UTF-8: Parquet doesn't promise that they are."""
    columns = [
        texts(column, Mended()) if pa.types.is_string(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _sample_of(rows: list[dict[str, Any]]) -> Sample:
    values: dict[str, list[Any]] = {}
    for number, row in enumerate(rows):
        for path, value in flatten(row):
            column = values.setdefault(".".join(path), [None] * number)
            if len(column) == number:  # of keys that give the same name, the first counts
                column.append(value)
        for column in values.values():
            column.extend([None] * (number + 1 - len(column)))
    return Sample(values=values)


def _text_layout(stream: Stream, config: FilesConfig, name: str, modified: datetime) -> Layout:
    raw = stream.read(0, SAMPLE_BYTES)
    lone = b"\n" not in raw and b"\r" in raw
    if lone:
        raw = raw.replace(b"\r", b"\n")
    mark = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    whole = len(raw) if len(raw) < SAMPLE_BYTES else whole_lines(raw) or len(raw)
    data, _ = valid_utf8(raw[mark:whole])
    layout = Layout(
        path=stream.path,
        name=name,
        format=_text_format(stream.path, data),
        mapping=Mapping(uses=(), form=None),
        modified=modified,
        start=mark,
        encoding=stream.encoding,
        lone_returns=lone,
    )
    if stream.trouble and not data:
        raise Correctable(
            f"{stream.path.name}: {stream.trouble}.",
            field="paths",
            code="damaged",
            hint="Pack it again.",
        )
    return (
        _json_layout(layout, data, config)
        if layout.format == "jsonl"
        else _delimited_layout(layout, data, config)
    )


def _text_format(path: Path, data: bytes) -> str:
    endings = [suffix.lower() for suffix in path.suffixes]
    named = next((FORMATS[e] for e in reversed(endings) if e in FORMATS), "")
    first = data.lstrip()[:1]
    if first == b"[" and ".json" in endings:
        raise Correctable(
            f"{path.name} is one JSON list, not a record a line.",
            field="paths",
            code="not-json-lines",
            hint="Turn it into JSON lines: jq -c '.[]' < in.json > out.jsonl",
        )
    if named == "jsonl" or (named != "delimited" and first == b"{"):
        return "jsonl"
    first_line = data.lstrip().partition(b"\n")[0]
    return "jsonl" if first == b"{" and isinstance(load(first_line), dict) else "delimited"


def _json_layout(layout: Layout, data: bytes, config: FilesConfig) -> Layout:
    lines = [line for line in data.split(b"\n")[:SAMPLE_RECORDS] if line.strip()]
    rows = [row for row in map(load, lines) if isinstance(row, dict)]
    if not rows:
        raise Correctable(
            f"{layout.path.name} has no line that is a JSON object.",
            field="paths",
            code="not-json-lines",
            hint='Each line is one object: {"text": "...", "created_at": "..."}.',
        )
    paths: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for path, _ in flatten(row):
            paths.setdefault(".".join(path), path)
    sample = _sample_of(rows)
    mapping = guess(sample, config)
    wanted = mapping.columns
    plan = JsonPlan(
        paths={column: paths[column] for column in wanted},
        kinds={column: kind_of(sample.values[column]) for column in wanted}
        | (_declared(mapping) if mapping.ours else {}),
    )
    return replace(layout, mapping=mapping, plan=plan)


def _declared(mapping: Mapping) -> dict[str, pa.DataType]:
    """Return the types of our own format's columns.

    The sample may hold no value of a column, or a list without items, and moments may be
    written in several ways: those stay as the sample has them.
    """
    types = {field.name: field.type for field in (*SCHEMA, *ENGAGEMENT) if field.type != MOMENT}
    return {use.column: types[use.target] for use in mapping.uses if use.target in types}


def _delimited_layout(layout: Layout, data: bytes, config: FilesConfig) -> Layout:
    dialect = sniff(data, config)
    # Column by column: a file without a whole record still has columns, all of them empty.
    values = {
        name: tuple(row[place] for row in dialect.rows)
        for place, name in enumerate(dialect.columns)
    }
    mapping = guess(Sample(values=values, headed=dialect.headed), config)
    plan = DelimitedPlan(
        delimiter=dialect.delimiter,
        quoted=dialect.quoted,
        columns=dialect.columns,
        wanted=mapping.columns,
        open_end=_open_end(dialect, mapping),
    )
    return replace(
        layout,
        mapping=mapping,
        plan=plan,
        start=layout.start + dialect.start,
        first_line=1 + dialect.start_line,
    )


def _open_end(dialect: Dialect, mapping: Mapping) -> bool:
    return not dialect.quoted and mapping.column("text") == dialect.columns[-1]
