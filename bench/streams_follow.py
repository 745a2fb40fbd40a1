"""What the streams benchmark runs in processes of their own.

    python -m bench.streams_follow prepare ARCHIVE HOST WATCHES.json
    python -m bench.streams_follow run ARCHIVE
    python -m bench.streams_follow stages ARCHIVE FRAMES
    python -m bench.streams_follow peer HOST PATTERNS.json FRAMES

`run` is the runner as `auscult up` starts it. `stages` prints seconds by stage as JSON, `peer`
the posts a second of a loop as one would write it on the `atproto` SDK.
"""

# ruff: noqa: PLC0415 - Django can be imported only once it is set up

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("AUSCULT_REACH", "127.0.0.1")


def prepare(archive: str, host: str, watches: str) -> None:
    """Make an archive with watches and one source."""
    from auscult.terminal.archives import owner_of

    actor = owner_of(Path(archive))
    from auscult.web.listening.actions import save_watch
    from auscult.web.listening.models import Backfill
    from auscult.web.sources.actions import add_source

    for name, query in json.loads(Path(watches).read_text()).items():
        save_watch(actor, name=name, query=query)
    Backfill.objects.update(state="done")  # there is nothing before
    config = {"hosts": [host], "version": 2, "compress": False, "hours_back": 36}
    add_source(actor, name="stream", connector="bluesky", config=config)


def run(archive: str) -> None:
    """Be the runner."""
    from auscult.web.shell.start import start

    start(Path(archive))
    from auscult.web.shell import runner

    runner.run()


def stages(archive: str, frames: str) -> None:
    """Take the same frames through each stage by itself, and time it."""
    from auscult.terminal.archives import owner_of

    actor = owner_of(Path(archive))
    from bench.streams_stages import Stages

    made = Stages(actor)
    made.take(Path(frames))
    print(json.dumps({"spent": made.spent, "posts": made.posts, "size": made.size}))


def peer(host: str, patterns: str, count: str) -> None:
    """Follow with the SDK's own client and a list of regular expressions."""
    from atproto import JetstreamClient

    wanted = [re.compile(one, re.IGNORECASE) for one in json.loads(Path(patterns).read_text())]
    params: Any = {"kinds": ["commit"], "collections": ["app.bsky.feed.post"]}
    client = JetstreamClient(params, base_uri=f"{host}/xrpc", compress=False)
    posts = found = 0
    begin = 0.0

    def take(message: Any) -> None:
        nonlocal posts, found, begin
        begin = begin or time.perf_counter()
        record = getattr(message, "record", None)
        if record is None:
            return
        text = record["text"] if isinstance(record, dict) else record.text
        posts += 1
        found += any(pattern.search(text) for pattern in wanted)
        if posts == int(count):
            print(json.dumps({"posts": posts, "seconds": time.perf_counter() - begin,
                              "found": found}), flush=True)  # fmt: skip
            os._exit(0)

    client.start(take)


if __name__ == "__main__":
    verbs: dict[str, Callable[..., None]]
    verbs = {"prepare": prepare, "run": run, "stages": stages, "peer": peer}
    verbs[sys.argv[1]](*sys.argv[2:])
