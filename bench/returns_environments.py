"""Pythons of their own for the peers: pinned, made once by uv, kept beside what was fitted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.returns_fits import KEPT

PEERS = {
    "pymc-marketing": ("pymc-marketing==0.19.2", "pymc==5.28.5", "nutpie==0.16.8"),
    "meridian": ("google-meridian[jax]==2.1.0", "jax==0.10.2", "arviz==0.19.0"),
}


def python_of(peer: str) -> Path:
    """Give the Python of a peer; make it (some minutes, up to 3 GB) where there is none."""
    folder = KEPT.parent / f"peer-{peer}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        uv = shutil.which("uv") or str(Path(__file__).parents[1] / ".uv" / "bin" / "uv")
        subprocess.run(
            [uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True
        )
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *PEERS[peer]], check=True)
        (folder / "ready").touch()
    return python


def ask(peer: str, script: str, series: str, settings: Mapping[str, object]) -> dict[str, Any]:
    """Run a script of the peer's on a series (the text of its file); give what it printed last."""
    with tempfile.TemporaryDirectory(prefix="bench-returns-") as folder:
        file, asked = Path(folder, "series.csv"), Path(folder, "settings.json")
        file.write_text(series)
        asked.write_text(json.dumps(settings))
        command = [python_of(peer), Path(__file__).with_name(script), file, asked]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found
