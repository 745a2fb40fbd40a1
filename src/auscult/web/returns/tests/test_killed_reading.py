"""A long file whose readers are killed at any instant: each of its rows gets into the book once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAY = """
import os, random, signal, sys, time, warnings
warnings.simplefilter("ignore")
from datetime import timedelta
from pathlib import Path
from auscult.web.shell.start import start
archive, rows, kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
start(archive)
from django.core.management import call_command
from django.db import connections
call_command("migrate", verbosity=0)
from auscult.web.accounts.actions import first_owner
from auscult.web.returns import intake_actions, intake_becoming, intake_working
from auscult.web.returns.intake_becoming import Meant
from auscult.web.returns.intake_models import BegunFile
from auscult.web.returns.intake_reading import Choice
from auscult.web.returns.outcome_models import Intake, Outcome, OutcomeKind, Touch
intake_working.HELD = timedelta(milliseconds=100)
whole = intake_becoming.Becoming.batches
intake_becoming.Becoming.batches = lambda self, data, **more: whole(
    self, data, **more, at_once=10
)
owner = first_owner(organisation="o", username="u")
call = OutcomeKind.objects.create(organisation_id=owner.organisation_id, name="c", slug="c")
table = "date,order,channel\\n" + "".join(f"2026-01-01,A-{n},mail\\n" for n in range(rows))
file = intake_actions.bring_file(owner, origin="csv", name="x", data=table.encode())
intake = intake_actions.read_in(owner, file=file, meant=Meant(choice=Choice(), kinds={"": call}))

def child():
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        while intake_working.work_due(owner) or BegunFile.objects.exists():
            time.sleep(0.002)
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)

rng = random.Random(7)
cut = 0
for _ in range(kills):
    pid = child()
    time.sleep(0.1 + rng.random() * 0.1)
    os.kill(pid, signal.SIGKILL)
    cut += os.waitpid(pid, 0)[1] == signal.SIGKILL
pids = [child(), child()]  # two at once, for the rest
assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
intake = Intake.objects.get()
assert (intake.state, intake.rows) == ("read", rows), (intake.state, intake.rows)
assert Outcome.objects.count() == Outcome.objects.values("order").distinct().count() == rows
assert Touch.objects.count() == rows
print("cut", cut)
"""

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("AUSCULT_TEST_POSTGRES")), reason="each reader opens a file of its own"
)


def test_readers_that_are_killed_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    environment = {name: one for name, one in os.environ.items() if "AUSCULT" not in name}
    said = subprocess.run(
        [sys.executable, "-c", PLAY, tmp_path, "3000", "8"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    assert int(said.stdout.split()[-1]) > 4
