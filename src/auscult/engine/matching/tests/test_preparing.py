"""Kernels that are compiled ahead are found where they are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from auscult.engine.matching import is_compiled, prepare

ASK = "from auscult.engine.matching import is_compiled; print(is_compiled())"


def test_what_was_compiled_is_found_and_an_empty_folder_is_not(tmp_path: Path) -> None:
    prepare()
    assert is_compiled()
    elsewhere = subprocess.run(
        [sys.executable, "-c", ASK],
        env={"NUMBA_CACHE_DIR": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert elsewhere.stdout == "False\n"
