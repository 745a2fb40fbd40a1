"""kill -9 at any instant loses nothing and doubles nothing, in the mentions and in the lake."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("kill_program.py")
WORDS = [
    "flu",
    "vaccine",
    "nurse",
    "doctor",
    "care",
    "costs",
    "waiting",
    "room",
    "cough",
    "mask",
    "help",
    "thanks",
    "again",
]


def _files(folder: Path) -> list[str]:
    """Write JSON lines and lines between bars, some of them broken."""
    chance = random.Random(5)
    jsonl, bars = folder / "posts.jsonl", folder / "desk.txt"
    lines = []
    for number in range(4_000):
        text = " ".join(chance.choices(WORDS, k=8)) + " https://example.org/x"
        made = f"2026-01-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z"
        record = {"uri": f"at://a/{number}", "text": text, "created_at": made, "author": "a"}
        lines.append("{broken" if number % 501 == 7 else json.dumps(record))
    jsonl.write_text("\n".join(lines), encoding="utf-8")
    rows = [
        f"{5_000_000 + n}|Thu Apr 09 20:{n % 60:02d}:18 +0000 2015|{' '.join(chance.choices(WORDS, k=9))}"
        for n in range(4_000)
    ]
    rows[100] = "torn"
    bars.write_bytes("\r\n".join(rows).encode() + b" \xff")
    return [str(jsonl), str(bars)]


def _run(archive: Path, files: list[str], *, kills: int, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(archive), str(kills), str(seed), *files],
        capture_output=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    held: dict[str, Any] = json.loads(done.stdout)
    return held


def _check(tmp_path: Path, kills: int, archives: int) -> None:
    files = _files(tmp_path)
    whole = _run(tmp_path / "whole", files, kills=0, seed=0)
    assert whole.pop("kills") == 0
    assert whole.pop("attempts") == 1
    assert len(whole["broken"]) == 9
    assert len(whole["mentions"]) > 4_000
    assert len(whole["lake"]) > 3_000
    made = 0
    for number in range(archives):
        held = _run(tmp_path / f"killed-{number}", files, kills=kills // archives, seed=number)
        made += held.pop("kills")
        held.pop("attempts")
        for name, rows in whole.items():
            assert held[name] == rows, f"{name} differ after kills"
    assert made >= kills * 3 // 4, f"only {made} readers were killed before they were done"


def test_twenty_kills_change_nothing(tmp_path: Path) -> None:
    _check(tmp_path, kills=20, archives=1)


@pytest.mark.nightly
def test_two_hundred_kills_change_nothing(tmp_path: Path) -> None:
    _check(tmp_path, kills=300, archives=10)
