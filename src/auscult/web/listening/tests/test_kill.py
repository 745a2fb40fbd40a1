"""Killed at any instant, and used by several processes at once: nothing lost or doubled.

Each test is a process of its own that forks the ones it kills, so that a kill costs
milliseconds instead of a start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREPARE = """
import os, random, signal, sys, time
from pathlib import Path
from auscult.web.shell.start import start
archive = Path(sys.argv[1])
start(archive)
from collections import Counter
from datetime import UTC, datetime, timedelta
import pyarrow as pa
from django.core.management import call_command
from django.db import connection, connections
call_command("migrate", verbosity=0)
from auscult.engine.connectors.base import Batch, Deletion
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.parse import parse
from auscult.engine.signals import copies
from auscult.web.accounts.actions import first_owner
from auscult.web.listening import queries, volumes
from auscult.web.listening.actions import backfill_step, forget, record_batch, save_watch
from auscult.web.listening.moments import HOUR_US
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.models import Source

owner = first_owner(organisation="o", username="u")
now = datetime(2026, 11, 20, 12, tzinfo=UTC)
Source.objects.create(
    organisation_id=owner.organisation_id, name="s", connector="files", sample_share=1.0,
    next_attempt=now, created_at=now,
)
save_watch(owner, name="flu", query="flu")
EACH = 40

def batch(number):
    posts = [
        {"uri": f"u{number}-{n}", "created_at": now + timedelta(seconds=70 * n + number),
         "text": "flu here in the waiting room" if n % 2 else f"flu and shot {number} of {n} it is",
         "author": f"a{n}"}
        for n in range(EACH)
    ]
    return Batch(
        posts=pa.Table.from_pylist(posts, schema=SCHEMA), snapshot={"next": number + 1}
    )

watching = StandingWatches(owner)
watching.refresh()
watching.match(batch(0).posts)  # compiled before the forks
copies.prepare()

def read_on(stop=lambda number: False, pause=0.0):
    source = Source.objects.get()
    number = (source.snapshot or {"next": 0})["next"]
    while not stop(number):
        record_batch(owner, source=source, batch=batch(number), watch_set=watching)
        number += 1
        time.sleep(pause)

def child(work):
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)

def check(watch="flu"):
    with connection.cursor() as cursor:
        def rows(sql):
            cursor.execute(sql)
            return cursor.fetchall()
        assert rows("PRAGMA integrity_check") == [("ok",)]
        rows("INSERT INTO listening_index(listening_index, rank) VALUES('integrity-check', 1)")
        counted = {tuple(row[:3]): row[3] for row in rows(
            "SELECT watch_id, source_id, hour, count FROM listening_hourlycount")}
        matches = Counter((w, s, us // HOUR_US * HOUR_US) for w, s, us in rows(
            "SELECT a.watch_id, m.origin_id, m.created_at FROM listening_match a "
            "JOIN listening_mention m ON m.id = a.mention_id"))
        assert counted == matches, (counted, matches)
        keys = {row[0] for row in rows("SELECT id FROM listening_mention")}
        assert keys == {row[0] for row in rows("SELECT rowid FROM listening_index('flu')")}
        # Each mention is in one group, all copies in the same one, and groups are counted.
        groups = rows("SELECT c.number, m.text LIKE '%here%' FROM listening_mention m "
                      "LEFT JOIN listening_copy c ON c.mention_id = m.id")
        assert None not in {number for number, _ in groups}
        assert len({number for number, copied in groups if copied}) <= 1
        sizes = Counter(number for number, _ in groups)
        assert {n: size for n, size in sizes.items() if size > 1} == dict(
            rows("SELECT number, posts FROM listening_copygroup"))
        return {row[0] for row in rows("SELECT uri FROM listening_mention")}
