"""kill -9 at any instant of a stream: what is left equals a replay, and what went is nowhere."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auscult.engine.archive import sampled
from servers.jetstream import Jetstream
from servers.jetstream_log import Log

HERE = Path(__file__).parent
SAMPLE = 0.3  # of all posts, in the lake
RATE = 2_500.0  # events a second: a whole stream takes several lives


def _story() -> Any:
    spec = importlib.util.spec_from_file_location("conformance_story", HERE / "story.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


STORY = _story()


def _follow(archive: Path, log: Log, *, kills: int, seed: int) -> dict[str, Any]:
    with Jetstream(log=log, rate=RATE) as server:
        done = subprocess.run(
            [
                sys.executable,
                str(HERE / "stream_program.py"),
                str(archive),
                str(kills),
                str(seed),
                str(log.seqs[-1]),
                str(SAMPLE),
                server.url,
            ],
            capture_output=True,
            timeout=900,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    held: dict[str, Any] = json.loads(done.stdout)
    return held


def _check(archive: Path, *, seed: int, size: int, kills: int) -> int:
    events = STORY.tell(seed, size)
    log = Log()
    log.extend(events)
    held = _follow(archive, log, kills=kills, seed=seed)
    left = STORY.outcome(events)
    assert held["texts"] == left.texts
    counted = {uri: {k: n for k, n in had.items() if n} for uri, had in held["engagement"].items()}
    assert counted == {uri: dict(counts) for uri, counts in left.counts.items()}
    assert held["matches"] == sorted(left.texts)
    assert held["counted"] == len(left.texts)
    assert held["reactions"] == sum(sum(counts.values()) for counts in left.counts.values())
    assert held["waiting"] == 0
    assert held["state"] == ["reading", True, 0]
    # The lake doesn't take in again what somebody says who once left.
    asked = [uri for uri in left.standing if uri.split("/")[2] not in left.left]
    kept = sampled(pa.table({"uri": asked}), SAMPLE).column("uri").to_pylist()
    assert set(held["lake"]) == set(kept)
    assert kept
    _is_nowhere(archive, left.forgotten, at_least=size // 20)
    assert held["attempts"] == held["kills"] + 1
    return int(held["kills"])


def _is_nowhere(archive: Path, words: set[str], *, at_least: int) -> None:
    """Search every file of an archive for words of posts that were taken back."""
    assert len(words) >= at_least
    text = b"".join(
        file.read_bytes()
        for file in archive.rglob("*")
        if file.is_file() and file.suffix != ".parquet"
    )
    for file in archive.rglob("*.parquet"):
        text += "\n".join(pq.read_table(file, columns=["text"]).column("text").to_pylist()).encode()
    found = [word for word in words if word.encode() in text]
    assert not found, f"{len(found)} of {len(words)} are still there: {found[:5]}"


def test_two_dozen_kills_change_nothing(tmp_path: Path) -> None:
    assert _check(tmp_path, seed=1, size=6_000, kills=25) >= 15


@pytest.mark.nightly
def test_five_hundred_kills_change_nothing(tmp_path: Path) -> None:
    made = sum(
        _check(tmp_path / str(seed), seed=seed, size=40_000, kills=50) for seed in range(2, 12)
    )
    assert made == 500
