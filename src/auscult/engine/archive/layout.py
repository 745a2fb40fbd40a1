"""Where things lie in the lake, and the manifest that says which of them count.

::

    lake/
      lake.json            format, and the salt of all hashes
      lock                 held by whoever writes
      manifest.json        the segments that count; replaced whole
      tombstones.log       who and what was forgotten, as keyed hashes
      segments/SOURCE/DAY-ID.parquet   posts
                      DAY-ID.ids       hashes of its uris and authors
                      DAY-ID.terms     hashes of its terms, by row group
                      DAY-ID.dead-N    rows that must not be read

A file is written under a temporary name, synced, renamed, and its folder synced;
only then does a manifest name it. What no manifest names is not part of the lake.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from auscult.engine.archive.errors import LakeDamagedError, LakeError

FORMAT = 1
GROUP_ROWS = 32_768  # a row group: the smallest unit that a scan reads or skips
SEGMENT_ROWS = 131_072  # a settled segment: what forgetting one post rewrites, at most
ABSORBED_KEYS = 256  # keys of compacted batches that each source remembers
MANIFEST = "manifest.json"
TEMPORARY = ".tmp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One Parquet file and what a scan needs to know to leave it closed.

    `groups` has one (first, last, rows) a row group: times in microseconds, both
    included. `born` is the commit that brought it. `key` names the batch of a segment
    that is still incoming. The first `resolved` records of the tombstone log have been applied: their rows are gone or
    listed in the dead file.
    """

    name: str
    source: str
    groups: tuple[tuple[int, int, int], ...]
    languages: tuple[str, ...] | None
    size: int
    resolved: int
    born: int
    key: str = ""
    indexed: bool = False
    terms: bool = False
    dead: str = ""
    dead_rows: int = 0

    @property
    def rows(self) -> int:
        return sum(rows for _, _, rows in self.groups)

    @property
    def first(self) -> int:
        return min(first for first, _, _ in self.groups)

    @property
    def last(self) -> int:
        return max(last for _, last, _ in self.groups)

    def files(self) -> tuple[str, ...]:
        """Names of all files of this segment, below `segments/`."""
        ends = [".parquet", *[".ids"] * self.indexed, *[".terms"] * self.terms]
        return (*(self.name + end for end in ends), *[self.dead][: bool(self.dead)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The state of the lake at one commit.

    `absorbed` holds, for each source, the keys of the newest batches that compaction
    has merged; `drop` the files that this commit made superfluous.
    """

    commit: int = 0
    segments: tuple[Segment, ...] = ()
    absorbed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()

    def replacing(self, old: tuple[Segment, ...], new: tuple[Segment, ...]) -> Manifest:
        """Return the next state, in which `new` stands for `old`."""
        gone = {segment.name for segment in old}
        kept = tuple(s for s in self.segments if s.name not in gone) + new
        used = {name for segment in kept for name in segment.files()}
        dropped = {name for segment in old for name in segment.files()} - used
        return replace(self, commit=self.commit + 1, segments=kept, drop=tuple(sorted(dropped)))


class Folder:
    """The lake's folder: reads and commits manifests, holds the writers' lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.segments = path / "segments"
        self._settings = path / "lake.json"
        self._salt = b""
        self._read: tuple[tuple[int, int], Manifest] | None = None

    @property
    def salt(self) -> bytes:
        """The 32 random bytes that key every hash of this lake; made by the first writer."""
        if not self._salt:
            self._salt = self._read_salt()
        return self._salt

    def _read_salt(self) -> bytes:
        try:
            settings = orjson.loads(self._settings.read_bytes())
        except FileNotFoundError:
            return b""
        if settings.get("format") != FORMAT:
            raise LakeError(
                f"The lake in {self.path} has format {settings.get('format')!r};"
                f" this version reads format {FORMAT}.",
                code="lake-format",
                field="folder",
                hint="Use the version of Auscult that wrote it, or a newer one.",
            )
        return bytes.fromhex(settings["salt"])

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """Hold the writers' lock; yields the manifest, what a crash left is cleared."""
        self.segments.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not self.salt:
                settings = {"format": FORMAT, "salt": secrets.token_hex(32)}
                write_whole(self._settings, orjson.dumps(settings))
            manifest = self.read()
            self._remove(manifest.drop)
            yield manifest
        finally:
            os.close(handle)

    def read(self) -> Manifest:
        """Return the newest manifest; needs no lock."""
        path = self.path / MANIFEST
        try:
            seen = path.stat()
            stamp = (seen.st_ino, seen.st_mtime_ns)
            if self._read is not None and self._read[0] == stamp:
                return self._read[1]
            data = path.read_bytes()
        except FileNotFoundError:
            return Manifest()
        manifest = _from_json(data, path)
        self._read = (stamp, manifest)
        return manifest

    def commit(self, manifest: Manifest) -> None:
        """Make `manifest` the state of the lake, then delete what it dropped."""
        write_whole(self.path / MANIFEST, _to_json(manifest))
        self._remove(manifest.drop)

    def _remove(self, names: tuple[str, ...]) -> None:
        for name in names:
            (self.segments / name).unlink(missing_ok=True)

    def sweep(self, manifest: Manifest) -> int:
        """Delete files that no manifest names, as a killed writer leaves; under the lock."""
        named = {name for segment in manifest.segments for name in segment.files()}
        swept = 0
        for path in self.segments.glob("*/*"):
            if str(path.relative_to(self.segments)) not in named:
                path.unlink()
                swept += 1
        for path in self.path.glob(f"*{TEMPORARY}"):
            path.unlink()
        return swept

    def new_name(self, source: str, moment: int, commit: int) -> str:
        """Return an unused name for a segment of `source` that starts at `moment`."""
        slug = re.sub(r"[^a-z0-9-]+", "_", source.lower())[:40]
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        folder = self.segments / f"{slug}-{digest}"
        if not folder.is_dir():
            folder.mkdir()
            sync_folder(self.segments)
        return f"{folder.name}/{moment // 86_400_000_000}-{commit}-{secrets.token_hex(6)}"


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Put `data` at `path` so that a crash leaves the old file or the new one."""
    temporary = path.with_name(path.name + TEMPORARY)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames and new names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_json(manifest: Manifest) -> bytes:
    return orjson.dumps(
        {
            "format": FORMAT,
            "commit": manifest.commit,
            "segments": manifest.segments,
            "absorbed": manifest.absorbed,
            "drop": manifest.drop,
        }
    )


def _from_json(data: bytes, path: Path) -> Manifest:
    try:
        raw: dict[str, Any] = orjson.loads(data)
        return Manifest(
            commit=raw["commit"],
            segments=tuple(_segment(entry) for entry in raw["segments"]),
            absorbed={source: tuple(keys) for source, keys in raw["absorbed"].items()},
            drop=tuple(raw["drop"]),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise LakeDamagedError(
            f"{path} can't be read ({error!r}); restore it from a backup."
        ) from error


def _segment(entry: dict[str, Any]) -> Segment:
    entry["groups"] = tuple((first, last, rows) for first, last, rows in entry["groups"])
    languages = entry["languages"]
    entry["languages"] = None if languages is None else tuple(languages)
    return Segment(**entry)
