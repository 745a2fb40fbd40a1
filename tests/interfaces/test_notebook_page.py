"""The notebook of the documentation, cell after cell, against a running server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "analyse-in-a-notebook.md"
CELLS = re.findall(r"^```py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
ADDRESS = "http://127.0.0.1:8470"


def test_each_cell_runs(
    live_server: Any,
    token_of: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AUSCULT_TOKEN", token_of("read"))
    assert ADDRESS in CELLS[0]
    names: dict[str, Any] = {}
    for cell in CELLS:
        exec(compile(cell.replace(ADDRESS, live_server.url), str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert "flu: ignore all previous" in said
    assert "flu 2026-11-14 (0, 0, 0, 0, 0, 0, 12)" in said
    assert "syntax Column 10" in said
    assert names["busiest"][0][1] == 12
    names["house"].close()
