"""Reads files into an archive as `auscult listen` does, and kills itself at it, again and again.

    python kill_program.py ARCHIVE KILLS SEED FILE...

A child is forked for each attempt, so that an attempt doesn't pay for the start, and is sent
SIGKILL after a random time. After so many kills the last child may finish. Then what the
archive holds is printed as JSON.
"""

# ruff: noqa: PLC0415 - Django can be imported only once it is set up

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BLOCK = 6_000  # bytes a batch: some two hundred batches in all
WATCHES = {"flu": "flu OR influenza OR vaccin*", "care": "(care NEAR/5 cost*) OR nurse OR doctor"}
LONGEST = 0.35  # seconds until a kill


def main() -> None:
    """Read, be killed, read on; print what was kept."""
    archive, kills, seed, *files = sys.argv[1:]
    actor = _prepare(Path(archive), files)
    _warm_up(files)
    made, attempts = _attempts(actor, int(kills), random.Random(int(seed)))
    sys.stdout.write(json.dumps(_held(actor) | {"kills": made, "attempts": attempts}))


def _prepare(archive: Path, files: list[str]) -> Any:
    from auscult.terminal.archives import owner_of

    actor = owner_of(archive)
    from auscult.web.listening import actions
    from auscult.web.sources.actions import Keep, add_source

    for name, query in WATCHES.items():
        actions.save_watch(actor, name=name, query=query, watch=None)
    for file in files:
        config = {"paths": [file], "block_size": BLOCK}
        keep = Keep(sample_share=0.5)
        add_source(actor, name=file, connector="files", config=config, keep=keep)
    return actor


def _warm_up(files: list[str]) -> None:
    """Have everything compiled before the first fork."""
    from auscult.engine.archive import Lake
    from auscult.engine.connectors.files import Files, FilesConfig
    from auscult.engine.kernel.clock import SystemClock
    from auscult.engine.matching import WatchSet, index_terms
    from auscult.engine.query.parse import parse

    reader = Files().open(FilesConfig(paths=(Path(files[0]),)), None, clock=SystemClock())
    batch = reader.next_batch()
    assert batch is not None
    WatchSet({name: parse(query).tree for name, query in WATCHES.items()}).match(batch.posts)
    with tempfile.TemporaryDirectory() as folder:
        Lake(Path(folder), terms=index_terms).write(batch.posts, source="1", key="1")


def _attempts(actor: Any, kills: int, chance: random.Random) -> tuple[int, int]:
    from django.db import connections

    made = attempts = 0
    while True:
        connections.close_all()
        attempts += 1
        child = os.fork()
        if not child:
            _child(actor)
        if made < kills:
            time.sleep(chance.uniform(0.0, LONGEST))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            made += 1
        elif os.WEXITSTATUS(status) == 0:
            return made, attempts
        else:
            sys.exit(f"a reader failed with status {status}")


def _child(actor: Any) -> None:
    from auscult.terminal import listening
    from auscult.web.sources.queries import sources

    code = 1
    try:
        for source in sources(actor).order_by("pk"):
            listening._read(actor, source, quiet=True)
        code = 0
    finally:
        os._exit(code)


def _held(actor: Any) -> dict[str, Any]:
    """Return what the archive holds, without when and under which keys."""
    from auscult.web.listening.lake import lake_name, lake_of
    from auscult.web.listening.models import HourlyCount, Match, Mention
    from auscult.web.sources.models import BrokenLine, Coverage, Source

    lake = lake_of(actor)
    rows = {
        "mentions": Mention.objects.values_list("uri", "text", "created_at", "community", "links"),
        "matches": Match.objects.values_list("watch__name", "mention__uri", "spans"),
        "counts": HourlyCount.objects.values_list("watch__name", "source__name", "hour", "count"),
        "broken": BrokenLine.objects.values_list("location", "line", "reason", "excerpt"),
        "coverage": Coverage.objects.values_list("community", "since", "until", "reason"),
        "sources": Source.objects.values_list(
            "name", "received", "kept", "broken", "replaced", "snapshot"
        ),
    }
    held = {name: sorted(map(repr, found)) for name, found in rows.items()}
    names = [lake_name(source) for source in Source.objects.all()]
    tables = lake.scan(sources=names, columns=["uri", "text"])
    held["lake"] = sorted(repr(row) for table in tables for row in table.to_pylist())
    return held


if __name__ == "__main__":
    main()
