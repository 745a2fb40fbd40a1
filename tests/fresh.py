"""Archives that need no migrating: an empty one is made once, and its database is copied.

Migrating takes three seconds of a core, and most of the processes that tests start begin with an
empty archive. Those that are about beginning (`make up`, upgrades) begin without.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from auscult.web.shell.options import DATABASE_FILE

MIGRATE = """
import sys
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", MIGRATE, folder], check=True)
        return (Path(folder) / DATABASE_FILE).read_bytes()


def fresh(archive: Path) -> Path:
    """Return the archive, with an empty database in it if it has none."""
    database = archive / DATABASE_FILE
    if not database.exists():
        archive.mkdir(parents=True, exist_ok=True)
        database.write_bytes(_migrated())
    return archive
