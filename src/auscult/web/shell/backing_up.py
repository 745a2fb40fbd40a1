"""Backing a whole archive up while it runs, and restoring it: database, lakes, keys."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from auscult.engine.archive.copying import copy_lake
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.keys import KEY_FILE
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.shell.options import DATABASE_FILE, SECRET_FILE, Options
from auscult.web.shell.packing import (
    TAR,
    Damaged,
    Occupied,
    draft_of,
    read_manifest,
    settle,
    unpack,
    write_manifest,
)
from auscult.web.shell.sqlite.base import driver

KIND = "auscult-backup"
FORMAT = 1
DUMP = "database.dump"  # of PostgreSQL, in its own custom format
PATIENCE = 24 * 3_600.0  # seconds that pg_dump may take


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What was backed up, or restored.

    Attributes
    ----------
    bytes : int
        Of the database, the lakes and the keys.
    """

    place: Path
    database: str
    written_at: datetime
    bytes: int


def back_up(actor: Actor, place: Path) -> BackedUp:
    """Write everything of the archive into one file, while others read and write.

    The database is as of one moment, and so is each lake, a moment later: what was forgotten
    in between is in neither of what is restored.

    Raises
    ------
    NotAllowed
    Correctable
        The file exists, or can't be written, or PostgreSQL's own tools aren't there.
    """
    require(actor, Right.TAKE_OUT, "back up")
    if place.suffix != TAR:
        raise Correctable(
            f"A back-up is one file that ends in {TAR}, not '{place.name}'.",
            code="backup-name",
            field="file",
            hint=f"Name it {place.name}{TAR}.",
        )
    if place.exists():
        raise Occupied(place)
    for organisation in organisations():  # it holds what is theirs, so it stands with each
        theirs = system_actor(organisation.pk, actor.name, clock=actor.clock)
        record_audit(theirs, action="back-up", target=place.name)
    options: Options = settings.AUSCULT
    # The draft lies in the archive: there the lake's files can be linked, not copied.
    with draft_of(options.archive / "backup") as folder:
        if connection.vendor == "sqlite":
            _copy_sqlite(folder / DATABASE_FILE)
        else:
            _dump_postgres(folder / DUMP)
        for lake in sorted(options.lake.glob("*")):
            copy_lake(lake, folder / "lake" / lake.name)
        for name in (SECRET_FILE, KEY_FILE):
            if (options.archive / name).exists():
                shutil.copyfile(options.archive / name, folder / name)
        about = {
            "kind": KIND,
            "format": FORMAT,
            "version": version("auscult"),
            "written_at": actor.clock.now(),
            "database": connection.vendor,
        }
        write_manifest(folder, about)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        _settle(folder, place)
    return BackedUp(
        place=place, database=connection.vendor, written_at=actor.clock.now(), bytes=size
    )


def _settle(folder: Path, place: Path) -> None:
    try:
        settle(folder, place)
    except OSError as error:
        raise Correctable(
            f"'{place}' can't be written: {error.strerror or error}.",
            code="place-refused",
            field="file",
            hint="Name a place that is yours, with room enough.",
        ) from error


def _copy_sqlite(file: Path) -> None:
    """Copy the database as of this moment by SQLite's own online backup."""
    connection.ensure_connection()
    copy = driver.connect(str(file))
    try:
        # In one step: with a write-ahead log nobody waits for it, and it starts once.
        connection.connection.backup(copy)
    finally:
        copy.close()
    _check_sqlite(file)


def _check_sqlite(file: Path) -> None:
    opened = driver.connect(str(file))
    try:
        found = opened.execute("PRAGMA quick_check").fetchone()[0]
    except driver.DatabaseError as error:
        raise Damaged(file, str(error)) from error
    finally:
        opened.close()
    if found != "ok":
        raise Damaged(file, found)


def _dump_postgres(file: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={file}", given=_login())


def _login(options: dict[str, Any] | None = None) -> dict[str, str]:
    """Return how PostgreSQL's tools reach the database: a password never stands in a command."""
    values = options or settings.DATABASES["default"]
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD",
             "PGHOST": "HOST", "PGPORT": "PORT"}  # fmt: skip
    return {name: str(values[key]) for name, key in names.items() if values.get(key)}


def _run(program: str, *words: str, given: dict[str, str]) -> str:
    found = shutil.which(program)
    if found is None:
        newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        found = str(newest[-1]) if newest else None
    if found is None:
        raise Correctable(
            f"PostgreSQL's {program} isn't installed here.",
            code="postgres-tools",
            field="database",
            hint="Install PostgreSQL's client programs of the server's version or newer.",
        )
    done = subprocess.run(  # noqa: S603 - a program by its whole path, words of our own
        [found, *words], env={**os.environ, **given}, capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    if done.returncode:
        raise Correctable(
            f"{program} failed: {done.stderr.strip()[:500]}",
            code="postgres-failed",
            field="database",
            hint="Mend what it says, and try again.",
        )
    return done.stdout


def restore(place: Path, options: Options, database: dict[str, Any]) -> BackedUp:
    """Make an archive from a back-up, where there is none yet.

    Everything is checked before the archive stands in its place, whole.

    Parameters
    ----------
    options : Options
        Their archive is where it goes to: a folder that is empty or isn't there.
    database : dict
        Django's settings of the database; PostgreSQL's must be empty.

    Raises
    ------
    Correctable
        `Occupied`, `Damaged`, `FromNewer`, or the back-up is of the other kind of database.
    """
    target = options.archive.absolute()
    if target.exists() and any(target.iterdir()):
        raise Occupied(target)
    vendor = "postgresql" if "postgresql" in database["ENGINE"] else "sqlite"
    with draft_of(target) as folder:
        unpack(place, folder)
        about = read_manifest(folder, kind=KIND, form=FORMAT, shown=place)
        if about["database"] != vendor:
            raise Correctable(
                f"{place} is a back-up of {about['database']}, but the settings say {vendor}.",
                code="backup-database",
                field="AUSCULT_DATABASE_URL",
                hint="Set the other database, or move by `auscult export` and `auscult import`.",
            )
        if vendor == "sqlite":
            _check_sqlite(folder / DATABASE_FILE)
        for name in (SECRET_FILE, KEY_FILE):
            if (folder / name).exists():
                (folder / name).chmod(0o600)
        if vendor == "postgresql":
            _fill_postgres(folder / DUMP, database)
            (folder / DUMP).unlink()
        if target.exists():
            target.rmdir()
        settle(folder, target)
    return BackedUp(
        place=target,
        database=vendor,
        written_at=datetime.fromisoformat(about["written_at"]),
        bytes=sum(one["size"] for one in about["files"]),
    )


def _fill_postgres(dump: Path, database: dict[str, Any]) -> None:
    """Restore into an empty database, in one transaction; refuse one that holds tables."""
    login = _login(database)
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    if _run("psql", "-At", "-c", count, given=login).strip() != "0":
        raise Occupied(Path(f"The database {database['NAME']}"))
    _run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl",
        f"--dbname={database['NAME']}", str(dump), given=login,
    )  # fmt: skip
