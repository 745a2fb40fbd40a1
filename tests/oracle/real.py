"""The real texts, where they are, as posts."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from oracle import odd

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no real data at {DATA}; set AUSCULT_DATA to its folder"
)


def texts() -> Iterator[str]:
    """Every text of the folders that hold texts; what isn't UTF-8 comes as U+FFFD."""
    for path in sorted((DATA / "health-news-posts").glob("*.txt")):
        for line in path.read_bytes().decode("utf-8", "replace").split("\n"):
            yield line.split("|", 2)[-1].removesuffix("\r")
    with (DATA / "patient-feedback" / "text_data.csv").open(newline="", encoding="utf-8") as file:
        yield from (row["feedback"] for row in csv.DictReader(file))
    for path in (DATA / "drug-forum" / "sentences.tsv", *sorted((DATA / "crisis").glob("*.csv"))):
        yield from path.read_bytes().decode("utf-8", "replace").split("\n")
    identifiers = DATA / "synthetic-identifiers" / "synth_dataset_v2.json"
    yield from (one["full_text"] for one in json.loads(identifiers.read_text("utf-8")))
    for path in sorted((DATA / "person-names").glob("*.conll")):
        for sentence in path.read_bytes().decode("utf-8", "replace").split("\n\n"):
            yield " ".join(line.split("\t")[0] for line in sentence.split("\n"))


def posts(random: Random, count: int) -> list[dict[str, Any]]:
    """Posts from the texts, some with a title, and other fields at random."""
    chosen = random.sample(list(texts()), 2 * count)
    return [
        odd.post(random, body, random.choice([None, None, title]), key)
        for key, (body, title) in enumerate(zip(chosen[::2], chosen[1::2], strict=True))
    ]
