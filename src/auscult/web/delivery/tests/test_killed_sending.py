"""Senders killed at any instant: every letter arrives, and what comes twice has one name.

The mail server and the receiver live in this process; each sender is a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers.hooks import running_receiver
from servers.smtp import running_smtp

PLAY = """
import os, random, signal, sys, time, warnings
warnings.simplefilter("ignore")
from datetime import timedelta
from pathlib import Path
from auscult.web.shell.start import start
archive, hook_url, letters, kills = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
start(archive)
from django.core.management import call_command
from django.db import connections, transaction
call_command("migrate", verbosity=0)
from auscult.web.accounts.actions import first_owner
from auscult.web.delivery import sending
from auscult.web.delivery.actions import post_hook, post_mail, save_hook
from auscult.web.delivery.models import Letter
sending.HELD = timedelta(milliseconds=200)
owner = first_owner(organisation="o", username="u")
hook, _ = save_hook(owner, name="h", address=hook_url, events=["alert.raised"])
with transaction.atomic():
    for n in range(letters):
        post_mail(owner, to="a@lakeside.example", subject=f"mail {n}", text="t", key=f"m{n}")
        post_hook(owner, hook=hook, event="alert.raised", body={"n": n}, key=f"h{n}")
sending.ways().close()  # what is imported late is imported before the forks

def child():
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        while sending.send_due(owner) or Letter.objects.exclude(state="sent").exists():
            time.sleep(0.005)
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)

rng = random.Random(7)
cut = 0
for _ in range(kills):
    pid = child()
    time.sleep(rng.random() * 0.06)
    os.kill(pid, signal.SIGKILL)
    cut += os.waitpid(pid, 0)[1] == signal.SIGKILL
pids = [child(), child()]  # two at once, for the rest
assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
assert set(Letter.objects.values_list("state", "body")) == {("sent", "")}
print("cut", cut)
"""

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("AUSCULT_TEST_POSTGRES")), reason="each sender opens a file of its own"
)


def play(tmp_path: Path, *, letters: int, kills: int) -> None:
    with running_smtp() as box, running_receiver() as receiver:
        environment = {name: one for name, one in os.environ.items() if "AUSCULT" not in name}
        environment |= {
            "AUSCULT_SMTP_HOST": "127.0.0.1",
            "AUSCULT_SMTP_PORT": str(box.port),
            "AUSCULT_SMTP_SECURITY": "none",
            "AUSCULT_REACH": "127.0.0.0/8",
        }
        said = subprocess.run(
            [sys.executable, "-c", PLAY, tmp_path, receiver.url, str(letters), str(kills)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stdout + said.stderr
        assert int(said.stdout.split()[-1]) > kills // 2
    # Nothing is lost, and a mail that came twice has one Message-ID.
    subjects = {str(mail["Subject"]) for mail in box.mails}
    assert subjects == {f"mail {n}" for n in range(letters)}
    names = {(str(mail["Subject"]), str(mail["Message-ID"])) for mail in box.mails}
    assert len(names) == letters
    # A receiver that drops what it has seen is left with each message once.
    assert {told.data["data"]["n"] for told in receiver.came} == set(range(letters))
    assert len({told.name for told in receiver.came}) == letters
    # A kill repeats one letter at most.
    assert len(box.mails) + len(receiver.came) <= 2 * letters + kills


def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    play(tmp_path, letters=25, kills=8)


@pytest.mark.nightly
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    play(tmp_path, letters=600, kills=200)
