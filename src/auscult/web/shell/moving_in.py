"""Taking an exported organisation into an archive that has none: whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import audit
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import AlreadySetUp
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.queries import first_organisation, system_actor
from auscult.web.listening.models import Mention
from auscult.web.listening.reindexing import index_mentions
from auscult.web.shell import moving
from auscult.web.shell.packing import Damaged, FromNewer, draft_of, read_manifest, unpack

AT_ONCE = 1_000  # rows that are written at once


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedIn:
    """What was taken in: how many rows of each table."""

    organisation: str
    rows: dict[str, int]


def move_in(place: Path, *, clock: Clock, passphrase: str = "") -> MovedIn:
    """Take an organisation in, with every key as it was.

    Raises
    ------
    AlreadySetUp
        The archive has an organisation.
    Correctable
        What is there is damaged, or of a newer Auscult, or the passphrase is another.
    """
    founded = first_organisation()
    if founded is not None:
        raise AlreadySetUp(founded.name)
    with draft_of(settings.AUSCULT.archive / "import") as folder:
        unpack(place, folder)
        about = read_manifest(folder, kind=moving.KIND, form=moving.FORMAT, shown=place)
        _check_version(place, about)
        if type(about["organisation_id"]) is not int:  # it names a folder that is removed below
            raise Damaged(place, "its organisation has no number")
        hidden = _opened(folder / moving.SECRETS_FILE, passphrase)
        lake = settings.AUSCULT.lake / str(about["organisation_id"])
        if lake.exists():  # of an import that was killed
            shutil.rmtree(lake)
        with transaction.atomic():
            rows = _fill(place, folder, hidden)
            if rows != about["rows"]:
                raise Damaged(place, "a table has other rows than it says")
            actor = system_actor(about["organisation_id"], "import", clock=clock)
            if audit.check(actor).broken is not None:
                raise Damaged(place, "the chain of its audit trail is broken")
            record_audit(actor, action="import-all", target=place.name, details=about["audit_head"])
            if (folder / "lake").exists():
                lake.parent.mkdir(parents=True, exist_ok=True)
                (folder / "lake").rename(lake)
    return MovedIn(organisation=about["organisation"], rows=rows)


def _check_version(place: Path, about: Mapping[str, Any]) -> None:
    """Refuse what was written under migrations that aren't known here."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if set(about["migrations"]) - known:
        raise FromNewer(place, str(about["version"]))


def _opened(file: Path, passphrase: str) -> dict[str, dict[str, str]]:
    if not file.exists() or not passphrase:
        return {}
    data = file.read_bytes()
    try:
        plain = moving.locker(passphrase, data[:16]).decrypt(data[16:])
    except InvalidToken as error:
        raise Correctable(
            "The passphrase isn't the one that the secrets were encrypted under.",
            code="passphrase-wrong",
            field="secrets",
            hint="Give the right one, or none: then passwords and credentials are entered anew.",
        ) from error
    found: dict[str, dict[str, str]] = orjson.loads(plain)
    ring = keyring()
    return {
        name: {
            pk: ring.encrypt(value) if name in moving.SEALED and value else value
            for pk, value in values.items()
        }
        for name, values in found.items()
    }


def _fill(place: Path, folder: Path, hidden: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    rows = {}
    for model in moving.tables():
        file = folder / "tables" / f"{model._meta.label}.jsonl"
        # An older Auscult had fewer tables.
        rows[model._meta.label] = _load(place, model, file, hidden) if file.exists() else 0
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(moving.tables())):
            cursor.execute(statement)
    return {label: count for label, count in rows.items() if count or _listed(folder, label)}


def _listed(folder: Path, label: str) -> bool:
    return (folder / "tables" / f"{label}.jsonl").exists()


def _load(
    place: Path, model: type[models.Model], file: Path, hidden: Mapping[str, Mapping[str, str]]
) -> int:
    fields = {field.attname: field for field in moving.fields_of(model)}
    made_now = [name for name, field in fields.items() if getattr(field, "auto_now_add", False)]
    count = 0
    for lines in _batches(file):
        batch = []
        for line in lines:
            row: dict[str, Any] = orjson.loads(line)
            if row.keys() - fields.keys():
                raise Damaged(place, f"{model._meta.label} has columns that it can't have")
            batch.append(
                {name: moving.read(fields[name], value) for name, value in row.items()}
                | _secrets_of(model, row.get("id"), hidden)
            )
        model._base_manager.bulk_create([model(**row) for row in batch])
        for row in batch if made_now else ():
            values = {name: row[name] for name in made_now}
            model._base_manager.filter(pk=row["id"]).update(**values)
        if model is Mention and batch:
            index_mentions(batch[0]["organisation_id"], [row["id"] for row in batch])
        count += len(batch)
    return count


def _secrets_of(
    model: type[models.Model], pk: Any, hidden: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the secret fields of a row, where they came along."""
    label = f"{model._meta.label}."
    return {
        place.removeprefix(label): values[str(pk)]
        for place, values in hidden.items()
        if place.startswith(label) and str(pk) in values
    }


def _batches(file: Path) -> Iterator[list[bytes]]:
    with file.open("rb") as opened:
        lines: list[bytes] = []
        for line in opened:
            lines.append(line)
            if len(lines) == AT_ONCE:
                yield lines
                lines = []
        if lines:
            yield lines
