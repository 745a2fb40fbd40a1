"""This release takes the previous one's data over, and gives it back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from auscult.web.shell.testing import start_postgres

HERE = Path(__file__).parent
RELEASES: dict[str, dict[str, str]] = json.loads((HERE / "heads.json").read_text())
SETTINGS = {
    name: value
    for name, value in os.environ.items()
    if name not in {"AUSCULT_DATABASE_URL", "AUSCULT_SECRET_KEY", "AUSCULT_ARCHIVE"}
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")) and not shutil.which(
        "postgres"
    ):
        pytest.skip("needs PostgreSQL: apt install postgresql")
    cluster = start_postgres()
    yield {"AUSCULT_DATABASE_URL": cluster.url}
    cluster.stop()


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_up_and_down_again(release: str, database: dict[str, str], tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, HERE / "going.py", tmp_path / "archive", json.dumps(RELEASES[release])],
        capture_output=True, text=True, check=False, timeout=500, env=SETTINGS | database,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "there and back\n"
