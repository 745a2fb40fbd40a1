"""A file with names is for whom it was written for."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor
from auscult.web.listening.actions import save_watch
from auscult.web.listening.exporting import export


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl", "posts.parquet"])
def test_nobody_else_on_the_machine_reads_names(
    owner: Actor, record: Callable[..., Any], post: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    save_watch(owner, name="flu", query="flu")
    record(post(1, "flu"))
    done = export(owner, parse("flu"), tmp_path / name, with_authors=True)
    assert done.posts == 1
    assert stat.S_IMODE(done.files[0].stat().st_mode) == 0o600
