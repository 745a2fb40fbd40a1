"""Two workers count as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from auscult.web.shell.start import start
start()
from django.core.cache import cache
print(cache.add("used", True, 60), cache.get_or_set("count", 0, 60), cache.incr("count"))
"""


def test_what_one_process_writes_another_reads(tmp_path: Path) -> None:
    bare = {key: value for key, value in os.environ.items() if "AUSCULT_" not in key}
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env=bare | {"AUSCULT_ARCHIVE": str(tmp_path)},
        ).stdout
        for _ in range(2)
    ]
    assert said == ["True 0 1\n", "False 1 2\n"]
    folder = tmp_path / "run" / "cache"
    assert folder.stat().st_mode & 0o077 == 0
