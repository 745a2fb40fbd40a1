"""What real posts weigh in the lake: those of health desks, where the data is at hand."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from auscult.engine.archive import Lake
from auscult.engine.kernel.posts import MOMENT, SCHEMA
from auscult.engine.matching import index_terms

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT / "../shared/data"))


def health_news() -> pa.Table | None:
    """Return the posts of `id|date|text` files, or None where they are absent."""
    rows = []
    for path in sorted((DATA / "health-news-posts").rglob("*.txt")):
        for line in path.read_bytes().decode("utf-8", "replace").split("\n"):
            parts = line.rstrip("\r").split("|", 2)
            if len(parts) == 3:
                moment = datetime.strptime(parts[1], "%a %b %d %H:%M:%S %z %Y")
                rows.append((parts[0], path.stem, moment, parts[2]))
    if not rows:
        return None
    uris, authors, moments, texts = zip(*rows, strict=True)
    posts = {
        "uri": pa.array(uris),
        "author": pa.array(authors),
        "created_at": pa.array(moments, MOMENT),
        "text": pa.array(texts),
    }
    columns = [posts.get(f.name, pa.nulls(len(rows), f.type)) for f in SCHEMA]
    return pa.table(columns, names=SCHEMA.names)


def size_of(posts: pa.Table) -> float:
    """Return bytes a post after compaction, everything included."""
    with tempfile.TemporaryDirectory(prefix="bench-lake-") as folder:
        lake = Lake(Path(folder), terms=index_terms)
        lake.write(posts, source="news", key="1")
        lake.compact()
        return lake.size / lake.rows
