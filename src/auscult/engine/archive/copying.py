"""A copy of a lake as it is at one moment, made while others write."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from auscult.engine.archive.layout import MANIFEST, Folder


def copy_lake(lake: Path, to: Path) -> int:
    """Copy a lake's folder to a new one; return its bytes.

    Segments never change, so they are linked where both folders are on one disk: writers wait
    for the links alone. What no manifest names isn't copied.

    Parameters
    ----------
    lake : pathlib.Path
        Nothing is copied where there is none.
    to : pathlib.Path
        Must not exist.
    """
    if not (lake / "lake.json").exists():
        return 0
    folder = Folder(lake)
    (to / "segments").mkdir(parents=True)
    with folder.writing() as manifest:
        for segment in manifest.segments:
            for name in segment.files():
                _link(folder.segments / name, to / "segments" / name)
        for name in ("lake.json", MANIFEST, "tombstones.log"):
            if (lake / name).exists():
                shutil.copyfile(lake / name, to / name)  # these change in place, or are replaced
    return sum(path.stat().st_size for path in to.rglob("*") if path.is_file())


def _link(file: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    try:
        os.link(file, to)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(file, to)
