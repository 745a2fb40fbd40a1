"""Writing everything of an organisation in open forms, to be read anywhere and imported again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from auscult.engine.archive.copying import copy_lake
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.models import Actor, AuditHead, Organisation, User
from auscult.web.accounts.policies import Right, require
from auscult.web.shell import moving
from auscult.web.shell.packing import Occupied, draft_of, settle, write_manifest

AT_ONCE = 2_000  # rows that are read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOut:
    """What was written: how many rows of each table."""

    place: Path
    rows: dict[str, int]


def move_out(actor: Actor, place: Path, *, passphrase: str = "") -> MovedOut:
    """Write the actor's organisation to a new folder, or to a new file that ends in .tar.

    It is of one moment, though others go on writing.

    Parameters
    ----------
    passphrase : str
        Takes passwords and credentials along, encrypted under it; without one they stay.

    Raises
    ------
    NotAllowed, Occupied
    """
    require(actor, Right.TAKE_OUT, "export everything")
    if place.exists():
        raise Occupied(place)
    details = {"secrets": bool(passphrase)}
    record_audit(actor, action="export-all", target=place.name, details=details)
    own = str(actor.organisation_id)
    with draft_of(place) as folder:
        (folder / "tables").mkdir()
        with _moment():
            hidden: dict[str, dict[str, str]] = {}
            rows = {
                model._meta.label: _write(actor, model, folder, hidden) for model in moving.tables()
            }
            about = _about(actor, rows, secret=bool(passphrase))
        # After the tables: what was forgotten in between is in neither of what is imported.
        copy_lake(settings.AUSCULT.lake / own, folder / "lake")
        if passphrase:
            _write_secrets(folder / moving.SECRETS_FILE, hidden, passphrase)
        write_manifest(folder, about)
        settle(folder, place)
    return MovedOut(place=place, rows=rows)


@contextmanager
def _moment() -> Iterator[None]:
    """See the database as it is at one moment; writers go on."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own would take the writer's turn
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write(
    actor: Actor, model: type[models.Model], folder: Path, hidden: dict[str, dict[str, str]]
) -> int:
    label, count = model._meta.label, 0
    with (folder / "tables" / f"{label}.jsonl").open("wb") as file:
        for row in _rows(actor, model):
            for name in row:
                place = f"{label}.{name}"
                if place in moving.SECRET:
                    hidden.setdefault(place, {})[str(row["id"])] = row[name]
                    row[name] = moving.SECRET[place]
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def _rows(actor: Actor, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Return the rows of a table in the order of their keys, values as JSON has them."""
    path = moving.path_of(model)
    fields = moving.fields_of(model)
    chosen = model._base_manager.filter(**{str(path): actor.organisation_id})
    names = [field.attname for field in fields]
    # A person who left is no part of it: her name stays in the audit trail, her number goes.
    people = set(
        User.objects.filter(memberships__organisation=actor.organisation_id).values_list(
            "pk", flat=True
        )
    )
    to_people = {
        field.attname: field.null
        for field in fields
        if isinstance(field, models.ForeignKey) and field.remote_field.model is User
    }
    for values in chosen.order_by("pk").values_list(*names).iterator(AT_ONCE):
        row = dict(zip(names, map(moving.written, values), strict=True))
        gone = [name for name in to_people if row[name] is not None and row[name] not in people]
        if any(not to_people[name] for name in gone):
            continue
        yield row | dict.fromkeys(gone)


def _about(actor: Actor, rows: dict[str, int], *, secret: bool) -> dict[str, Any]:
    head = AuditHead.objects.get(pk=actor.organisation_id)
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "kind": moving.KIND,
        "format": moving.FORMAT,
        "version": version("auscult"),
        "written_at": actor.clock.now(),
        "organisation": Organisation.objects.get(pk=actor.organisation_id).name,
        "organisation_id": actor.organisation_id,
        "migrations": sorted(f"{app}.{name}" for app, name in applied if app in moving.APPS),
        "rows": rows,
        "left_out": moving.LEFT_OUT,
        "secrets": secret,
        "audit_head": {"number": head.number, "digest": head.digest},
    }


def _write_secrets(file: Path, hidden: dict[str, dict[str, str]], passphrase: str) -> None:
    ring = keyring()
    opened = {
        place: {
            pk: ring.decrypt(value) if place in moving.SEALED and value else value
            for pk, value in values.items()
        }
        for place, values in hidden.items()
    }
    salt = secrets.token_bytes(16)
    file.write_bytes(salt + moving.locker(passphrase, salt).encrypt(orjson.dumps(opened)))
