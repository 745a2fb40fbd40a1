"""Runners killed at any instant of a look: no alert and no mail is doubled or lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAY = """
import os, random, signal, sys, time, warnings
warnings.simplefilter("ignore")
from datetime import UTC, datetime, timedelta
from pathlib import Path
from auscult.web.shell.start import start
archive, kills = Path(sys.argv[1]), int(sys.argv[2])
start(archive)
import pyarrow as pa
from django.core.management import call_command
from django.db import connections
call_command("migrate", verbosity=0)
from auscult.engine.connectors.base import Batch, Covered
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.actions import first_owner
from auscult.web.alerts.evaluating import evaluate
from auscult.web.alerts.models import Alert, Reception, Rule
from auscult.web.alerts.posting import see_to
from auscult.web.delivery.models import Letter
from auscult.web.listening.actions import record_batch, save_watch
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.models import Source

HOUR = timedelta(hours=1)
now = datetime(2026, 11, 20, 12, tzinfo=UTC)
clock = FixedClock(now)
owner = first_owner(organisation="o", username="u", email="u@lakeside.example", clock=clock)
source = Source.objects.create(
    organisation_id=owner.organisation_id, name="s", connector="files",
    next_attempt=now, created_at=now,
)
NAMES = [f"w{n}" for n in range(3)]
for name in NAMES:
    save_watch(owner, name=name, query=name)
watching = StandingWatches(owner)
begin = now - 21 * 24 * HOUR
posts = [(begin + n * HOUR, name, n) for n in range(21 * 24) for name in NAMES for _ in range(2)]
posts += [(now, name, n) for n in range(30) for name in NAMES]  # three storms
rows = [
    {"uri": f"u{n}", "created_at": at + timedelta(seconds=n % 3000), "text": f"{name} room {k % 9}",
     "author": f"a{n}"}
    for n, (at, name, k) in enumerate(posts)
]
covered = (Covered(community="", since=begin, until=now + HOUR),)
record_batch(owner, source=source, watch_set=watching, batch=Batch(
    posts=pa.Table.from_pylist(rows, schema=SCHEMA), coverage=covered, snapshot={"n": 1}))
clock.advance(timedelta(minutes=11))
evaluate(owner)  # makes the first rules
Rule.objects.filter(kind="phrase").delete()  # storms are what is counted here
while evaluate(owner):
    pass
see_to(owner)
assert not Alert.objects.filter(kind="volume").exists()
clock.advance(HOUR)

def child():
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        while True:
            evaluate(owner)
            see_to(owner)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)

rng = random.Random(3)
for kill in range(kills):
    pids = [child(), child()]
    time.sleep(rng.random() * 0.5)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert all(os.waitpid(pid, 0)[1] == signal.SIGKILL for pid in pids)
while evaluate(owner):
    pass
see_to(owner)
alerts = Alert.objects.filter(kind="volume")
assert sorted(alerts.values_list("watch__name", flat=True)) == NAMES, list(alerts)
told = Reception.objects.filter(alert__kind="volume")
assert told.count() == len(NAMES) and not told.filter(told_at=None).exists()
mails = Letter.objects.filter(kind="mail")
assert mails.count() == told.values("told_at").distinct().count(), list(mails)
print("raised", alerts.count())
"""

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("AUSCULT_TEST_POSTGRES")), reason="each runner opens a file of its own"
)


def play(tmp_path: Path, kills: int) -> None:
    environment = {name: one for name, one in os.environ.items() if "AUSCULT" not in name}
    said = subprocess.run(
        [sys.executable, "-c", PLAY, tmp_path, str(kills)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.split() == ["raised", "3"]


def test_a_few_kills_double_and_lose_nothing(tmp_path: Path) -> None:
    play(tmp_path, 5)


@pytest.mark.nightly
def test_fifty_kills_double_and_lose_nothing(tmp_path: Path) -> None:
    play(tmp_path, 50)
