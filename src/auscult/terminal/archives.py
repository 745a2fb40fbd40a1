"""Opening the archive that a verb works on, set up and with someone to act for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auscult.web.shell.start import start

if TYPE_CHECKING:
    from auscult.web.accounts.models import Actor


def owner_of(archive: Path | None) -> Actor:
    """Open an archive, made and brought up to date where needed; return whom to act as.

    The command line acts for the archive's first organisation: who can run it on the
    archive's folder can do everything with it anyway.
    """
    start(archive)
    from django.core.management import call_command

    from auscult.web.accounts.queries import actor_for
    from auscult.web.shell import first_run

    call_command("migrate", verbosity=0, interactive=False)
    return actor_for(first_run.owner())
