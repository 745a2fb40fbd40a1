"""Backing up while others write, restoring, and being killed at either."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from fresh import fresh

COMMAND = Path(sys.executable).with_name("auscult")
SETTINGS = {
    name: value
    for name, value in os.environ.items()
    if name not in {"AUSCULT_DATABASE_URL", "AUSCULT_SECRET_KEY", "AUSCULT_ARCHIVE"}
}
WRITER = """
import sys
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import transaction
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import RetentionRule
from auscult.web.accounts.queries import actor_for
from auscult.web.shell.first_run import owner
actor = actor_for(owner())
number = 0
print("ready", flush=True)
while True:
    with transaction.atomic():  # two tables that must agree at every moment
        number += 1
        RetentionRule.objects.update_or_create(
            organisation_id=actor.organisation_id, kind="letters", defaults={"days": number}
        )
        record_audit(actor, action="count", target=str(number))
"""


def auscult(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, words)],
        capture_output=True, text=True, timeout=300, check=False, env=SETTINGS,
    )  # fmt: skip


def done(*words: str | Path) -> str:
    answer = auscult(*words)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    posts = tmp_path / "posts.jsonl"
    rows = [
        {"uri": f"p:{n}", "created_at": "2026-03-01T08:00:00Z", "text": f"flu shot number {n}"}
        for n in range(50)
    ]
    posts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    place = fresh(tmp_path / "archive")
    done("listen", posts, "--watch", "flu=flu", "--archive", place, "--json")
    return place


def test_a_back_up_while_others_write_is_of_one_moment(archive: Path, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(archive)], stdout=subprocess.PIPE, text=True,
        env=SETTINGS,
    )  # fmt: skip
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        said = json.loads(done("backup", tmp_path / "b.tar", "--archive", archive, "--json"))
        assert said["database"] == "sqlite"
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait(30)
        writer.stdout.close()
    restored = tmp_path / "restored"
    done("restore", tmp_path / "b.tar", "--archive", restored)
    with sqlite3.connect(restored / "auscult.sqlite3") as database:
        (days,) = database.execute("SELECT days FROM accounts_retentionrule").fetchone()
        (last,) = database.execute(
            "SELECT max(cast(target AS int)) FROM accounts_auditentry WHERE action = 'count'"
        ).fetchone()
    assert days == last > 0
    done("audit", "verify", "--archive", restored)
    found = done("search", "flu", "--archive", restored, "--limit", "100", "--json").splitlines()
    assert len(found) == 50
    assert (restored / "secret.key").read_text() == (archive / "secret.key").read_text()
    assert (restored / "secret.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_what_is_there_is_never_replaced(archive: Path, tmp_path: Path) -> None:
    done("backup", tmp_path / "b.tar", "--archive", archive)
    again = auscult("backup", tmp_path / "b.tar", "--archive", archive)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    over = auscult("restore", tmp_path / "b.tar", "--archive", archive)
    assert over.returncode == 2
    assert "exists already" in over.stderr
    assert auscult("backup", tmp_path / "b.zip", "--archive", archive).returncode == 2


def altered(place: Path, to: Path, change: str) -> Path:
    folder = to.with_suffix("")
    with tarfile.open(place) as tar:
        tar.extractall(folder, filter="data")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if change == "byte":
        data = bytearray((folder / "auscult.sqlite3").read_bytes())
        data[len(data) // 2] ^= 1
        (folder / "auscult.sqlite3").write_bytes(data)
    elif change == "missing":
        (folder / "secret.key").unlink()
    elif change == "more":
        (folder / "more").write_text("x")
    elif change == "newer":
        manifest.update(format=99, version="9.0")
        (folder / "manifest.json").write_text(json.dumps(manifest))
    elif change == "kind":
        manifest["kind"] = "auscult-export"
        (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(to, "w") as tar:
        tar.add(folder, "")
    return to


@pytest.mark.slow
def test_a_damaged_or_newer_file_is_refused(archive: Path, tmp_path: Path) -> None:
    whole = tmp_path / "b.tar"
    done("backup", whole, "--archive", archive)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    files = {
        "is damaged": [cut],
        "auscult.sqlite3 isn't as it was written": [altered(whole, tmp_path / "1.tar", "byte")],
        "secret.key is missing": [altered(whole, tmp_path / "2.tar", "missing")],
        "more is not listed": [altered(whole, tmp_path / "3.tar", "more")],
        "newer Auscult (9.0)": [altered(whole, tmp_path / "4.tar", "newer")],
        "not 'auscult-backup'": [altered(whole, tmp_path / "5.tar", "kind")],
        "There is no": [tmp_path / "none.tar"],
    }
    for said, places in files.items():
        for place in places:
            answer = auscult("restore", place, "--archive", tmp_path / "restored")
            assert answer.returncode == 2, answer.stderr
            assert said in answer.stderr
            assert not (tmp_path / "restored").exists()


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_a_kill_leaves_nothing_half(verb: str, archive: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.tar"
    done("backup", whole, "--archive", archive)
    place = tmp_path / ("new.tar" if verb == "backup" else "restored")
    words = [place, "--archive", archive] if verb == "backup" else [whole, "--archive", place]
    chance = random.Random(4)
    finished = 0
    for _ in range(4):
        began = time.monotonic()
        child = subprocess.Popen(
            [COMMAND, verb, *map(str, words)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=SETTINGS,
        )  # fmt: skip
        wait = chance.uniform(0.3, 2.5)
        while child.poll() is None and time.monotonic() - began < wait:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait(30)
        if place.exists():
            finished += 1
            check = tmp_path / "check" if verb == "backup" else place
            if verb == "backup":
                done("restore", place, "--archive", check)
            done("audit", "verify", "--archive", check)
            for gone in {check, place}:
                shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    done(verb, *words)  # what a kill left is in nobody's way
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert not [name for name in left if name.endswith(".draft")]
    assert not (archive / ".backup.draft").exists()
