"""kill -9 at random instants of writing, forgetting, expiring and compacting."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from auscult.engine.archive import Lake

SCRIPT = Path(__file__).with_name("killing.py")


@pytest.mark.parametrize(
    ("seed", "kills"), [(1, 12), pytest.param(2, 150, marks=pytest.mark.nightly)]
)
def test_nothing_is_lost_doubled_or_remembered(tmp_path: Path, seed: int, kills: int) -> None:
    killing = _script()
    command = [sys.executable, str(SCRIPT), str(tmp_path), str(seed), str(kills)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    calls = killing.acknowledged(tmp_path)
    expected = {f"at://town/{n}" for n in killing.expected(calls)}
    lake = Lake(tmp_path / "lake")
    seen = [uri for table in lake.scan(columns=["uri"]) for uri in table["uri"].to_pylist()]
    assert len(seen) == len(set(seen))
    assert set(seen) == expected
    assert calls > kills / 2
    lake.compact()
    left = [
        uri
        for path in (tmp_path / "lake").rglob("*.parquet")
        for uri in pq.read_table(path, columns=["uri"])["uri"].to_pylist()
    ]
    assert sorted(left) == sorted(expected)
    assert not list((tmp_path / "lake").rglob("*.tmp"))


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("killing", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
