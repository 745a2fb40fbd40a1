"""A lake whose row groups and segments are small."""

from __future__ import annotations

from pathlib import Path

import pytest

from auscult.engine.archive import Lake
from auscult.engine.archive.tests.made import make_small, words_of


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", terms=words_of)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of 8 and segments of 32 posts, so that few posts meet every border."""
    make_small(monkeypatch.setattr)
