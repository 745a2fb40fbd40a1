"""A folder with a list of what is in it, packed into one file and unpacked again.

Both are written beside their place under another name and moved there whole: killed at any
moment, nothing half stands where somebody would take it for whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from auscult.engine.archive.layout import sync_folder
from auscult.engine.kernel.errors import Correctable

MANIFEST = "manifest.json"
DRAFT = ".draft"  # the end of the name of what isn't whole yet
TAR = ".tar"


class Damaged(Correctable):
    """A file that isn't what was written."""

    def __init__(self, place: Path, why: str) -> None:
        super().__init__(
            f"{place} is damaged: {why}.",
            code="archive-damaged",
            field="file",
            hint="Take another copy of it, or write it anew.",
        )


class FromNewer(Correctable):
    """Something that only a newer Auscult can read."""

    def __init__(self, place: Path, version: str) -> None:
        super().__init__(
            f"{place} was written by a newer Auscult ({version}).",
            code="archive-newer",
            field="file",
            hint="Install that version here first.",
        )


class Occupied(Correctable):
    """There is something where something is to be put."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            f"{place} exists already.",
            code="place-taken",
            field="file",
            hint="Name another place, or move what is there.",
        )


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_manifest(folder: Path, about: Mapping[str, Any]) -> None:
    """Write what is in a folder, each file with its size and its digest."""
    files = [
        {
            "name": path.relative_to(folder).as_posix(),
            "size": path.stat().st_size,
            "sha256": digest_of(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    (folder / MANIFEST).write_bytes(orjson.dumps({**about, "files": files}, option=option))


def read_manifest(folder: Path, *, kind: str, form: int, shown: Path) -> dict[str, Any]:
    """Return what a folder says of itself, once every file is as it says.

    Raises
    ------
    Damaged, FromNewer
    """
    try:
        about: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
        if about["kind"] != kind:
            raise Damaged(shown, f"it is of the kind {about['kind']!r}, not {kind!r}")
        if about["format"] > form:
            raise FromNewer(shown, str(about["version"]))
        listed = {one["name"]: one for one in about["files"]}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Damaged(shown, f"its {MANIFEST} can't be read") from error
    there = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {MANIFEST}
    if there != listed.keys():
        odd = min(there ^ listed.keys())
        raise Damaged(shown, f"{odd} is {'not listed' if odd in there else 'missing'}")
    for name, one in listed.items():
        file = folder / name
        if file.stat().st_size != one["size"] or digest_of(file) != one["sha256"]:
            raise Damaged(shown, f"{name} isn't as it was written")
    return about


@contextmanager
def draft_of(place: Path) -> Iterator[Path]:
    """Yield a new folder beside `place`, removed at the end; drafts that a kill left go, too."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Correctable(
            f"'{place}' can't be written: {error.strerror or error}.",
            code="place-refused",
            field="file",
            hint="Name a place that is yours.",
        ) from error
    folder = place.with_name(f".{place.name}{DRAFT}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, place: Path) -> None:
    """Move a finished folder to its place, or pack it into the file that `place` names."""
    if place.suffix != TAR:
        _sync(folder)
        folder.rename(place)
        sync_folder(place.parent)
        return
    packed = place.with_name(f".{place.name}.packed")
    # 0600: what is taken along may hold keys and names.
    handle = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(folder / MANIFEST, MANIFEST)
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path != folder / MANIFEST:
                    tar.add(path, path.relative_to(folder).as_posix())
        file.flush()
        os.fsync(file.fileno())
    packed.replace(place)
    sync_folder(place.parent)


def unpack(place: Path, folder: Path) -> None:
    """Put what a file or a folder holds into `folder`, which exists and is empty."""
    if not place.exists():
        raise Correctable(
            f"There is no {place}.", code="file-unknown", field="file", hint="Check its name."
        )
    if place.is_dir():
        shutil.copytree(place, folder, dirs_exist_ok=True)
        return
    try:
        with tarfile.open(place) as tar:
            tar.extractall(folder, filter="data")  # nothing outside of it, no links, no devices
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Damaged(place, "it can't be unpacked") from error


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
