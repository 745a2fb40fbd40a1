"""The files connector: finds the files that a person named, and opens them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.layout import FORMATS, Layout, find_layout
from auscult.engine.connectors.files.reader import FilesReader
from auscult.engine.connectors.files.stream import PACKED
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop


class Files:
    """Exports of any tool as a source: CSV, JSON lines, Parquet, `id|date|text`.

    Examples
    --------
    >>> from auscult.engine.kernel.clock import SystemClock
    >>> config = Files.Config(paths=["posts.jsonl"])
    >>> reader = Files().open(config, None, clock=SystemClock())  # doctest: +SKIP
    >>> while (batch := reader.next_batch()) is not None:  # doctest: +SKIP
    ...     print(batch.posts.num_rows)
    """

    name = "files"
    title = gettext_noop("Files")
    capabilities = Capabilities(live=False, resume=Resume.EXACT, engagement=True)
    Config: type[Settings] = FilesConfig

    def about(self, config: FilesConfig) -> About:
        """Say what these files are to a person."""
        return About(
            reads=_("Every post in {paths}.").format(
                paths=", ".join(str(path) for path in config.paths)
            ),
            how_often=_("Once; again when you ask for it."),
            costs=_("Nothing."),
            duties=(_("Keep to the terms under which the files were exported."),),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise nothing: a path on this machine isn't an address."""
        del address, network
        return ()

    def open(
        self,
        config: FilesConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network | None = None,
    ) -> FilesReader:
        """Open files and folders, at their start or at a snapshot.

        Raises
        ------
        Correctable
            A path isn't there, a folder has no such files, or a named file can't be read.
        """
        del network  # files are on this machine
        paths, layouts = [], {}
        for path in config.paths:
            if path.is_dir():
                paths += _files_of(path)
            else:
                paths.append(path)
                if path.exists() and path.stat().st_size:
                    layouts[path] = find_layout(path, config)
        _check(paths)
        return FilesReader(
            [p for p in paths if p.stat().st_size], config, snapshot, clock=clock, layouts=layouts
        )


def describe(config: FilesConfig) -> list[Layout]:
    """Return how each file would be read, without reading it.

    Raises
    ------
    Correctable
        A path isn't there, or one of the files can't be read.
    """
    found: list[Path] = []
    for path in config.paths:
        found += _files_of(path) if path.is_dir() else [path]
    _check(found)
    return [find_layout(path, config) for path in found if path.stat().st_size]


def _files_of(folder: Path) -> list[Path]:
    """Return the files of a folder that may hold posts, by name."""
    found = sorted(p for p in folder.iterdir() if p.is_file() and _may_hold_posts(p))
    if not found:
        raise Correctable(
            f"The folder '{folder}' has no files with posts.",
            field="paths",
            code="empty-folder",
            hint=f"Known endings: {' '.join(FORMATS)}, each also with {' or '.join(PACKED)}.",
        )
    return found


def _may_hold_posts(path: Path) -> bool:
    endings = [suffix.lower() for suffix in path.suffixes[-2:]]
    if endings and endings[-1] in PACKED:
        endings.pop()
    # A .json file is as a rule one document; JSON lines are seldom called so.
    return (
        bool(endings)
        and endings[-1] in FORMATS
        and endings[-1] != ".json"
        and (not path.name.startswith("."))
    )


def _check(paths: list[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise Correctable(
                f"There is no file '{path}'.",
                field="paths",
                code="no-such-file",
                hint="Write the path of a file or of a folder of files.",
            )
    named = Counter(f"{path.resolve().parent.name}/{path.name}" for path in paths)
    twice = next((name for name, count in named.items() if count > 1), None)
    if twice:
        raise Correctable(
            f"Two of the files are called '{twice}', so that their posts would be mixed up.",
            field="paths",
            code="same-name",
            hint="Read them one after the other as two sources, or rename a folder.",
        )
