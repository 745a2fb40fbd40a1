"""Starting Auscult on an archive, for the command line and the web server alike."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings

from auscult.engine.kernel.errors import Correctable
from auscult.web.shell.options import PREFIX, Options, make_archive, read_options


def start(archive: Path | None = None) -> Options:
    """Choose the archive, make it where it doesn't exist, and set Django up.

    Parameters
    ----------
    archive : Path or None
        The archive's folder; None takes the environment's, else `var`.

    Raises
    ------
    Correctable
        Where a setting is wrong, or Django already runs on another archive.
    """
    if archive is not None:
        os.environ[PREFIX + "ARCHIVE"] = str(archive)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auscult.web.shell.settings")
    wanted = read_options(os.environ)
    if apps.ready:
        options: Options = settings.AUSCULT
        if options.archive != wanted.archive:
            raise Correctable(
                f"This process already works on {options.archive}, not on {wanted.archive}.",
                code="archive-chosen",
                field="archive",
                hint="Start another process for the other archive.",
            )
        return options
    make_archive(wanted)
    django.setup()
    return wanted