"""

KILLS = """
rng = random.Random(int(sys.argv[2]))
kills = int(sys.argv[3])
begun = time.monotonic()
os.waitpid(child(lambda: read_on(stop=lambda number: number == 2)), 0)
span = max(0.4, 2 * (time.monotonic() - begun))  # a few batches, on a loaded machine, too
for kill in range(kills):
    pid = child(read_on)
    time.sleep(rng.random() * span)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    source = Source.objects.get()
    done = (source.snapshot or {"next": 0})["next"]
    assert source.received == source.kept == done * EACH, (source.received, source.kept, done)
    if kill % 20 == 0 or kill == kills - 1:
        assert check() == {f"u{b}-{n}" for b in range(done) for n in range(EACH)}
assert done > 0
from auscult.web.listening.lake import lake_of
kept = Counter(u for t in lake_of(owner).scan() for u in t.column("uri").to_pylist())
assert set(kept.values()) == {1}
assert {f"u{b}-{n}" for b in range(done) for n in range(EACH)} <= set(kept)

# A backfill is killed the same way, and ends with what one that lived would have.
from auscult.web.listening import backfilling
from auscult.web.listening.models import Backfill, Match
backfilling.PAGE = max(50, done * EACH // 40)
shot = save_watch(owner, name="shot", query="shot")

def catch_up():
    backfill = Backfill.objects.get(watch=shot)
    while backfill.state != "done":
        backfill = backfill_step(owner, backfill=backfill)

for kill in range(max(3, kills // 4)):
    pid = child(catch_up)
    time.sleep(rng.random() * 0.1)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
catch_up()
check()
found = Match.objects.filter(watch=shot).count()
expected = len(queries.search(owner, parse("shot"), limit=1000).hits)
told = queries.count(owner, parse("shot"))
assert told.exact and found == told.count >= expected > 0, (found, told, expected)
print("kept", done)
"""

AT_ONCE = """
seconds = float(sys.argv[2])
until = time.monotonic() + seconds

def listen():
    read_on(stop=lambda number: time.monotonic() > until)

def look():
    saved = 0
    while time.monotonic() < until:
        page = queries.search(owner, parse("flu AND shot"), limit=20)
        assert all("shot" in hit.text for hit in page.hits)
        queries.latest(owner, limit=20)
        volumes.volumes(
            owner, watches=list(queries.watches(owner)), since=now, until=now + timedelta(hours=2)
        )
        saved += 1
        if saved % 5 == 0:
            save_watch(owner, name=f"w{saved}", query="shot OR here")

def command():
    gone = 0
    while time.monotonic() < until:
        forget(owner, uris=[f"u{gone}-{n}" for n in range(0, EACH, 4)], reason="asked")
        gone += 1
    Path(archive, "gone").write_text(str(gone))

def work_off():
    while time.monotonic() < until:
        due = queries.due_backfills(owner).first()
        if due is not None:
            backfill_step(owner, backfill=due)
        time.sleep(0.01)

pids = [child(work) for work in (listen, look, command, work_off)]
assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * len(pids)
kept = check()
done = Source.objects.get().snapshot["next"]
gone = int(Path(archive, "gone").read_text())
forgotten = {f"u{b}-{n}" for b in range(gone) for n in range(0, EACH, 4)}
assert kept == {f"u{b}-{n}" for b in range(done) for n in range(EACH)} - forgotten
assert done > 0 and gone > 0
print("kept", done, gone)
"""

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("AUSCULT_TEST_POSTGRES")), reason="it looks into SQLite's own tables"
)


def play(script: str, *given: object) -> str:
    environment = {key: value for key, value in os.environ.items() if "AUSCULT" not in key}
    said = subprocess.run(
        [sys.executable, "-c", PREPARE + script, *map(str, given)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_killed_a_few_times_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert play(KILLS, tmp_path, 1, 12).startswith("kept")


@pytest.mark.nightly
def test_killed_two_hundred_times_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert play(KILLS, tmp_path, 2, 200).startswith("kept")


def test_listener_pages_and_command_line_work_at_once(tmp_path: Path) -> None:
    assert play(AT_ONCE, tmp_path, 4).startswith("kept")
