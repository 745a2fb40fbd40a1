"""`auscult plan reply` as a mail server pipes to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("auscult")
MAIL = b"From: a@b.example\nTo: plan+a-b-c-d@lakeside.example\n\nprogress: 40\n"


def reply(archive: Path, mail: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(COMMAND), "plan", "reply", "--archive", str(archive), "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")}
    return subprocess.run(
        command, input=mail, env={**kept, **environment}, capture_output=True, check=False
    )


def test_a_mail_server_pipes_to_it(tmp_path: Path) -> None:
    where = {"AUSCULT_REPLY_ADDRESS": "plan@lakeside.example"}
    answer = reply(tmp_path / "a", MAIL, **where)
    assert answer.returncode == 0, answer.stderr.decode()
    said = json.loads(answer.stdout)
    assert said["state"] == "refused"
    assert "isn't one that Auscult gave out" in said["said"]
    answer = reply(tmp_path / "a", b"Auto-Submitted: auto-generated\n" + MAIL, **where)
    assert json.loads(answer.stdout)["state"] == "ignored"
    answer = reply(tmp_path / "a", MAIL)
    assert answer.returncode == 2
    assert "AUSCULT_REPLY_ADDRESS" in answer.stderr.decode()
