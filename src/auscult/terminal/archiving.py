"""`auscult backup`, `restore`, `export`, `import`: a whole archive, or a whole organisation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from auscult.engine.kernel.errors import Correctable
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import people, write_json


def backup(file: Path, *, archive: Path | None, as_json: bool) -> None:
    """Back the archive up."""
    actor = owner_of(archive)
    from auscult.web.shell.backing_up import back_up

    done = back_up(actor, file)
    if as_json:
        write_json({"file": str(done.place), "database": done.database, "bytes": done.bytes})
        return
    people.print(f"Backed up: {done.place}, {done.bytes:,} bytes.", markup=False)
    people.print("It holds the keys, too: keep it where only you can read it.")


def restore(file: Path, *, archive: Path | None, as_json: bool) -> None:
    """Make an archive from a back-up."""
    import django
    from django.conf import settings

    from auscult.web.shell.options import PREFIX

    # Not `start`, which would make the archive first.
    if archive is not None:
        os.environ[PREFIX + "ARCHIVE"] = str(archive)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auscult.web.shell.settings")
    django.setup()
    from auscult.web.shell.backing_up import restore as put_back

    done = put_back(file, settings.AUSCULT, settings.DATABASES["default"])
    if as_json:
        write_json({"archive": str(done.place), "written_at": done.written_at})
        return
    people.print(f"Restored to {done.place}, as of {done.written_at:%Y-%m-%d %H:%M} UTC.")


def export(place: Path, secrets: str | None, *, archive: Path | None, as_json: bool) -> None:
    """Write everything of the organisation."""
    actor = owner_of(archive)
    from auscult.web.shell.moving_out import move_out

    done = move_out(actor, place, passphrase=_passphrase(secrets))
    if as_json:
        write_json({"place": str(done.place), "rows": done.rows})
        return
    people.print(f"Exported to {done.place}: {sum(done.rows.values()):,} rows.", markup=False)


def import_(place: Path, secrets: str | None, *, archive: Path | None, as_json: bool) -> None:
    """Take an exported organisation in."""
    from auscult.web.shell.start import start

    start(archive)
    from django.core.management import call_command

    from auscult.engine.kernel.clock import SystemClock
    from auscult.web.shell.moving_in import move_in

    call_command("migrate", verbosity=0, interactive=False)
    done = move_in(place, passphrase=_passphrase(secrets), clock=SystemClock())
    if as_json:
        write_json({"organisation": done.organisation, "rows": done.rows})
        return
    people.print(f"Imported {done.organisation}: {sum(done.rows.values()):,} rows.", markup=False)


def _passphrase(given: str | None) -> str:
    if given is None:
        return ""
    said = sys.stdin.readline().rstrip("\n") if given == "-" else os.environ.get(given, "")
    if len(said) < 12:
        raise Correctable(
            f"The passphrase in {given} has {len(said)} characters.",
            code="passphrase-short",
            field="secrets",
            hint="Take at least 12; name an environment variable that holds it, or - .",
        )
    return said
