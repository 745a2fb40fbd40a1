"""Reads files one after the other, in steps that can be resumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from auscult.engine.connectors.base import Batch, Broken, Covered, Progress, Snapshot
from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.layout import Layout, find_layout
from auscult.engine.connectors.files.place import Place
from auscult.engine.connectors.files.steps import Step, Steps, open_steps
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import empty

_VERSION = 1


class FilesReader:
    """A reader of files; see `connectors.base.Reader`.

    Parameters
    ----------
    paths : list of Path
        The files, in the order in which they are read.
    config : FilesConfig
        How they are written, where a person said so.
    snapshot : dict or None
        Where to resume.
    clock : Clock
        Says when posts are collected.
    layouts : dict
        What was found out about some of the files already.
    """

    def __init__(
        self,
        paths: list[Path],
        config: FilesConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        layouts: dict[Path, Layout],
    ) -> None:
        self._config = config
        self._collected_at = clock.now()
        self._layouts = layouts
        self._places = _places(snapshot)
        self._sizes = {path: path.stat().st_size for path in paths}
        self._todo = [path for path in paths if not self._read_before(path)]
        self._steps: Steps | None = None
        self._closed = False

    @property
    def finished(self) -> bool:
        """Every file was read to its end."""
        return self._closed or not self._todo

    @property
    def next_awake(self) -> datetime | None:
        """None: files never keep a reader waiting."""
        return None

    @property
    def progress(self) -> Progress:
        """Bytes of the files, as they stand on disk."""
        ahead = sum(self._sizes[path] for path in self._todo)
        taken = self._steps.taken if self._steps else 0
        total = sum(self._sizes.values())
        return Progress(done=min(total - ahead + taken, total), total=total)

    def next_batch(self) -> Batch | None:
        """Read the next block; a file that can't be read is a broken record of line 0."""
        if self.finished:
            return None
        path = self._todo[0]
        try:
            if self._steps is None:
                self._steps = self._open(path)
            step = self._steps.next()
        except Correctable as error:
            return self._given_up(path, str(error))
        except OSError as error:
            return self._given_up(path, error.strerror or str(error))
        return self._batch(path, step)

    def snapshot(self) -> Snapshot:
        """Return where to resume."""
        return {
            "version": _VERSION,
            "files": {key: place.as_data() for key, place in self._places.items()},
        }

    def close(self) -> None:
        """Let go of the file that is open."""
        self._closed = True
        self._leave()

    def layout(self, path: Path) -> Layout:
        """Return how a file is read.

        Raises
        ------
        Correctable
            It can't be read as posts.
        """
        if path not in self._layouts:
            self._layouts[path] = find_layout(path, self._config)
        return self._layouts[path]

    def _read_before(self, path: Path) -> bool:
        place = self._places.get(_key(path))
        return place is not None and place.unchanged(path)

    def _open(self, path: Path) -> Steps:
        layout = self.layout(path)
        place = self._places.get(_key(path), Place())
        if not place.holds_for(path):
            place = Place()
        if place.done and layout.format == "parquet":
            place = Place()  # a Parquet file doesn't grow, it is written anew
        self._places[_key(path)] = replace(place, done=False)
        return open_steps(layout, self._config, place, self._collected_at)

    def _batch(self, path: Path, step: Step) -> Batch:
        moments = pc.min_max(step.posts.column("created_at")).as_py()
        place = replace(self._places[_key(path)], position=step.position, line=step.line)
        place = place.widened(moments["min"], moments["max"])
        self._places[_key(path)] = replace(place, done=step.last).marked(path)
        broken = tuple(
            Broken(location=str(path), line=f.line, reason=f.reason, excerpt=f.excerpt)
            for f in step.faults
        )
        if step.last:
            self._next_file()
        return Batch(
            posts=step.posts,
            snapshot=self.snapshot(),
            broken=broken,
            coverage=self._coverage(path, place) if step.last else (),
            records=step.posts.num_rows + len(broken) + step.repeated,
            repeated=step.repeated,
            replaced=step.replaced,
        )

    def _coverage(self, path: Path, place: Place) -> tuple[Covered, ...]:
        if not place.since:
            return ()
        return (
            Covered(
                community=self._config.community or self.layout(path).community,
                since=datetime.fromisoformat(place.since),
                until=datetime.fromisoformat(place.until),
            ),
        )

    def _given_up(self, path: Path, reason: str) -> Batch:
        if path.exists():
            place = self._places.get(_key(path), Place())
            self._places[_key(path)] = replace(place, done=True).marked(path)
        self._next_file()
        broken = Broken(location=str(path), line=0, reason=reason)
        return Batch(posts=empty(), snapshot=self.snapshot(), broken=(broken,), records=1)

    def _next_file(self) -> None:
        self._todo.pop(0)
        self._leave()

    def _leave(self) -> None:
        if self._steps is not None:
            self._steps.close()
            self._steps = None


def _key(path: Path) -> str:
    return f"{path.resolve().parent.name}/{path.name}"


def _places(snapshot: Snapshot | None) -> dict[str, Place]:
    if snapshot is None:
        return {}
    if snapshot.get("version") != _VERSION:
        raise Correctable(
            f"The snapshot of these files has version {snapshot.get('version')!r}, not {_VERSION}.",
            field="snapshot",
            code="unknown-snapshot",
            hint="Remove the source and add it again; posts that are known are not doubled.",
        )
    files: dict[str, dict[str, Any]] = snapshot["files"]
    return {key: Place(**place) for key, place in files.items()}
