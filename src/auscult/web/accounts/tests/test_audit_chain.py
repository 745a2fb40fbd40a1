"""The chain of the audit trail: what was tampered with is found, and what may go leaves it whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import audit, chain
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, AuditEntry, AuditHead
from programs import user_of


@pytest.fixture
def trail(owner: Actor, stranger: Actor) -> Actor:
    """Ten entries of the house, after that of its founding."""
    for number in range(10):
        record_audit(owner, action="look", target=f"room {number}", details={"door": number / 4})
        record_audit(stranger, action="look", target="elsewhere")
    return owner


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def of(actor: Actor, number: int) -> AuditEntry:
    return AuditEntry.objects.get(organisation_id=actor.organisation_id, number=number)


def key(actor: Actor, number: int) -> int:
    return of(actor, number).pk


def change(field: str, value: str) -> Callable[[Actor], None]:
    return lambda actor: run(
        f"UPDATE accounts_auditentry SET {field} = %s WHERE id = %s", value, key(actor, 5)
    )


def remove(actor: Actor) -> None:
    run("DELETE FROM accounts_auditentry WHERE id = %s", key(actor, 5))


def remove_and_close_up(actor: Actor) -> None:
    first = key(actor, 5)
    run("DELETE FROM accounts_auditentry WHERE id = %s", first)
    for number in range(6, 12):
        run("UPDATE accounts_auditentry SET number = number - 1 WHERE id = %s", key(actor, number))
    run("UPDATE accounts_audithead SET number = 10 WHERE organisation_id = %s",
        actor.organisation_id)  # fmt: skip


def swap(actor: Actor) -> None:
    one, two = key(actor, 5), key(actor, 6)
    run("UPDATE accounts_auditentry SET number = 900 WHERE id = %s", one)
    run("UPDATE accounts_auditentry SET number = 5 WHERE id = %s", two)
    run("UPDATE accounts_auditentry SET number = 6 WHERE id = %s", one)


def cut(actor: Actor) -> None:
    run("DELETE FROM accounts_auditentry WHERE id = %s", key(actor, 11))


def put_in(actor: Actor) -> None:
    run(
        "INSERT INTO accounts_auditentry "
        "(organisation_id, at, actor, action, target, details, number, previous, digest) "
        "SELECT organisation_id, at, actor, action, target, details, 12, digest, previous "
        "FROM accounts_auditentry WHERE id = %s",
        key(actor, 11),
    )


def forge_one(actor: Actor) -> None:
    """Change an entry and compute its digest anew, but not those after it."""
    row = of(actor, 5)
    row.target = "another room"
    run(
        "UPDATE accounts_auditentry SET target = %s, digest = %s WHERE id = %s",
        row.target, audit._digest(row), row.pk,
    )  # fmt: skip


def forge_rest(actor: Actor, first: int = 5) -> None:
    """Change an entry, and compute everything after it anew, the head, too."""
    previous = of(actor, first).previous
    for number in range(first, 12):
        row = of(actor, number)
        row.previous = previous
        row.target = "another room" if number == first else row.target
        previous = audit._digest(row)
        run(
            "UPDATE accounts_auditentry SET target = %s, previous = %s, digest = %s WHERE id = %s",
            row.target, row.previous, previous, row.pk,
        )  # fmt: skip
    run("UPDATE accounts_audithead SET digest = %s WHERE organisation_id = %s",
        previous, actor.organisation_id)  # fmt: skip


def cut_with_head(actor: Actor) -> None:
    cut(actor)
    run("UPDATE accounts_audithead SET number = 10, digest = %s WHERE organisation_id = %s",
        of(actor, 10).digest, actor.organisation_id)  # fmt: skip


def drop_start(actor: Actor) -> None:
    """Pretend that the time of the first entries was over."""
    last = of(actor, 3)
    run("DELETE FROM accounts_auditentry WHERE organisation_id = %s AND number <= 3",
        actor.organisation_id)  # fmt: skip
    run("UPDATE accounts_audithead SET kept_after = 3, kept_after_digest = %s "
        "WHERE organisation_id = %s", last.digest, actor.organisation_id)  # fmt: skip


@pytest.mark.django_db
def test_a_chain_that_nobody_touched_holds(trail: Actor, stranger: Actor) -> None:
    done = audit.check(trail)
    assert (done.entries, done.removed, done.broken) == (11, 0, None)
    assert done.head == audit.head(trail)
    assert audit.check(trail, noted=done.head).broken is None
    record_audit(trail, action="look", target="later")
    assert audit.check(trail, noted=done.head).broken is None
    assert audit.check(stranger).entries == 11


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "code", "number"),
    [
        pytest.param(change("actor", "somebody"), "changed", 5, id="who"),
        pytest.param(change("action", "other"), "changed", 5, id="what"),
        pytest.param(change("target", "other"), "changed", 5, id="to what"),
        pytest.param(change("details", '{"door": 2}'), "changed", 5, id="details"),
        pytest.param(change("at", "2026-11-20 12:00:00.000001"), "changed", 5, id="when"),
        pytest.param(change("digest", "0" * 64), "changed", 5, id="digest"),
        (remove, "missing", 5),
        (remove_and_close_up, "changed", 5),
        (swap, "changed", 5),
        (cut, "cut", 11),
        (put_in, "added", 12),
        (forge_one, "not-linked", 6),
        (drop_start, "start", 3),
    ],
)
def test_tampering_is_found(
    trail: Actor, stranger: Actor, tamper: Callable[[Actor], None], code: str, number: int
) -> None:
    tamper(trail)
    broken = audit.check(trail).broken
    assert broken is not None
    assert (broken.code, broken.number) == (code, number)
    assert str(number) in broken.message
    assert audit.check(stranger).broken is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "code", "number"), [(forge_rest, "noted", 11), (cut_with_head, "cut", 11)]
)
def test_a_noted_head_finds_a_chain_that_was_computed_anew(
    trail: Actor, tamper: Callable[[Actor], None], code: str, number: int
) -> None:
    noted = audit.noted_head(str(audit.head(trail)))
    tamper(trail)
    assert audit.check(trail).broken is None  # nothing inside the database can tell
    broken = audit.check(trail, noted=noted).broken
    assert broken is not None
    assert (broken.code, broken.number) == (code, number)


@pytest.mark.django_db
def test_a_head_without_its_row_is_found(trail: Actor) -> None:
    AuditHead.objects.filter(pk=trail.organisation_id).delete()
    broken = audit.check(trail).broken
    assert broken is not None
    assert broken.code == "added"


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "7", "seven " + "a" * 64, "7 " + "g" * 64, "7 abc"])
def test_a_head_is_a_number_and_a_digest(text: str) -> None:
    with pytest.raises(Correctable, match="is no head of an audit trail"):
        audit.noted_head(text)


@pytest.mark.django_db
def test_the_chain_holds_when_a_person_is_deleted(trail: Actor) -> None:
    user_of(trail).delete()
    assert of(trail, 5).user_id is None
    assert of(trail, 5).actor == "owner"
    assert audit.check(trail).broken is None


@pytest.mark.django_db
def test_an_entry_of_a_transaction_that_failed_leaves_no_hole(trail: Actor) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        with transaction.atomic():
            record_audit(trail, action="look", target="nowhere")
            raise Stopped

    with pytest.raises(Stopped):
        stop()
    assert record_audit(trail, action="look", target="here").number == 12
    assert audit.check(trail).broken is None


WRITERS = """
import sys, threading
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connections, transaction
from auscult.web.accounts import audit
from auscult.web.accounts.actions import add_organisation, record_audit
owner = add_organisation(organisation="At once", username="at-once")
begin = threading.Barrier(4)
def write(name):
    begin.wait(20)
    for number in range(10):
        with transaction.atomic():
            record_audit(owner, action="look", target=f"{name}/{number}")
    connections.close_all()
writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
[one.start() for one in writers]
[one.join(60) for one in writers]
done = audit.check(owner)
print(done.entries, done.broken)
"""


@pytest.mark.django_db
def test_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    """In a process of its own: tests' SQLite lies in memory, where nobody waits for anybody."""
    environment = dict(os.environ)
    if url := environment.get(
        "AUSCULT_DATABASE_URL"
    ):  # what it writes stays: a database of its own
        with psycopg.connect(url, autocommit=True) as cluster:
            cluster.execute("CREATE DATABASE at_once")
        environment["AUSCULT_DATABASE_URL"] = url.replace("/postgres?", "/at_once?")
    done = subprocess.run(
        [sys.executable, "-c", WRITERS, str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=120, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "41 None"


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(details=st.dictionaries(st.text(), odd, max_size=4))
def test_what_is_stored_has_the_same_text_after_json(details: dict[str, Any]) -> None:
    kept = chain.storable(details)
    row: dict[str, Any] = {"number": 1, "previous": "", "at": datetime(2026, 1, 1, tzinfo=UTC),
           "actor": "a", "action": "b", "target": "c"}  # fmt: skip
    again = json.loads(json.dumps(kept))
    assert chain.canonical(**row, details=again) == chain.canonical(**row, details=kept)
    assert "\0" not in json.dumps(kept)


@pytest.mark.django_db
def test_odd_details_come_back_as_they_were_hashed(owner: Actor) -> None:
    details = {"big": 1e20, "small": 1e-9, "whole": 3.0, "nul": "a\0b", "half": "\ud800",
               "not": float("nan"), "when": datetime(2026, 1, 1, tzinfo=UTC), "ünï": ["→"]}  # fmt: skip
    record_audit(owner, action="look", target="a\0b", details=details)
    assert audit.check(owner).broken is None


@pytest.mark.django_db
def test_an_exported_trail_can_be_checked_anywhere(trail: Actor) -> None:
    rows = [orjson.loads(line) for line in audit.export(trail, audit.Asked(), form="jsonl")]
    previous = chain.start_of(AuditHead.objects.get(pk=trail.organisation_id).name)
    for row in rows:
        digest = row.pop("digest")
        assert row["previous"] == previous
        row["at"] = datetime.fromisoformat(row["at"])
        previous = chain.digest_of(**row)
        assert previous == digest
    assert rows[-1]["action"] == "export-audit"  # who took it along stands in it
