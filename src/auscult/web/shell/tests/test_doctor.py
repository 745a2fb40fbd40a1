"""The doctor finds what was broken on purpose, says how to mend it, and changes nothing."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.models import Letter, State
from auscult.web.listening.lake import lake_of
from auscult.web.shell import doctor_data, doctor_machine, doctor_rounds, metrics
from auscult.web.shell.doctor import Check, Examined, Finding, examine
from auscult.web.shell.health import STUCK
from auscult.web.shell.meter import meter_of
from auscult.web.shell.options import Options
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db


def look(check: Check, clock: FixedClock, **changed: Any) -> list[Finding]:
    options = dataclasses.replace(django_settings.AUSCULT, **changed)
    return list(check(Examined(options=options, clock=clock)))


def one(check: Check, clock: FixedClock, **changed: Any) -> Finding:
    (found,) = look(check, clock, **changed)
    assert (found.state == "well") == (not found.mend)
    return found


def test_a_sound_archive_has_no_problem(owner: Actor, clock: FixedClock) -> None:
    django_settings.AUSCULT.archive.chmod(0o700)
    found = list(doctor_rounds.findings(django_settings.AUSCULT, clock))
    checks = {name for name, _ in doctor_rounds.CHECKS}
    assert {finding.check for finding in found} == checks - {"keys"}  # the tests' is no file
    assert [finding for finding in found if finding.state == "problem"] == []
    assert {f.check for f in found if f.state == "note"} == {"mail", "runner"}


def test_folders(clock: FixedClock, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert one(doctor_machine.archive, clock).mend == f"chmod o-rwx {tmp_path}"
    tmp_path.chmod(0o750)
    assert one(doctor_machine.archive, clock).state == "well"
    missing = one(doctor_machine.archive, clock, archive=tmp_path / "nowhere")
    assert (missing.state, missing.said) == ("problem", f"There is no folder {tmp_path}/nowhere.")


def test_keys_that_others_may_read(clock: FixedClock, tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text("x")
    key.chmod(0o640)
    found = one(doctor_machine.keys, clock)
    assert (found.state, found.mend) == ("problem", f"chmod 600 {key}")
    key.chmod(0o600)
    assert one(doctor_machine.keys, clock).state == "well"


def test_a_clock_that_was_set_back(clock: FixedClock, tmp_path: Path) -> None:
    file = tmp_path / "auscult.sqlite3"
    file.touch()
    late = clock.now().timestamp() + 3600
    os.utime(file, (late, late))
    found = one(doctor_machine.clock, clock)
    assert (found.state, found.said) == (
        "problem",
        "The archive was written 3600 s after this machine's time.",
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"address": "0.0.0.0"}, "without https"),
        ({"secure": True, "allowed_hosts": ("a.example",)}, None),
        ({"secure": True}, "only this machine's names"),
        ({"secure": True, "allowed_hosts": ("a.example",), "proxies": ()}, "no proxy is believed"),
        ({"allowed_hosts": ("*",)}, "Every host name"),
        ({"secure": True, "allowed_hosts": ("a.example",), "debug": True}, "AUSCULT_DEBUG is on"),
    ],
)
def test_addresses(clock: FixedClock, changed: dict[str, Any], said: str | None) -> None:
    found = one(doctor_machine.addresses, clock, **changed)
    assert found.state == ("well" if said is None else "problem")
    assert said is None or said in found.said


@pytest.fixture
def mail_server() -> Iterator[int]:
    """A mail server that greets, and takes nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _ = server.accept()
            with client, client.makefile("rwb", buffering=0) as line:
                line.write(b"220 mail\r\n")
                while word := line.readline().split()[:1]:
                    line.write(b"221 bye\r\n" if word[0].lower() == b"quit" else b"250 fine\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]


def test_a_mail_server_is_greeted(clock: FixedClock, mail_server: int) -> None:
    there = {"smtp_host": "127.0.0.1", "smtp_port": mail_server, "smtp_security": "none"}
    assert one(doctor_machine.mail, clock, **there).said == f"127.0.0.1:{mail_server} answers."


def test_a_mail_server_that_is_not_there(clock: FixedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    there = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    found = one(doctor_machine.mail, clock, **there)
    assert found.state == "problem"
    assert "ConnectionRefusedError" in found.said


def test_the_runner(clock: FixedClock) -> None:
    meter = meter_of(django_settings.AUSCULT.archive)
    assert meter is not None
    meter.set(metrics.HEARTBEAT, clock.now().timestamp() - 2)
    assert one(doctor_data.runner, clock).said == "The runner moved 2 s ago."
    later = FixedClock(clock.now() + timedelta(seconds=STUCK))
    assert one(doctor_data.runner, later).state == "problem"


def test_a_missing_file_of_the_lake(owner: Actor, clock: FixedClock) -> None:
    now = clock.now()
    post = {"uri": "at://a", "source": "files", "created_at": now, "collected_at": now}
    posts = pa.Table.from_pylist([{**post, "text": "flu"}], schema=SCHEMA)
    lake_of(owner).write(posts, source="1", key="a")
    assert one(doctor_data.lake, clock).state == "well"
    files = sorted((django_settings.AUSCULT.lake / str(owner.organisation_id)).rglob("*.parquet"))
    files[0].unlink()
    found = one(doctor_data.lake, clock)
    assert found.state == "problem"
    assert found.said.startswith("1 of ")


def test_credentials_whose_key_is_gone_and_a_source_that_fails(
    owner: Actor, clock: FixedClock
) -> None:
    made = Source.objects.create(
        organisation_id=owner.organisation_id,
        name="Planted",
        connector="mastodon",
        next_attempt=clock.now(),
        created_at=clock.now(),
        secrets="nothing that any key opens",
        error="refused",
    )
    lost = one(doctor_data.credentials, clock)
    assert (lost.state, f"source {made.pk}" in lost.said) == ("problem", True)
    ill = one(doctor_data.sources, clock)
    assert ill.said == f"Source {made.pk} (mastodon) is failing."
    assert f"/sources/{made.pk}/" in ill.mend
    assert "Planted" not in ill.said + lost.said


def test_letters_that_came_to_nobody(owner: Actor, clock: FixedClock) -> None:
    assert one(doctor_data.outbox, clock).state == "well"
    post_mail(owner, to=["a@b.example"], subject="s", text="t", key="k")
    Letter.objects.update(state=State.GIVEN_UP)
    found = one(doctor_data.outbox, clock)
    assert (found.state, "1 were given up" in found.said) == ("note", True)


def test_a_changed_audit_entry(owner: Actor, clock: FixedClock) -> None:
    assert one(doctor_data.trail, clock).state == "well"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_auditentry SET target = 'other'")
    assert one(doctor_data.trail, clock).state == "problem"


def test_a_missing_migration(clock: FixedClock) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("sources")
    MigrationRecorder(connection).record_unapplied(*newest)
    found = one(doctor_data.migrations, clock)
    assert found.said == f"1 changes of the database are missing, first {'.'.join(newest)}."


def test_a_check_that_breaks_stops_no_other(clock: FixedClock) -> None:
    def breaks(_examined: Examined) -> Iterator[Finding]:
        raise OSError("no such thing")
        yield

    found = list(
        examine(
            Examined(options=Options(), clock=clock),
            [("breaks", breaks), ("python", doctor_machine.python)],
        )
    )
    assert [finding.check for finding in found] == ["breaks", "python"]
    assert "OSError: no such thing" in found[0].said


def test_the_command_prints_json_and_ends_with_two_where_something_is_amiss(
    tmp_path: Path,
) -> None:
    environment = {key: value for key, value in os.environ.items() if "AUSCULT_" not in key}
    program = str(Path(sys.executable).with_name("auscult"))
    words = [program, "doctor", "--json", "--archive", str(tmp_path)]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert done.returncode == 2, done.stderr
    said = {one["check"]: one for one in json.loads(done.stdout)}
    assert said["migrations"]["state"] == "problem"
    assert said["python"]["state"] == "well"
    assert set(said["python"]) == {"check", "state", "said", "mend"}
