"""Follows a stream as the runner does, and is killed at it, again and again.

    python stream_program.py ARCHIVE KILLS SEED LAST SAMPLE HOST

A child is forked for each attempt, works as the runner's process does, and is sent SIGKILL
after a random time. After so many kills the last child goes on to the stream's last event,
tidies up as it does three times a minute, and ends. Then what the archive holds is printed as JSON.
"""

# ruff: noqa: PLC0415 - Django can be imported only once it is set up

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SHORTEST, LONGEST = 0.05, 0.45  # seconds until a kill
A_BATCH = 0.02  # seconds that a batch gathers, so that kills meet many of them
LEASE = timedelta(minutes=2)  # a killed runner's claim is over after this


def main() -> None:
    """Follow, be killed, follow on; print what was kept."""
    archive, kills, seed, last, sample, host = sys.argv[1:]
    actor = _prepare(Path(archive), host, float(sample))
    made, attempts = _attempts(actor, int(kills), random.Random(int(seed)), int(last))
    sys.stdout.write(json.dumps(_held(actor) | {"kills": made, "attempts": attempts}))


def _prepare(archive: Path, host: str, sample: float) -> Any:
    os.environ["AUSCULT_REACH"] = "127.0.0.1"
    from auscult.terminal.archives import owner_of

    actor = owner_of(archive)
    from auscult.engine.connectors.bluesky import listening
    from auscult.web.listening import actions
    from auscult.web.sources.actions import Keep, add_source

    listening.EVERY = A_BATCH
    actions.save_watch(actor, name="flu", query="flu", watch=None)
    add_source(
        actor,
        name="stream",
        connector="bluesky",
        config={"hosts": [host], "engagement": True, "hours_back": 36, "compress": False},
        keep=Keep(sample_share=sample),
    )
    _warm_up()
    return actor


def _warm_up() -> None:
    """Have everything compiled before the first fork."""
    from auscult.engine.kernel.posts import SCHEMA
    from auscult.engine.matching import WatchSet, index_terms
    from auscult.engine.query.parse import parse

    empty = SCHEMA.empty_table()
    WatchSet({"flu": parse("flu").tree}).match(empty)
    index_terms(empty)


def _attempts(actor: Any, kills: int, chance: random.Random, last: int) -> tuple[int, int]:
    from django.db import connections

    made = attempts = 0
    while True:
        connections.close_all()
        attempts += 1
        child = os.fork()
        if not child:
            _child(last, ahead=LEASE * attempts)
        if made < kills:
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            made += 1
        elif os.WEXITSTATUS(status) == 0:
            return made, attempts
        else:
            sys.exit(f"a runner failed with status {status}")


def _child(last: int, ahead: timedelta) -> None:
    from auscult.engine.kernel.clock import SystemClock

    class Ahead(SystemClock):
        """Later by the time that claims of those who were killed are waited for."""

        def now(self) -> datetime:
            return super().now() + ahead

    code = 1
    try:
        _work(Ahead(), last)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        os._exit(code)


def _work(clock: Any, last: int) -> None:
    from auscult.web.accounts.queries import organisations, system_actor
    from auscult.web.listening.actions import tidy
    from auscult.web.shell.runner import Runner
    from auscult.web.sources.models import Source
    from auscult.web.sources.network import network

    runner = Runner(clock=clock, network=network(), stop=threading.Event())
    while True:
        if not runner.round():
            time.sleep(0.005)
        source = Source.objects.get()
        if source.error:
            raise RuntimeError(source.error)
        if source.snapshot and source.snapshot["seq"] == last:
            break
    runner.close()
    for organisation in organisations():
        assert tidy(system_actor(organisation.pk, "listener", clock=clock))


def _held(actor: Any) -> dict[str, Any]:
    from django.db import connection

    from auscult.web.listening.lake import lake_of
    from auscult.web.listening.models import HourlyCount, Match, Mention, Reaction, Tombstone
    from auscult.web.sources.models import Source

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]
        cursor.execute(
            "INSERT INTO listening_index(listening_index, rank) VALUES('integrity-check', 1)"
        )
    source = Source.objects.get()
    return {
        "texts": dict(Mention.objects.values_list("uri", "text")),
        "engagement": {
            uri: json.loads(counts or "{}")
            for uri, counts in Mention.objects.values_list("uri", "engagement")
        },
        "matches": sorted(Match.objects.values_list("mention__uri", flat=True)),
        "counted": sum(HourlyCount.objects.values_list("count", flat=True)),
        "reactions": Reaction.objects.filter(withdrawn=False).count(),
        "waiting": Tombstone.objects.filter(cleaned=False).count(),
        "state": [source.state, source.locked_until is None, source.broken],
        "lake": sorted(u for t in lake_of(actor).scan() for u in t.column("uri").to_pylist()),
    }


if __name__ == "__main__":
    main()
